"""The oath by sound: readings through espeak-ng, Opus and the rehearsal model, held against the wording.

Right readings, also with noise and through Opus with packets lost; half oaths, refusals, the other
language, and any other sentence. Readings by words, altered and negated by the hundred, are a test:
``tests/transcripts/test_oath_match.py``.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np

from benchmarks.speech.rows import Row
from tests.media.record.synthetic import opus
from tests.transcripts.voices import MODEL, OATH, reliable, say, silence
from transcripts.oath_match import Verdict, check
from transcripts.recognition import Ear
from transcripts.settings import SpeechSettings
from transcripts.track import Track
from transcripts.utterances import NS, Pcm, Word
from transcripts.windows import Purpose
from transcripts.worker import load_ear

LOSS = 0.05


def by_sound(readings: int) -> list[Row]:
    ear = load_ear(SpeechSettings(str(MODEL)).wish())
    right = wrong = heard = false = by_ear = 0
    for number, (language, sound, is_right) in enumerate(_readings()):
        if number >= readings:
            break
        words, seconds = _heard(ear, language, sound)
        verdict = check(OATH[language], words, language, seconds).verdict
        right, wrong = right + is_right, wrong + (not is_right)
        heard += is_right and verdict is Verdict.HEARD
        false += not is_right and verdict is Verdict.HEARD
        by_ear += not is_right and verdict is Verdict.CHECK_BY_EAR
    enough = right + wrong >= 100
    share = heard / right if right else 0.0
    return [
        Row(
            f"oath by sound, {right + wrong} readings",
            f"right {heard} of {right} heard, false heard {false} of {wrong} ({by_ear} by ear)",
            "0 false, 95 % of right, 100 readings",
            (false == 0 and share >= 0.95) if enough or false or share < 0.95 else None,
        )
    ]


def _readings() -> Iterator[tuple[str, Pcm, bool]]:
    """Right and wrong ones in turn, so that a shorter run is as mixed as a longer one."""
    rng = np.random.default_rng(9)
    others = [(language, text) for language, text in reliable() if text not in OATH.values()]
    for number in range(1000):
        language = ("kk", "ru")[number % 2]
        oath = say(language, OATH[language])
        if number % 4 < 2:
            yield language, _worn(oath, number // 4, rng), True
        elif number % 12 < 4:
            other = "ru" if language == "kk" else "kk"
            yield language, say(other, OATH[other]), False
        elif number % 12 < 8:
            yield language, oath[: int(len(oath) * rng.uniform(0.3, 0.6))], False
        else:
            said, text = others[number // 2 % len(others)]
            yield language, say(said, text), False


def _worn(sound: Pcm, how: int, rng: np.random.Generator) -> Pcm:
    match how % 3:
        case 0:
            return sound
        case 1:
            return (sound + rng.standard_normal(len(sound)) * 0.003).astype(np.float32)
    return _through_opus(sound, rng)


def _through_opus(sound: Pcm, rng: np.random.Generator) -> Pcm:
    """Encoded, one packet in twenty lost and played as silence, decoded."""
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = 48_000, "mono"
    out: list[Pcm] = []
    for packet in opus(np.repeat((sound * 32_000).astype(np.int16), 3)):
        if rng.random() < LOSS:
            out.append(np.zeros(320, np.float32))
        else:
            for frame in decoder.decode(av.Packet(packet)):
                out.append(frame.to_ndarray()[0, ::3].astype(np.float32) / np.float32(32_768))
    return np.concatenate(out)


def _heard(ear: Ear, language: str, sound: Pcm) -> tuple[list[Word], float]:
    """The words that are believed, and the seconds of the utterances they came in."""
    track = Track(0, language, live=False)
    padded = np.concatenate([silence(0.5), sound, silence(1.0)])
    said: list[Word] = []
    seconds = 0.0
    for piece in [*track.feed(1, padded), *track.finish()]:
        reading = ear.read(piece, language, Purpose.LINE)
        if reading.doubt is None:
            at = piece.start_ns / NS
            seconds += (piece.end_ns - piece.start_ns) / NS
            said += [Word(w.text, at + w.start, at + w.end, w.probability) for w in reading.decoded.words]
    return said, seconds
