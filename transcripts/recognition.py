"""From one piece of sound to what may be written: language, decoding, doubt. No process, no queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transcripts.doubt import Doubt, doubt
from transcripts.language import LONG_ENOUGH, SURE, among, to_try
from transcripts.track import Piece
from transcripts.whisper import Decoded, Encoded, Recogniser
from transcripts.windows import FRAMES_PER_SECOND, SHORT_FOR, WHOLE_FRAMES, Purpose, Windows, short_frames

BEAM: Mapping[Purpose, int] = {Purpose.CAPTION: 1, Purpose.LINE: 5, Purpose.LATE_LINE: 5, Purpose.RECORD: 5}


@dataclass(frozen=True, slots=True)
class Reading:
    decoded: Decoded
    chance: float
    """How sure the ear was of the language."""
    model: str
    """Its name with its hash, and with what parameters it read: beam, number format, device."""
    doubt: Doubt | None


class Ear:
    """A model for every language, or one for all: the default also tells the languages apart."""

    def __init__(
        self,
        default: Recogniser,
        models: Mapping[str, Recogniser],
        languages: Sequence[str],
        windows: Windows = Windows.WHOLE,
    ) -> None:
        self._short_for = SHORT_FOR[windows]
        self._default = default
        self._models = models
        self._languages = tuple(languages)

    @property
    def name(self) -> str:
        return self._default.name

    def read(self, piece: Piece, track_language: str, purpose: Purpose, *, hotwords: str | None = None) -> Reading:
        frames = short_frames(len(piece.pcm)) if purpose in self._short_for else WHOLE_FRAMES
        reading = self._read(piece, track_language, purpose, frames, hotwords)
        worth = reading.doubt is Doubt.LOOP if purpose is Purpose.CAPTION else reading.doubt is not None
        if worth and frames < WHOLE_FRAMES:
            return self._read(piece, track_language, purpose, WHOLE_FRAMES, hotwords)
        return reading

    def _read(self, piece: Piece, track_language: str, purpose: Purpose, frames: int, hotwords: str | None) -> Reading:
        sound = self._default.encode(piece.pcm, frames)
        chances = among(self._languages, self._default.languages(sound))
        tries = to_try(chances, track_language, sound.seconds)
        if purpose is Purpose.CAPTION:
            tries = tries[:1]
        readings = [self._decode(sound, piece, language, purpose, frames, hotwords) for language in tries]
        decoded, model = max(readings, key=lambda reading: reading[0].log_probability)
        spoken = sound.seconds
        return Reading(
            decoded, chances[decoded.language], model, doubt(decoded.text, decoded.no_speech, piece.share, spoken)
        )

    def _decode(
        self, sound: Encoded, piece: Piece, language: str, purpose: Purpose, frames: int, hotwords: str | None
    ) -> tuple[Decoded, str]:
        model = self._models.get(language, self._default)
        encoded = sound if model is self._default else model.encode(piece.pcm, frames)
        beam, times = BEAM[purpose], purpose is not Purpose.CAPTION
        decoded = model.decode(encoded, language, beam=beam, hotwords=hotwords, times=times)
        window = "" if frames == WHOLE_FRAMES else f" window={frames / FRAMES_PER_SECOND:.0f}s"
        return decoded, f"{model.name} beam={beam}{window} {model.how}"


def next_track_language(reading: Reading, before: str, seconds: float) -> str:
    """A track changes its language only for a long, sure utterance."""
    if reading.doubt is None and reading.chance >= SURE and seconds >= LONG_ENOUGH:
        return reading.decoded.language
    return before
