"""A disk that is too small."""

from __future__ import annotations

import errno
import os

from media.record.disk import LocalDisk


class ThinDisk(LocalDisk):
    """A disk with room for so many bytes: writes short, then refuses."""

    def __init__(self, room: int) -> None:
        self.room = room

    def write(self, fd: int, data: bytes) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written = super().write(fd, data[: self.room])
        self.room -= written
        return written
