"""A player's microphone: silence, and the sentences that are said into it.

Frames and not packets are handed to the connection, so that it measures the level: the page's bars move as with people.
"""

from __future__ import annotations

import asyncio
import fractions
import time
from pathlib import Path

import av
import numpy as np
from aiortc.mediastreams import MediaStreamTrack
from numpy.typing import NDArray

RATE = 48000
FRAME = RATE // 50
TIME_BASE = fractions.Fraction(1, RATE)

Samples = NDArray[np.int16]
SILENCE: Samples = np.zeros(FRAME, np.int16)


def decoded(file: Path) -> Samples:
    """The samples of a spoken file, whole frames of 20 ms."""
    parts: list[Samples] = []
    with av.open(str(file)) as container:
        resampler = av.AudioResampler("s16", "mono", RATE)
        for frame in container.decode(audio=0):
            parts += [out.to_ndarray().reshape(-1).astype(np.int16) for out in resampler.resample(frame)]
        parts += [out.to_ndarray().reshape(-1).astype(np.int16) for out in resampler.resample(None)]
    spoken = np.concatenate(parts)
    return np.concatenate([spoken, np.zeros(-len(spoken) % FRAME, np.int16)])


class Voice(MediaStreamTrack):
    """The track. One sentence after the other; ``say`` returns when it has been said."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._ahead: list[Samples] = []
        self._said = asyncio.Event()
        self._turn = asyncio.Lock()
        self._sent = 0
        self._began: float | None = None

    @property
    def speaking(self) -> bool:
        return bool(self._ahead)

    async def say(self, file: Path) -> None:
        async with self._turn:
            samples = await asyncio.to_thread(decoded, file)
            self._said.clear()
            self._ahead = list(reversed(np.split(samples, len(samples) // FRAME)))
            await self._said.wait()

    async def quiet(self) -> None:
        """Wait until nothing is being said."""
        async with self._turn:
            pass

    async def recv(self) -> av.AudioFrame:
        await self._pace()
        piece = self._ahead.pop() if self._ahead else SILENCE
        if not self._ahead:
            self._said.set()
        frame = av.AudioFrame.from_ndarray(piece.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE
        frame.time_base = TIME_BASE
        frame.pts = self._sent * FRAME
        self._sent += 1
        return frame

    async def _pace(self) -> None:
        now = time.monotonic()
        if self._began is None:
            self._began = now
        due = self._began + self._sent * FRAME / RATE
        if due > now:
            await asyncio.sleep(due - now)
        elif now - due > 1.0:  # the machine slept: go on from here, do not send the past in a burst
            self._sent += int((now - due) * RATE / FRAME)
