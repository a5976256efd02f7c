"""What we tell senders about the line to us, so that their video grows to what the line carries and no further.

A browser that agreed on transport-wide feedback runs its own estimator on the arrival times that we report. Every
browser is also given a plain limit (REMB) twice a second: the more people publish, the less each may send, because a
hearing must be bearable on a line of 1 Mbit/s.
"""

from __future__ import annotations

from media.wire import rtcp, transport_cc
from media.wire.clock import MILLISECOND

FEEDBACK_NS = 60 * MILLISECOND
LIMIT_NS = 500 * MILLISECOND
MOST_WAITING = 500

VIDEO_BITS = (1_000_000, 1_000_000, 1_000_000, 600_000, 450_000, 350_000)
"""What one picture may take, by the number of seats that publish; the last holds for all larger numbers."""

FEWEST_BITS = 250_000
CAMERA_BITS = 600_000
"""The court camera never gets less: its picture is the one that stays."""

LAYERED_BITS = 1_000_000
"""All layers of one camera together: with sound, what a line of the norm carries."""


def video_limit(publishing: int, court_camera: bool) -> int:
    bits = VIDEO_BITS[publishing] if publishing < len(VIDEO_BITS) else FEWEST_BITS
    return max(bits, CAMERA_BITS) if court_camera else bits


class Arrivals:
    """Transport sequence numbers and arrival times since the last feedback."""

    def __init__(self) -> None:
        self._highest = -1
        self._waiting: dict[int, int] = {}
        self._count = 0
        self._sent_ns = 0

    def note(self, sequence: int, at_ns: int) -> None:
        if self._highest < 0:
            self._highest = sequence + 65536
        step = (sequence - self._highest) & 0xFFFF
        number = self._highest + (step if step < 0x8000 else step - 0x10000)
        self._highest = max(self._highest, number)
        if len(self._waiting) < MOST_WAITING:
            self._waiting[number] = at_ns

    def due(self, now_ns: int) -> bool:
        return bool(self._waiting) and now_ns - self._sent_ns >= FEEDBACK_NS

    def feedback(self, sender: int, ssrc: int, now_ns: int) -> bytes | None:
        """The feedback packet that is due, if any."""
        if not self.due(now_ns):
            return None
        arrivals = sorted(self._waiting.items())
        self._waiting.clear()
        self._sent_ns = now_ns
        packet = transport_cc.write(sender, ssrc, arrivals, self._count)
        self._count = (self._count + 1) & 255
        return packet


class Limit:
    """REMB at its rhythm."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self._sent_ns = 0

    def due(self, now_ns: int, period_ns: int = LIMIT_NS) -> bool:
        return now_ns - self._sent_ns >= period_ns

    def feedback(self, sender: int, ssrcs: list[int], now_ns: int, period_ns: int = LIMIT_NS) -> bytes | None:
        if not ssrcs or not self.due(now_ns, period_ns):
            return None
        self._sent_ns = now_ns
        return rtcp.bitrate_limit(sender, self.bits, ssrcs)
