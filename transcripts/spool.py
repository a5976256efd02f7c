"""The sound the server still answers for: what a track has said and no worker has settled yet.

Live sound is held here until it is settled, recorded sound is read again from tape. Either way a worker that dies
takes nothing with it: the next one is sent everything after the mark.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from transcripts.utterances import NS, RATE, SAMPLE_NS, Pcm, as_int16

HELD_NS = 120 * NS
"""Live sound held per track. Beyond it the oldest is let go: the pass over the recording hears it."""
AHEAD_NS = 60 * NS
"""How far recorded sound is sent ahead of what is settled."""
PIECE_NS = 10 * NS

Chunk = tuple[int, bytes]


class Spool(Protocol):
    def settle(self, upto_ns: int) -> None: ...
    def rewind(self) -> None: ...
    async def next(self) -> Chunk | None: ...
    @property
    def over(self) -> bool: ...
    @property
    def end_ns(self) -> int: ...


def length_ns(raw: bytes) -> int:
    return len(raw) // 2 * SAMPLE_NS


class LiveSpool:
    def __init__(self) -> None:
        self._held: deque[Chunk] = deque()
        self._sent = 0
        self._settled = 0
        self._ended = False
        self.end_ns = 0
        self.lost_ns = 0

    def push(self, start_ns: int, raw: bytes) -> None:
        self._held.append((start_ns, raw))
        self.end_ns = max(self.end_ns, start_ns + length_ns(raw))
        while self._held and self.end_ns - self._held[0][0] > HELD_NS:
            _, gone = self._held.popleft()
            self.lost_ns += length_ns(gone)
            self._sent = max(0, self._sent - 1)

    def end(self) -> None:
        self._ended = True

    def settle(self, upto_ns: int) -> None:
        self._settled = max(self._settled, upto_ns)
        while self._held and self._held[0][0] + length_ns(self._held[0][1]) <= self._settled:
            self._held.popleft()
            self._sent = max(0, self._sent - 1)

    def rewind(self) -> None:
        self._sent = 0

    async def next(self) -> Chunk | None:
        if self._sent >= len(self._held):
            return None
        start, raw = self._held[self._sent]
        self._sent += 1
        return _after(self._settled, start, raw)

    @property
    def over(self) -> bool:
        return self._ended and self._sent >= len(self._held)


class TapeSpool:
    """``grows``: the tape may go on after its end, of which ``reach`` tells."""

    def __init__(self, read: Callable[[int, int], Pcm], start_ns: int, end_ns: int, *, grows: bool = False) -> None:
        self._settled = self._next = start_ns
        self.reach(read, end_ns, grows=grows)

    def reach(self, read: Callable[[int, int], Pcm], end_ns: int, *, grows: bool) -> None:
        """So far the tape goes now. ``read`` need not know what is settled."""
        self._read, self.end_ns, self._grows = read, end_ns, grows

    @property
    def settled_ns(self) -> int:
        return self._settled

    def settle(self, upto_ns: int) -> None:
        self._settled = max(self._settled, upto_ns)

    def rewind(self) -> None:
        self._next = self._settled

    async def next(self) -> Chunk | None:
        if self._next >= self.end_ns or self._next - self._settled > AHEAD_NS:
            return None
        start, end = self._next, min(self._next + PIECE_NS, self.end_ns)
        pcm = await asyncio.to_thread(self._read, start, end)
        if self._next == start:
            self._next = end
        return start, as_int16(pcm[: (end - start) * RATE // NS])

    @property
    def over(self) -> bool:
        return not self._grows and self._next >= self.end_ns


def _after(mark_ns: int, start: int, raw: bytes) -> Chunk:
    """What of a chunk lies after the mark: what is settled is not sent twice."""
    late = max(0, mark_ns - start) // SAMPLE_NS
    return start + late * SAMPLE_NS, raw[late * 2 :]
