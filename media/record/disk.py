"""The few things a tape asks of a disk.

A port and not ``os`` itself, because a full, slow or short-writing disk is the fault that decides whether a hearing
has a record, and a test must be able to be that disk. Writes are unbuffered: what ``write`` accepted survives the
death of the process, and what ``sync`` returned from survives the loss of power.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

JOURNAL_BYTES = 256 << 20


class Disk(Protocol):
    """What a tape writes through. Numbers returned by ``create`` and ``extend`` are file descriptors or the like."""

    def create(self, path: Path) -> int:
        """Open a new file for writing; it must not exist yet."""

    def extend(self, path: Path) -> int:
        """Open a file for writing at its end, new or not."""

    def write(self, fd: int, data: bytes) -> int:
        """Write what fits and say how much did; a full disk may answer short or raise ``OSError``."""

    def cut(self, fd: int, size: int) -> None:
        """Shorten the file to ``size`` bytes."""

    def sync(self, fd: int) -> None:
        """Return once everything written is on the medium."""

    def close(self, fd: int) -> None:
        """Give the descriptor back."""


class LocalDisk:
    """The file system, readable by the server's own account only."""

    def create(self, path: Path) -> int:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        _sync_folder(path.parent)
        return fd

    def extend(self, path: Path) -> int:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def write(self, fd: int, data: bytes) -> int:
        return os.write(fd, data)

    def cut(self, fd: int, size: int) -> None:
        os.ftruncate(fd, size)

    def sync(self, fd: int) -> None:
        os.fdatasync(fd)

    def close(self, fd: int) -> None:
        os.close(fd)


class SharedDisk(LocalDisk):
    """A disk on which the journal lies too: tapes leave it ``reserve`` bytes.

    A full disk must stop the record, which is a fact and an alarm, and never the journal, without which there is no
    hearing. The reserve holds months of facts.
    """

    def __init__(self, reserve: int = JOURNAL_BYTES) -> None:
        self.reserve = reserve

    def write(self, fd: int, data: bytes) -> int:
        found = os.fstatvfs(fd)
        if found.f_bavail * found.f_frsize - len(data) < self.reserve:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(fd, data)


class FencedDisk:
    """A disk that several servers see: it takes nothing from one that may no longer write there.

    ``ours`` is asked before every change, in the thread that makes it: a server that was frozen and wakes is not to
    append to what another has taken over meanwhile.
    """

    def __init__(self, disk: Disk, ours: Callable[[], bool]) -> None:
        self._disk = disk
        self._ours = ours

    def create(self, path: Path) -> int:
        self._check()
        return self._disk.create(path)

    def extend(self, path: Path) -> int:
        self._check()
        return self._disk.extend(path)

    def write(self, fd: int, data: bytes) -> int:
        self._check()
        return self._disk.write(fd, data)

    def cut(self, fd: int, size: int) -> None:
        self._check()
        self._disk.cut(fd, size)

    def sync(self, fd: int) -> None:
        self._disk.sync(fd)

    def close(self, fd: int) -> None:
        self._disk.close(fd)

    def _check(self) -> None:
        if not self._ours():
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def _sync_folder(folder: Path) -> None:
    """Make the new name itself survive a loss of power."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
