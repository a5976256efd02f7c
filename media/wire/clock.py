"""The server's one media clock: Unix nanoseconds that never go back, whatever is done to the wall clock meanwhile."""

from __future__ import annotations

import time

_OFFSET = time.time_ns() - time.monotonic_ns()

SECOND = 1_000_000_000
MILLISECOND = 1_000_000

_NTP_EPOCH = 2_208_988_800


def now_ns() -> int:
    """Unix nanoseconds, anchored to the wall clock when the process began and monotonic since."""
    return time.monotonic_ns() + _OFFSET


def to_ntp(at_ns: int) -> int:
    """The 64-bit NTP timestamp that sender reports carry."""
    seconds, rest = divmod(at_ns, SECOND)
    return ((seconds + _NTP_EPOCH) << 32) | ((rest << 32) // SECOND)


def from_ntp(ntp: int) -> int:
    """Unix nanoseconds of a 64-bit NTP timestamp."""
    return ((ntp >> 32) - _NTP_EPOCH) * SECOND + (((ntp & 0xFFFFFFFF) * SECOND) >> 32)
