"""The syncer: the recorder's second thread, which makes durable what the writer wrote.

Once a second it asks the disk to make everything durable and closes finished parts: a slow ``fdatasync`` holds up
neither packets nor writer. A finished part then gets its line in the chain; what the disk does not take of it is tried
again a second later. A head is told only by a turn in which nothing went wrong.
"""

from __future__ import annotations

import collections
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from media.record.disk import Disk
from media.record.frames import TapeName
from media.record.reports import Report, reason_of
from media.record.tape import PART_NS, TapeHead, chain_path

SYNC_EVERY = 1.0
LATE_NS = 1_500_000_000
HEAD_EVERY_NS = 60_000_000_000


@dataclass(frozen=True, slots=True)
class Finished:
    """A part that only has to be made durable and written into its chain; ``at_once``: then its head is told."""

    tape: TapeName
    head: TapeHead
    fd: int
    line: bytes
    at_once: bool


class Syncer:
    """Owns its thread. ``close`` and ``join`` are for whoever ends it, everything else public is for the writer."""

    def __init__(self, folder: Path, disk: Disk, clock: Callable[[], int], tell: Callable[[Report], None]) -> None:
        self._folder, self._disk, self._clock, self._tell = folder, disk, clock, tell
        self._guard = threading.Lock()
        self._open: dict[TapeName, int] = {}
        self._finished: collections.deque[Finished] = collections.deque()
        self._since: int | None = None
        self._wrong: str | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="tape-sync", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether any part is open."""
        return bool(self._open)

    def opened(self, tape: TapeName, fd: int) -> None:
        """A part was begun: from now on it is made durable once a second."""
        with self._guard:
            self._open[tape] = fd

    def finish(self, part: Finished) -> None:
        """A part is written to its end."""
        with self._guard:
            self._open.pop(part.tape, None)
            self._finished.append(part)

    def trouble(self, now_ns: int) -> str | None:
        """Why what was written is not durable, if it is not."""
        since = self._since
        if since is not None and now_ns - since > LATE_NS:
            return "disk_slow"
        return self._wrong

    def close(self) -> None:
        """Once more, and then no more: nothing comes after this."""
        self._closing.set()

    def join(self) -> None:
        self._thread.join()

    def _loop(self) -> None:
        rest: dict[TapeName, bytes] = {}
        untold: dict[TapeName, Finished] = {}
        told_ns: dict[TapeName, int] = {}
        while True:
            last = self._closing.wait(SYNC_EVERY)
            with self._guard:
                fds = list(self._open.values())
                finished = [self._finished.popleft() for _ in range(len(self._finished))]
            now = self._since = self._clock()
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
            self._since = None
            self._wrong = wrong or ("disk_full" if rest else None)
            if last:
                return

    def _try_sync(self, fd: int) -> str | None:
        try:
            self._disk.sync(fd)
        except OSError as wrong:
            return reason_of(wrong)
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
