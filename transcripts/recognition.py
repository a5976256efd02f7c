"""From one piece of sound to what may be written: language, decoding, doubt. No process, no queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from transcripts.doubt import Doubt, doubt
from transcripts.language import LONG_ENOUGH, SURE, among, to_try
from transcripts.track import Piece
from transcripts.whisper import Decoded, Encoded, Recogniser

FINAL_BEAM = 5
PARTIAL_BEAM = 1


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

    def __init__(self, default: Recogniser, models: Mapping[str, Recogniser], languages: Sequence[str]) -> None:
        self._default = default
        self._models = models
        self._languages = tuple(languages)

    @property
    def name(self) -> str:
        return self._default.name

    def read(self, piece: Piece, track_language: str, *, final: bool, hotwords: str | None = None) -> Reading:
        sound = self._default.encode(piece.pcm)
        chances = among(self._languages, self._default.languages(sound))
        tries = to_try(chances, track_language, sound.seconds)
        if not final:
            tries = tries[:1]
        beam = FINAL_BEAM if final else PARTIAL_BEAM
        readings = [self._decode(sound, piece, language, beam, hotwords) for language in tries]
        decoded, model = max(readings, key=lambda reading: reading[0].log_probability)
        spoken = sound.seconds
        return Reading(
            decoded, chances[decoded.language], model, doubt(decoded.text, decoded.no_speech, piece.share, spoken)
        )

    def _decode(
        self, sound: Encoded, piece: Piece, language: str, beam: int, hotwords: str | None
    ) -> tuple[Decoded, str]:
        model = self._models.get(language, self._default)
        encoded = sound if model is self._default else model.encode(piece.pcm)
        times = beam == FINAL_BEAM
        decoded = model.decode(encoded, language, beam=beam, hotwords=hotwords, times=times)
        return decoded, f"{model.name} beam={beam} {model.how}"


def next_track_language(reading: Reading, before: str, seconds: float) -> str:
    """A track changes its language only for a long, sure utterance."""
    if reading.doubt is None and reading.chance >= SURE and seconds >= LONG_ENOUGH:
        return reading.decoded.language
    return before
