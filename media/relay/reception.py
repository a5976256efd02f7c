"""One incoming stream: what came, what is missing, and the recent packets for those who missed them.

Pure bookkeeping with time as an argument. Sequence numbers are unwrapped here, once; everything behind counts on.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from media.wire import rtcp, rtp
from media.wire.clock import MILLISECOND, SECOND
from media.wire.rtp import Rtp

REORDER_NS = 10 * MILLISECOND
"""How long a gap may close by itself before it is asked for."""

RETRY_NS = 60 * MILLISECOND
TRIES = 8
MOST_MISSING = 150
"""A larger hole is not repaired packet by packet: for video a key frame is cheaper."""


class Arrival(Enum):
    NEW = auto()
    LATE = auto()
    """Fills a hole."""
    KNOWN = auto()
    """A duplicate, or older than we remember."""


@dataclass(slots=True)
class _Missing:
    due_ns: int
    tries: int = 0


class Reception:
    """``room`` packets are kept (a power of two)."""

    def __init__(self, ssrc: int, clock_rate: int, room: int) -> None:
        self.ssrc = ssrc
        self.clock_rate = clock_rate
        self._ticks = clock_rate / SECOND
        self.received = 0
        self.octets = 0
        self.repaired = 0
        self.jitter = 0.0
        self.gave_up = False
        """Set when a hole was too large or too old; who reads it, clears it."""
        self.highest = -1
        self.ahead = 0
        """How much our numbers are above the sender's, where packets were put in."""
        self._first = -1
        self._mask = room - 1
        self._numbers = [-1] * room
        self._packets: list[bytes] = [b""] * room
        self._missing: dict[int, _Missing] = {}
        self._transit: float | None = None
        self._reported = (0, 0)
        self.last_sr: tuple[int, int, int] | None = None
        """(NTP, RTP timestamp, arrival) of the newest sender report."""

    def unwrap(self, sequence: int) -> int:
        if self.highest < 0:
            return sequence + 65536
        step = (sequence - self.highest) & 0xFFFF
        return self.highest + (step if step < 0x8000 else step - 0x10000)

    def take(self, packet: Rtp, at_ns: int, *, repair: bool = False) -> tuple[int, Arrival]:
        """Note a packet; its unwrapped number, and whether it is news."""
        highest, octets = self.highest, packet.payload_length
        if packet.sequence == (highest + 1) & 0xFFFF and highest >= 0 and not repair:
            self.follow(highest + 1, packet.data, octets, packet.timestamp, at_ns)
            return highest + 1, Arrival.NEW
        number = self.unwrap(packet.sequence)
        slot = number & self._mask
        if self.highest >= 0 and number <= self.highest - self._mask:
            return number, Arrival.KNOWN
        if self._numbers[slot] == number:
            return number, Arrival.KNOWN
        arrival = Arrival.NEW if number > self.highest else Arrival.LATE
        if arrival is Arrival.NEW:
            self._advance(number, at_ns)
        else:
            self._missing.pop(number, None)
        self._numbers[slot], self._packets[slot] = number, packet.data
        self.received += 1
        self.octets += octets
        if repair:
            self.repaired += 1
        elif octets:
            self._note_jitter(packet.timestamp, at_ns)
        return number, arrival

    def follow(self, number: int, data: bytes, octets: int, timestamp: int, at_ns: int) -> None:
        """Note the packet that comes next, known to be that."""
        self.highest = number
        slot = number & self._mask
        self._numbers[slot], self._packets[slot] = number, data
        self.received += 1
        if octets:
            self.octets += octets
            transit = at_ns * self._ticks - timestamp
            change = transit - self._transit if self._transit is not None else 0.0
            if -self.clock_rate < change < self.clock_rate:
                self.jitter += (abs(change) - self.jitter) / 16
            self._transit = transit

    def _advance(self, number: int, at_ns: int) -> None:
        if self.highest < 0:
            self._first = number
        else:
            hole = number - self.highest - 1
            if hole + len(self._missing) > MOST_MISSING:
                self._missing.clear()
                self.gave_up = True
            else:
                for lost in range(self.highest + 1, number):
                    self._missing[lost] = _Missing(at_ns + REORDER_NS)
        self.highest = number

    def _note_jitter(self, timestamp: int, at_ns: int) -> None:
        transit = at_ns * self._ticks - timestamp
        if self._transit is not None:
            change = abs(transit - self._transit)
            if change < self.clock_rate:
                self.jitter += (change - self.jitter) / 16
        self._transit = transit

    @property
    def lacks(self) -> bool:
        """Whether anything is missing, or was given up."""
        return bool(self._missing) or self.gave_up

    def due(self, at_ns: int, rtt_ns: int) -> list[int]:
        """The 16-bit numbers to ask for now. What was asked in vain too often is given up."""
        wanted: list[int] = []
        for number, missing in list(self._missing.items()):
            if missing.due_ns > at_ns:
                continue
            if missing.tries >= TRIES:
                del self._missing[number]
                self.gave_up = True
                continue
            missing.tries += 1
            missing.due_ns = at_ns + max(RETRY_NS, rtt_ns + rtt_ns // 4)
            wanted.append(number & 0xFFFF)
        return wanted

    def recall(self, number: int) -> Rtp | None:
        """A recent packet by its unwrapped number."""
        slot = number & self._mask
        return rtp.parse(self._packets[slot]) if self._numbers[slot] == number else None

    @property
    def expected(self) -> int:
        return self.highest - self._first + 1 if self.highest >= 0 else 0

    def lost_fraction(self) -> float:
        """Loss since the last report block, on the line itself: what came by repair counts as lost."""
        expected, arrived = self._since()
        return max(0.0, (expected - arrived) / expected) if expected > 0 else 0.0

    def _since(self) -> tuple[int, int]:
        return self.expected - self._reported[0], self.received - self.repaired - self._reported[1]

    def report(self, at_ns: int) -> bytes:
        """A report block for the sender, about the time since the last one."""
        fraction = min(255, int(self.lost_fraction() * 256))
        self._reported = (self.expected, self.received - self.repaired)
        last_sr = delay = 0
        if self.last_sr is not None:
            last_sr = self.last_sr[0] >> 16 & 0xFFFFFFFF
            delay = max(0, at_ns - self.last_sr[2]) * 65536 // SECOND
        lost = self.expected - self.received
        return rtcp.report_block(self.ssrc, fraction, lost, self.highest - self.ahead, int(self.jitter), last_sr, delay)
