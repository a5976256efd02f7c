"""What the recorder tells about its tapes: how far they are finished, and whether the record is in danger."""

from __future__ import annotations

import errno
from dataclasses import dataclass

from media.record.tape import TapeHead


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


def reason_of(wrong: OSError) -> str:
    return "disk_full" if wrong.errno in (errno.ENOSPC, errno.EDQUOT, None) else "disk_failed"
