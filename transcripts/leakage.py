"""Words that a microphone caught from a loudspeaker or across a room: said once, but written at two seats.

A line is called a leak only when everything agrees: another seat's line that begins within a second has nearly the
same words, sounds louder, and the quieter sound is a delayed copy of the louder one, wave for wave. Two people who say
the same at once are no copies of each other, and both stay. So does whatever is in doubt: a line too many can be seen,
a line too few cannot. The figures are ours; the cases that set them are in the tests.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein

from hearing.participants import SeatId
from transcripts.oath_words import bare
from transcripts.utterances import NS, RATE, Pcm, Utterance

APART_SECONDS = 1.0
ALIKE = 0.8
"""Share of the words that must be the same, in order."""

QUIETER = 10 ** (-3 / 20)
"""A leak has at most this share of the original's loudness (3 dB less)."""

COPY = 0.22
"""Least correlation of a copy with its original: leaks through an echoing room and Opus gave 0.25 to 0.49, other voices
that said the same sentence in the same rhythm at most 0.18."""

EARLIEST_SECONDS = -0.005
"""A leak comes later than what it copies, or, across a room, as good as at once."""

VOICE_HZ = (150, 3800)
MARGIN_NS = NS // 5

Sound = Callable[[SeatId, int, int], Pcm]
"""What a seat's microphone gave between two Unix nanoseconds: 16 kHz mono, the same length for every seat."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A line that repeats ``of``, and by how much later."""

    line: Utterance
    of: Utterance
    lag_seconds: float


def leaks(lines: Sequence[Utterance], sound: Sound) -> list[Leak]:
    """The lines that are only another seat's voice once more. ``sound`` is asked in the order of time."""
    found: dict[str, Leak] = {}
    for one, other in _twins(lines):
        if one.id in found or other.id in found:
            continue
        leak = _leak(one, other, sound)
        if leak is not None:
            found[leak.line.id] = leak
    return list(found.values())


def _twins(lines: Sequence[Utterance]) -> Iterator[tuple[Utterance, Utterance]]:
    ordered = sorted(lines, key=lambda said: (said.start, said.seat, said.id))
    begins = [said.start for said in ordered]
    for place, one in enumerate(ordered):
        for other in ordered[place + 1 : bisect_right(begins, one.start + APART_SECONDS)]:
            if other.seat != one.seat and _alike(one.text, other.text):
                yield one, other


def _alike(text: str, other: str) -> bool:
    words, others = ([word for word in map(bare, said.split()) if word] for said in (text, other))
    return bool(words) and Levenshtein.normalized_similarity(words, others) >= ALIKE


def _leak(one: Utterance, other: Utterance, sound: Sound) -> Leak | None:
    start_ns = int(min(one.start, other.start) * NS) - MARGIN_NS
    end_ns = int(max(one.end, other.end) * NS) + MARGIN_NS
    voices = {said.id: sound(said.seat, start_ns, end_ns) for said in (one, other)}
    of, line = sorted((one, other), key=lambda said: loudness(voices[said.id]), reverse=True)
    if loudness(voices[line.id]) > QUIETER * loudness(voices[of.id]):
        return None
    likeness, lag = correlation(voices[of.id], voices[line.id])
    return Leak(line, of, lag) if likeness >= COPY and lag >= EARLIEST_SECONDS else None


def loudness(sound: Pcm) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if len(sound) else 0.0


def correlation(sound: Pcm, later: Pcm) -> tuple[float, float]:
    """How much ``later`` is ``sound`` again, from 0 to 1, and after how many seconds (at most one, either way)."""
    if not len(sound) or not len(later):
        return 0.0, 0.0
    size = 1 << (len(sound) + len(later) - 1).bit_length()
    first, second = _voice(sound, size), _voice(later, size)
    power = np.sqrt(_energy(first, size) * _energy(second, size))
    if power == 0:
        return 0.0, 0.0
    shifted = np.abs(np.fft.irfft(second * np.conj(first), size)) / power
    reach = min(int(APART_SECONDS * RATE), size // 2 - 1)
    near = np.concatenate([shifted[-reach:], shifted[: reach + 1]])
    best = int(np.argmax(near))
    return float(near[best]), (best - reach) / RATE


def _voice(sound: Pcm, size: int) -> NDArray[np.complex128]:
    """The spectrum without hum and hiss."""
    heights = np.fft.rfftfreq(size, 1 / RATE)
    spectrum: NDArray[np.complex128] = np.fft.rfft(sound, size)
    return np.where((heights >= VOICE_HZ[0]) & (heights <= VOICE_HZ[1]), spectrum, 0)


def _energy(spectrum: NDArray[np.complex128], size: int) -> float:
    return float(np.sum(np.square(np.fft.irfft(spectrum, size))))
