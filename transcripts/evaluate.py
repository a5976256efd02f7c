"""How well a model hears: word and letter errors per language over a folder of clips with their texts.

A clip is a sound file with a text file of the same name beside it; the language is the folder's name (``kk/``,
``ru/``, ``en/``) or the end of the file's name (``witness-3.kk.wav``). What was never measured here is what the
documentation may not promise.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from transcripts.oath_words import bare
from transcripts.utterances import RATE, Pcm

SOUNDS = frozenset({".wav", ".flac", ".mp3", ".ogg", ".opus", ".m4a", ".webm"})


@dataclass(frozen=True, slots=True)
class Clip:
    sound: Path
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class Score:
    """Errors over everything of one language. ``real_time`` is seconds of work per second of sound."""

    language: str
    clips: int
    words: int
    word_errors: int
    letters: int
    letter_errors: int
    seconds: float
    worked: float

    @property
    def wer(self) -> float:
        return self.word_errors / self.words if self.words else 0.0

    @property
    def cer(self) -> float:
        return self.letter_errors / self.letters if self.letters else 0.0

    @property
    def real_time(self) -> float:
        return self.worked / self.seconds if self.seconds else 0.0


Listen = Callable[[Pcm, str], str]
"""The thing measured: sound and its language in, text out."""


def clips(folder: Path, languages: Sequence[str] = ("kk", "ru", "en")) -> Iterator[Clip]:
    for sound in sorted(folder.rglob("*")):
        written = sound.with_suffix(".txt")
        if sound.suffix.lower() not in SOUNDS or not written.is_file():
            continue
        named = [part for part in (sound.stem.rsplit(".", 1)[-1], sound.parent.name) if part in languages]
        if named:
            yield Clip(sound, named[0], written.read_text("utf-8").strip())


def errors(truth: str, heard: str) -> tuple[int, int, int, int]:
    """Words, word errors, letters, letter errors; marks and case do not count."""
    expected, came = _words(truth), _words(heard)
    letters = " ".join(expected)
    return (
        len(expected),
        Levenshtein.distance(expected, came),
        len(letters),
        Levenshtein.distance(letters, " ".join(came)),
    )


def evaluate(chosen: Iterable[Clip], listen: Listen, read: Callable[[Path], Pcm]) -> list[Score]:
    """Hear every clip and add up the errors per language."""
    sums: dict[str, list[float]] = {}
    for clip in chosen:
        pcm = read(clip.sound)
        began = time.perf_counter()
        heard = listen(pcm, clip.language)
        worked = time.perf_counter() - began
        row = sums.setdefault(clip.language, [0.0] * 7)
        for i, value in enumerate((1, *errors(clip.text, heard), len(pcm) / RATE, worked)):
            row[i] += value
    return [
        Score(language, int(row[0]), int(row[1]), int(row[2]), int(row[3]), int(row[4]), row[5], row[6])
        for language, row in sorted(sums.items())
    ]


def table(scores: Sequence[Score], model: str) -> str:
    """What the command prints."""
    out = [f"model {model}", "language  clips  words    WER    CER  real-time factor"]
    for s in scores:
        out.append(f"{s.language:<8} {s.clips:>6} {s.words:>6} {s.wer:>6.1%} {s.cer:>6.1%} {s.real_time:>17.2f}")
    return "\n".join(out)


def _words(said: str) -> list[str]:
    return [word for word in (bare(part) for part in said.split()) if word]
