"""Short windows: what may be read in them, and what happens where one does not do."""

from __future__ import annotations

import pytest

from tests.transcripts.voices import MODEL, say, silence
from transcripts.recognition import Ear
from transcripts.settings import SpeechSettings
from transcripts.track import Piece
from transcripts.utterances import RATE, Pcm
from transcripts.whisper import Decoded, Encoded, Recogniser
from transcripts.windows import SHORTEST_FRAMES, TAIL_FRAMES, WHOLE_FRAMES, Purpose, Windows, short_frames
from transcripts.worker import load_ear


class Looping(Recogniser):
    """Lost in every window but the whole one; remembers in which it was asked to read."""

    def __init__(self, lost: str = "вину вину вину вину вину", no_speech: float = 0.0) -> None:
        self.name, self.how = "looping", "on paper"
        self.lost, self.no_speech = lost, no_speech
        self.windows: list[int] = []

    def encode(self, pcm: Pcm, frames: int = WHOLE_FRAMES) -> Encoded:
        self.windows.append(frames)
        return Encoded(frames, len(pcm) / RATE)

    def languages(self, sound: Encoded) -> dict[str, float]:
        return {"ru": 1.0}

    def decode(
        self, sound: Encoded, language: str, *, beam: int, hotwords: str | None = None, times: bool = True
    ) -> Decoded:
        if sound.output == WHOLE_FRAMES:
            return Decoded(language, "Вину признаю.", (), -0.1, 0.0)
        return Decoded(language, self.lost, (), -0.1, self.no_speech)


def piece(pcm: Pcm) -> Piece:
    return Piece(0, 1, pcm, 1.0)


def test_a_short_window_is_never_below_ten_seconds_ends_in_silence_and_never_exceeds_the_whole() -> None:
    assert short_frames(RATE) == SHORTEST_FRAMES
    assert short_frames(9 * RATE) == 900 + TAIL_FRAMES
    assert short_frames(29 * RATE) == WHOLE_FRAMES


@pytest.mark.parametrize(
    ("windows", "short"),
    [
        (Windows.WHOLE, set()),
        (Windows.CAPTIONS, {Purpose.CAPTION, Purpose.LATE_LINE}),
        (Windows.LIVE, {Purpose.CAPTION, Purpose.LINE, Purpose.LATE_LINE}),
        (Windows.ALL, set(Purpose)),
    ],
)
def test_only_what_the_court_allows_is_read_in_short_windows(windows: Windows, short: set[Purpose]) -> None:
    for purpose in Purpose:
        model = Looping()
        Ear(model, {}, ["ru"], windows).read(piece(silence(3)), "ru", purpose)
        assert (model.windows[0] < WHOLE_FRAMES) is (purpose in short)


def test_a_reading_that_looped_in_a_short_window_is_read_again_in_the_whole_one() -> None:
    model = Looping()
    reading = Ear(model, {}, ["ru"], Windows.CAPTIONS).read(piece(silence(3)), "ru", Purpose.CAPTION)
    assert model.windows == [SHORTEST_FRAMES, WHOLE_FRAMES]
    assert reading.decoded.text == "Вину признаю."
    assert "window" not in reading.model


def test_a_line_that_a_short_window_would_lose_is_read_again_in_the_whole_one_and_a_caption_is_not() -> None:
    for purpose, windows in ((Purpose.LINE, [SHORTEST_FRAMES, WHOLE_FRAMES]), (Purpose.CAPTION, [SHORTEST_FRAMES])):
        model = Looping(lost="Вину признаю.", no_speech=0.95)
        Ear(model, {}, ["ru"], Windows.LIVE).read(piece(silence(3)), "ru", purpose)
        assert model.windows == windows


def test_the_rehearsal_model_reads_the_same_words_in_a_short_window_and_the_reading_says_in_which() -> None:
    settings = SpeechSettings(str(MODEL), threads=1, windows=Windows.CAPTIONS)
    ear = load_ear(settings.wish())
    for language, text in (("kk", "Менің өтінішхатым жоқ."), ("ru", "Да, права мне понятны.")):
        reading = ear.read(piece(say(language, text)), language, Purpose.CAPTION)
        assert reading.decoded.text == text
        assert "beam=1 window=10s" in reading.model
