"""The recorder's two threads: one writes, one syncs.

The event loop hands packets over through a bounded queue and never waits for a disk. The *writer* empties the queue
fifty times a second, seals and writes: a killed process loses at most one such tick. The *syncer* asks the disk once
a second to make everything durable and closes finished parts: a slow ``fdatasync`` holds up neither packets nor
writer.

What cannot be written waits. The policy when the disk is full or slow: raise the alarm at once, keep what arrives up
to ``MAX_WAITING`` packets, try again four times a second and write on from the byte where the disk stopped; what
exceeds the bound is dropped, counted, and the count is put on the tape itself as soon as it can be written.
"""

from __future__ import annotations

import collections
import errno
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from media.record.disk import Disk
from media.record.frames import Flag, Frame, TapeName
from media.record.tape import PART_NS, Tape, TapeHead, chain_path

TICK = 0.02
RETRY_NS = 250_000_000
SYNC_EVERY = 1.0
LATE_NS = 1_500_000_000
HEAD_EVERY_NS = 60_000_000_000
MAX_WAITING = 40_000


@dataclass(frozen=True, slots=True)
class TapeAlarm:
    """The record is in danger; ``reason`` is ``disk_full``, ``disk_slow``, ``disk_failed`` or ``overflow``."""

    reason: str


@dataclass(frozen=True, slots=True)
class TapeRestored:
    """Everything that waited is on tape again; ``lost`` packets in between are not."""

    lost: int


@dataclass(frozen=True, slots=True)
class TapeRolling:
    """The first packet of a seat is on tape since it was opened or went on after a pause."""

    seat: str
    kind: str


Report = TapeHead | TapeAlarm | TapeRestored | TapeRolling


@dataclass(slots=True)
class _Lane:
    """A tape and what waits for it."""

    tape: Tape
    codec: str = ""
    waiting: list[Frame] = field(default_factory=list)
    rolling: bool = False
    pausing: bool = False


@dataclass(frozen=True, slots=True)
class _Finished:
    """A part that only has to be made durable and written into its chain; ``at_once``: then its head is told."""

    tape: TapeName
    head: TapeHead
    fd: int
    line: bytes
    at_once: bool


Item = tuple[TapeName, str, Frame | None]
"""A tape, the codec, and a frame for it; no frame means: finish the part, the tape pauses."""


class Writer:
    """Owns the threads. ``put`` and ``late`` are for the event loop, everything else happens in the threads."""

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
        self._closing = threading.Event()
        self._guard = threading.Lock()
        self._finished: collections.deque[_Finished] = collections.deque()
        self._open: dict[TapeName, int] = {}
        self._syncing_since: int | None = None
        self._sync_wrong: str | None = None
        self._sync_closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._write_loop, name="tape-writer", daemon=True),
            threading.Thread(target=self._sync_loop, name="tape-sync", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    # -- for the event loop ------------------------------------------------------------------------------------------

    def put(self, tape: TapeName, codec: str, frame: Frame | None) -> None:
        """Hand over one frame, or a pause; never blocks."""
        if frame is not None and len(self._queue) + self._waiting >= MAX_WAITING:
            self._dropped[tape] += 1
            return
        self._queue.append((tape, codec, frame))
        if frame is None or not self._open:
            self._wake.set()

    def late(self, now_ns: int) -> bool:
        """Whether the writer itself hangs in the disk: asked by the event loop with every packet, so it is cheap."""
        return self._oldest_ns is not None and now_ns - self._oldest_ns > LATE_NS

    def close(self) -> None:
        """Write what can be written, finish every part and stop. Blocks: call it in a thread."""
        self._closing.set()
        self._wake.set()
        for thread in self._threads:
            thread.join()

    def heads(self) -> list[TapeHead]:
        """The heads of all tapes, final once closed."""
        return [lane.tape.head() for lane in self._lanes.values()]

    # -- the writer --------------------------------------------------------------------------------------------------

    def _write_loop(self) -> None:
        sound = False
        try:
            while not self._closing.is_set():
                self._wake.wait(TICK if self._open or self._alarm else 10 * TICK)
                self._wake.clear()
                self._turn(last=False)
            left = -1
            while len(self._queue) != left:
                left = len(self._queue)
                self._turn(last=True)
            for lane in self._lanes.values():
                self._finish(lane)
            sound = True
        finally:
            self._sync_closing.set()
            if not sound:
                self._tell(TapeAlarm("disk_failed"))

    def _turn(self, *, last: bool) -> None:
        now = self._clock()
        self._oldest_ns = now if self._queue else None
        self._take()
        if self._alarm is None or last or now >= self._retry_ns:
            self._write(now)
        for lane in self._lanes.values():
            part = lane.tape.part
            if part is not None and not part.waiting and now - part.since_ns >= PART_NS:
                self._finish(lane)
        self._oldest_ns = None
        trouble = self._sync_trouble(now)
        if trouble is not None:
            self._raise(trouble)

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
            self._raise(_reason(wrong))
            return
        if self._alarm is not None and self._sync_trouble(now) is None:
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
                with self._guard:
                    self._open[lane.tape.name] = lane.tape.part.fd
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
            with self._guard:
                self._open.pop(lane.tape.name, None)
                self._finished.append(_Finished(lane.tape.name, lane.tape.head(), fd, link.line(), lane.pausing))

    def _raise(self, reason: str) -> None:
        if self._alarm != reason:
            self._alarm = reason
            self._tell(TapeAlarm(reason))

    def _sync_trouble(self, now: int) -> str | None:
        since = self._syncing_since
        if since is not None and now - since > LATE_NS:
            return "disk_slow"
        return self._sync_wrong

    # -- the syncer --------------------------------------------------------------------------------------------------

    def _sync_loop(self) -> None:
        rest: dict[TapeName, bytes] = {}
        untold: dict[TapeName, _Finished] = {}
        told_ns: dict[TapeName, int] = {}
        while True:
            last = self._sync_closing.wait(SYNC_EVERY)
            with self._guard:
                fds = list(self._open.values())
                finished = [self._finished.popleft() for _ in range(len(self._finished))]
            now = self._syncing_since = self._clock()
            wrong: str | None = None
            for fd in fds + [part.fd for part in finished]:
                wrong = self._try_sync(fd) or wrong
            for part in finished:
                self._disk.close(part.fd)
                rest[part.tape] = rest.get(part.tape, b"") + part.line
                before = untold.get(part.tape)
                untold[part.tape] = replace(part, at_once=part.at_once or (before is not None and before.at_once))
            for tape in list(rest):
                rest[tape] = self._extend_chain(tape, rest[tape])
                if not rest[tape]:
                    del rest[tape]
            for tape, part in list(untold.items()):
                since = told_ns.setdefault(tape, now - PART_NS)
                if wrong is None and tape not in rest and (part.at_once or now - since >= HEAD_EVERY_NS):
                    told_ns[tape] = now
                    del untold[tape]
                    self._tell(part.head)
            self._syncing_since = None
            self._sync_wrong = wrong or ("disk_full" if rest else None)
            if last:
                return

    def _try_sync(self, fd: int) -> str | None:
        try:
            self._disk.sync(fd)
        except OSError as wrong:
            return _reason(wrong)
        return None

    def _extend_chain(self, tape: TapeName, lines: bytes) -> bytes:
        """Append to the chain file; what the disk did not take is returned and tried again a second later."""
        try:
            fd = self._disk.extend(chain_path(self._folder, tape))
        except OSError:
            return lines
        try:
            while lines:
                written = self._disk.write(fd, lines)
                if written <= 0:
                    break
                lines = lines[written:]
            self._disk.sync(fd)
        except OSError:
            return lines
        finally:
            self._disk.close(fd)
        return lines


def _reason(wrong: OSError) -> str:
    return "disk_full" if wrong.errno in (errno.ENOSPC, errno.EDQUOT, None) else "disk_failed"
