"""The writer: the recorder's first thread, which puts on tape what the event loop hands over.

The event loop hands packets over through a bounded queue and never waits for a disk. The *writer* empties the queue
fifty times a second, seals and writes: a killed process loses at most one such tick. What it wrote is made durable by
a second thread (:mod:`media.record.syncer`).

What cannot be written waits. The policy when the disk is full or slow: raise the alarm at once, keep what arrives up
to ``MAX_WAITING`` packets, try again four times a second and write on from the byte where the disk stopped; what
exceeds the bound is dropped, counted, and the count is put on the tape itself as soon as it can be written.
"""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from media.record.disk import Disk
from media.record.frames import Flag, Frame, TapeName
from media.record.reports import Report, TapeAlarm, TapeRestored, TapeRolling, reason_of
from media.record.syncer import LATE_NS, Finished, Syncer
from media.record.tape import PART_NS, Tape, TapeHead

TICK = 0.02
RETRY_NS = 250_000_000
MAX_WAITING = 40_000


@dataclass(slots=True)
class _Lane:
    """A tape and what waits for it."""

    tape: Tape
    codec: str = ""
    waiting: list[Frame] = field(default_factory=list)
    rolling: bool = False
    pausing: bool = False


Item = tuple[TapeName, str, Frame | None]
"""A tape, the codec, and a frame for it; no frame means: finish the part, the tape pauses."""


class Writer:
    """Owns both threads. ``put`` and ``late`` are for the event loop, everything else happens in the threads."""

    def __init__(
        self,
        folder: Path,
        key: bytes,
        disk: Disk,
        clock: Callable[[], int],
        tell: Callable[[Report], None],
        fresh_picture: Callable[[str], None],
    ) -> None:
        self._folder, self._key, self._disk, self._clock = folder, key, disk, clock
        self._tell, self._fresh_picture = tell, fresh_picture
        self._queue: collections.deque[Item] = collections.deque()
        self._dropped: collections.Counter[TapeName] = collections.Counter()
        self._waiting = 0
        self._lanes: dict[TapeName, _Lane] = {}
        self._alarm: str | None = None
        self._lost = 0
        self._retry_ns = 0
        self._oldest_ns: int | None = None
        self._wake = threading.Event()
        self._rests = False
        """Nothing came in the last turn: whoever brings something wakes the thread."""
        self._closing = threading.Event()
        self._syncer = Syncer(folder, disk, clock, tell)
        self._thread = threading.Thread(target=self._loop, name="tape-writer", daemon=True)
        self._thread.start()
        self._syncer.start()

    # -- for the event loop ------------------------------------------------------------------------------------------

    def put(self, tape: TapeName, codec: str, frame: Frame | None) -> None:
        """Hand over one frame, or a pause; never blocks."""
        if frame is not None and len(self._queue) + self._waiting >= MAX_WAITING:
            self._dropped[tape] += 1
            return
        self._queue.append((tape, codec, frame))
        if frame is None or self._rests or not self._syncer.busy:
            self._wake.set()

    def late(self, now_ns: int) -> bool:
        """Whether the writer itself hangs in the disk: asked by the event loop with every packet, so it is cheap."""
        return self._oldest_ns is not None and now_ns - self._oldest_ns > LATE_NS

    def close(self) -> None:
        """Write what can be written, finish every part and stop. Blocks: call it in a thread."""
        self._closing.set()
        self._wake.set()
        self._thread.join()
        self._syncer.join()

    def heads(self) -> list[TapeHead]:
        """The heads of all tapes, final once closed."""
        return [lane.tape.head() for lane in self._lanes.values()]

    # -- the thread --------------------------------------------------------------------------------------------------

    def _loop(self) -> None:
        sound = False
        try:
            while not self._closing.is_set():
                self._wake.wait(TICK if self._alarm or (self._syncer.busy and not self._rests) else 10 * TICK)
                self._wake.clear()
                self._rests = False
                self._rests = not self._turn(last=False)
                if self._rests and self._queue:  # brought before it could be seen that we rest
                    self._wake.set()
            left = -1
            while len(self._queue) != left:
                left = len(self._queue)
                self._turn(last=True)
            for lane in self._lanes.values():
                self._finish(lane)
            sound = True
        finally:
            self._syncer.close()
            if not sound:
                self._tell(TapeAlarm("disk_failed"))

    def _turn(self, *, last: bool) -> bool:
        """Whether there was anything to take."""
        now, busy = self._clock(), bool(self._queue)
        self._oldest_ns = now if busy else None
        self._take()
        if self._alarm is None or last or now >= self._retry_ns:
            self._write(now)
        for lane in self._lanes.values():
            part = lane.tape.part
            if part is not None and not part.waiting and now - part.since_ns >= PART_NS:
                self._finish(lane)
        self._oldest_ns = None
        trouble = self._syncer.trouble(now)
        if trouble is not None:
            self._raise(trouble)
        return busy

    def _take(self) -> None:
        """Sort what came by tape, up to the next pause of a tape that still has to write what came before it."""
        while self._queue:
            name, codec, frame = self._queue[0]
            lane = self._lanes.get(name)
            if lane is None:
                if frame is None:
                    self._queue.popleft()
                    continue
                lane = self._lanes[name] = _Lane(Tape(self._disk, self._folder, name, self._key))
            if lane.pausing or (codec and lane.codec and codec != lane.codec and frame and self._change(lane)):
                return
            self._queue.popleft()
            if frame is None:
                lane.pausing = True
            else:
                lane.codec = codec or lane.codec
                lane.waiting.append(frame)
                self._waiting += 1

    def _change(self, lane: _Lane) -> bool:
        """A track changed its codec: end the part first, since a part has one codec."""
        lane.codec = ""
        lane.pausing = True
        return True

    def _write(self, now: int) -> None:
        try:
            for lane in self._lanes.values():
                self._write_lane(lane, now)
        except OSError as wrong:
            self._retry_ns = now + RETRY_NS
            self._raise(reason_of(wrong))
            return
        if self._alarm is not None and self._syncer.trouble(now) is None:
            lost, self._lost = self._lost, 0
            self._alarm = None
            self._tell(TapeRestored(lost))

    def _write_lane(self, lane: _Lane, now: int) -> None:
        lane.tape.flush()
        dropped = self._dropped.pop(lane.tape.name, 0)
        if dropped:
            self._lost += dropped
            self._raise("overflow")
            lane.waiting.append(Frame(now, Flag.LOST, dropped.to_bytes(8, "big")))
            self._waiting += 1
        if lane.waiting:
            opens = lane.tape.part is None
            lane.tape.seal(lane.waiting, lane.codec)
            self._waiting -= len(lane.waiting)
            lane.waiting = []
            if opens and lane.tape.part is not None:
                self._syncer.opened(lane.tape.name, lane.tape.part.fd)
                if lane.tape.name.kind == "video":
                    self._fresh_picture(lane.tape.name.seat)
            lane.tape.flush()
            if not lane.rolling:
                lane.rolling = True
                self._tell(TapeRolling(lane.tape.name.seat, lane.tape.name.kind))
        if lane.pausing:
            self._finish(lane)
            lane.pausing = lane.rolling = False

    def _finish(self, lane: _Lane) -> None:
        done = lane.tape.finish()
        if done is not None:
            fd, link = done
            self._syncer.finish(Finished(lane.tape.name, lane.tape.head(), fd, link.line(), lane.pausing))

    def _raise(self, reason: str) -> None:
        if self._alarm != reason:
            self._alarm = reason
            self._tell(TapeAlarm(reason))
