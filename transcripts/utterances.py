"""The words of this room: utterances, and the tracks they are cut from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hearing.participants import SeatId
from hearing.utterances import DOUBTFUL_BELOW, LIVE, Utterance, Word, utterance_id

__all__ = [
    "DOUBTFUL_BELOW",
    "LIVE",
    "NS",
    "RATE",
    "SAMPLE_NS",
    "Pcm",
    "RecordedTrack",
    "Utterance",
    "Word",
    "as_float",
    "as_int16",
    "utterance_id",
]

RATE = 16_000
NS = 1_000_000_000
SAMPLE_NS = NS // RATE

Pcm = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RecordedTrack:
    """One seat's sound on tape. ``read(start_ns, end_ns)`` gives 16 kHz mono, gaps filled with silence."""

    seat: SeatId
    start_ns: int
    end_ns: int
    read: Callable[[int, int], Pcm]
    language: str | None = None

    def between(self, start_ns: int, end_ns: int) -> Pcm:
        """The sound between two moments, with silence before the track begins and after it ends."""
        heard = np.zeros((end_ns - start_ns) * RATE // NS, np.float32)
        first, last = max(start_ns, self.start_ns), min(end_ns, self.end_ns)
        if first < last:
            at = (first - start_ns) * RATE // NS
            kept = self.read(first, last)[: len(heard) - at]
            heard[at : at + len(kept)] = kept
        return heard


def as_int16(pcm: NDArray[Any]) -> bytes:
    """Sound as it travels between processes: half the size of floats and nothing lost that speech needs."""
    if pcm.dtype == np.int16:
        return pcm.tobytes()
    scaled: NDArray[np.int16] = (np.clip(pcm, -1.0, 1.0) * 32767.0).astype("<i2")
    return scaled.tobytes()


def as_float(raw: bytes) -> Pcm:
    return np.frombuffer(raw, dtype="<i2").astype(np.float32) / np.float32(32768.0)
