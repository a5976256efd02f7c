"""Just enough of H.264 to rebuild pictures from packets: RFC 6184's packets, and the size that a parameter set tells.

What is not well formed is answered with ``None`` or left out; nothing here raises.
"""

from __future__ import annotations

from collections.abc import Sequence

START = b"\x00\x00\x00\x01"
SLICE, IDR, SEI, SPS, PPS, DELIMITER, FILLER = 1, 5, 6, 7, 8, 9, 12
STAP_A, FU_A = 24, 28
_WITH_CHROMA = (100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135)
_MOST = 1 << 14


def kind(unit: bytes) -> int:
    """The type of a NAL unit (7.3.1)."""
    return unit[0] & 31


def is_picture(unit: bytes) -> bool:
    return SLICE <= kind(unit) <= IDR


def begins_picture(unit: bytes) -> bool:
    """Whether a slice is its picture's first: ``first_mb_in_slice`` of nought is one bit."""
    return len(unit) > 1 and bool(unit[1] & 0x80)


def packed(payload: bytes) -> list[bytes] | None:
    """The whole units of one packet, alone or several (STAP-A); ``None`` for a piece of one and for what is damaged."""
    if not payload or payload[0] & 0x80:
        return None
    if SLICE <= kind(payload) < STAP_A:
        return [payload]
    if kind(payload) != STAP_A:
        return None
    units, at = [], 1
    while at < len(payload):
        length = int.from_bytes(payload[at : at + 2], "big")
        if not length or at + 2 + length > len(payload):
            return None
        units.append(payload[at + 2 : at + 2 + length])
        at += 2 + length
    return units


def fragment(payload: bytes) -> tuple[bool, bool, bytes, bytes] | None:
    """A piece of a unit (FU-A): whether it is the first, whether the last, the unit's head, and the piece."""
    if len(payload) < 3 or payload[0] & 0x80 or kind(payload) != FU_A:
        return None
    head = bytes(((payload[0] & 0xE0) | (payload[1] & 31),))
    return bool(payload[1] & 0x80), bool(payload[1] & 0x40), head, payload[2:]


def stream(units: Sequence[bytes]) -> bytes:
    """Units one after another as decoders and containers take them (Annex B)."""
    return b"".join(START + unit for unit in units)


def sizes(payload: bytes) -> list[tuple[int, int]]:
    """What the parameter sets in one packet say of the picture's size."""
    found = (size(unit) for unit in packed(payload) or () if kind(unit) == SPS)
    return [one for one in found if one is not None]


class _Bits:
    """The bits of a unit, as 7.2 reads them; beyond the end there are noughts, and ``over`` is true."""

    def __init__(self, unit: bytes) -> None:
        plain = unit.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value, self._left = int.from_bytes(plain, "big"), 8 * len(plain)
        self.over = False

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            self.over = True
            return 0
        return self._value >> self._left & ((1 << count) - 1)

    def number(self) -> int:
        """An unsigned Exp-Golomb number."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31 or self.over:
                self.over = True
                return 0
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        number = self.number()
        return (number + 1) // 2 if number & 1 else -(number // 2)


def size(sps: bytes) -> tuple[int, int] | None:
    """Width and height that a sequence parameter set tells (7.3.2.1.1), its cropping taken off."""
    bits = _Bits(sps[1:256])
    profile = bits.take(8)
    bits.take(16)
    bits.number()
    chroma, planes = 1, 0
    if profile in _WITH_CHROMA:
        chroma = bits.number()
        planes = bits.take(1) if chroma == 3 else 0
        bits.number()
        bits.number()
        bits.take(1)
        if bits.take(1):
            for place in range(12 if chroma == 3 else 8):
                _skip_scaling(bits, 16 if place < 6 else 64)
    bits.number()
    order = bits.number()
    if order == 0:
        bits.number()
    elif order == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(min(bits.number(), 255)):
            bits.signed()
    bits.number()
    bits.take(1)
    width = 16 * (bits.number() + 1)
    rows = bits.number() + 1
    frames_only = bits.take(1)
    height = 16 * rows * (2 - frames_only)
    if not frames_only:
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        left, right, top, bottom = (bits.number() for _ in range(4))
        across = 2 if chroma in (1, 2) and not planes else 1
        down = (2 if chroma == 1 and not planes else 1) * (2 - frames_only)
        width, height = width - across * (left + right), height - down * (top + bottom)
    return (width, height) if not bits.over and 0 < width < _MOST and 0 < height < _MOST else None


def _skip_scaling(bits: _Bits, count: int) -> None:
    if not bits.take(1):
        return
    last = following = 8
    for _ in range(count):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last
