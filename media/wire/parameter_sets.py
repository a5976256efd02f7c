"""H.264 whose parameter sets do not stand before each of its key frames: they are put there.

An encoder may name them in SDP alone (``sprop-parameter-sets``, RFC 6184 8.1), or send them once. Whoever comes later,
and the recording, could then never begin. So a packet of the newest sets goes before every key frame that lacks them,
and all that follows moves on by one number; what is asked of the encoder is asked by its own numbers. Pure.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace

from media.wire import rtp
from media.wire.h264 import IDR, PICTURE_SET, SEQUENCE_SET, SLICE, STAP_A, units
from media.wire.rtp import Rtp

MOST_BYTES = 1000
"""They go in one packet, or not at all."""

MOST_SETS = 8
MOST_MOVES = 64


class ParameterSets:
    """Of one connection's stream. ``named``: those of its SDP; what comes in the stream itself takes their place."""

    def __init__(self, named: Sequence[bytes] = ()) -> None:
        self._sets: list[bytes] = []
        self._ssrc = self._told_at = -1
        self._told = False
        """The stream itself has just said what its next picture needs."""
        self._highest = 0
        self._moves: deque[tuple[int, int]] = deque(maxlen=MOST_MOVES)
        """From which of the encoder's numbers on ours are how much higher."""
        for unit in sorted(named, key=lambda unit: unit[0] & 31):
            self._learn(unit)

    @property
    def ahead(self) -> int:
        """How much our newest number is above the encoder's."""
        return self._ahead(self._highest)

    def take(self, packet: Rtp) -> tuple[Rtp, ...]:
        """The packet under our number, behind one of parameter sets where it begins a picture that needs it."""
        if packet.ssrc != self._ssrc:
            self._ssrc, self._highest = packet.ssrc, packet.sequence - 1 + 0x10000
            self._told, self._told_at = False, -1
            self._moves.clear()
        number = _near(packet.sequence, self._highest)
        if number <= self._highest:
            return (self._ours(packet, number),)
        self._highest = number
        if not self._lacks(packet):
            return (self._ours(packet, number),)
        self._told_at = packet.timestamp
        said = self._said(packet, number + self.ahead)
        self._moves.append((number, self.ahead + 1))
        return (said, self._ours(packet, number))

    def theirs(self, numbers: Iterable[int]) -> list[int]:
        """The encoder's numbers of these of ours, 16 bits each. What we put in was never theirs."""
        newest = self._highest + self.ahead
        found = (self._their(_near(number, newest)) for number in numbers)
        return [number & 0xFFFF for number in found if number is not None]

    def _their(self, ours: int) -> int | None:
        for begin, ahead in reversed(self._moves):
            if ours - ahead >= begin:
                return ours - ahead
            if ours - ahead == begin - 1:
                return None
        return ours - self._ahead(-1)

    def _ahead(self, number: int) -> int:
        oldest = self._moves[0][1] - 1 if self._moves else 0
        return next((ahead for begin, ahead in reversed(self._moves) if number >= begin), oldest)

    def _ours(self, packet: Rtp, number: int) -> Rtp:
        ahead = self._ahead(number)
        if not ahead:
            return packet
        sequence = (number + ahead) & 0xFFFF
        data = packet.data[:2] + sequence.to_bytes(2, "big") + packet.data[4:]
        return replace(packet, data=data, sequence=sequence)

    def _lacks(self, packet: Rtp) -> bool:
        """Learn of the packet; whether it begins a key frame before which nobody was told what it needs."""
        begins = False
        for kind, unit in units(packet):
            if kind in (SEQUENCE_SET, PICTURE_SET):
                self._learn(unit)
                self._told = self._told or kind == SEQUENCE_SET
            elif SLICE <= kind <= IDR:
                if self._told:
                    self._told, self._told_at = False, packet.timestamp
                begins = begins or kind == IDR
        return begins and self._told_at != packet.timestamp and len(self._sets) > 1

    def _learn(self, unit: bytes) -> None:
        """A new sequence set ends the picture sets that were made for the former."""
        if not unit or unit in self._sets:
            return
        if unit[0] & 31 == SEQUENCE_SET:
            self._sets = [unit]
        elif unit[0] & 31 == PICTURE_SET and self._sets:
            self._sets = [self._sets[0], *self._sets[1:][2 - MOST_SETS :], unit]
        if sum(map(len, self._sets)) > MOST_BYTES:
            self._sets = []

    def _said(self, packet: Rtp, number: int) -> Rtp:
        payload = bytes((max(unit[0] & 0x60 for unit in self._sets) | STAP_A,)) + b"".join(
            len(unit).to_bytes(2, "big") + unit for unit in self._sets
        )
        head = rtp.header(packet.payload_type, False, number & 0xFFFF, packet.timestamp, packet.ssrc, b"", False)
        said = rtp.parse(head + payload)
        assert said is not None
        return said


def _near(number: int, known: int) -> int:
    """The unwrapped number that is nearest to one that is known."""
    return known + ((number - known + 0x8000) & 0xFFFF) - 0x8000
