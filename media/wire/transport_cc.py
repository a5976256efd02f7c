"""Transport-wide congestion control feedback: what arrived when, written for browsers and read from them.

draft-holmer-rmcat-transport-wide-cc-extensions-01. With it Chromium runs its own estimator for what it sends, and tells
us exactly when everything that we sent came in.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from media.wire.rtcp import RTPFB, TRANSPORT_CC, Packet

TICK_NS = 250_000
REFERENCE_NS = 64_000_000
_MOST = 1000


def write(sender: int, ssrc: int, arrivals: Sequence[tuple[int, int]], count: int) -> bytes:
    """Feedback about ``arrivals``: (unwrapped transport sequence, arrival in ns), sorted by sequence, not empty.

    Arrivals too far from the first (in numbers or in time) are left out rather than misreported.
    """
    base = arrivals[0][0]
    reference = arrivals[0][1] // REFERENCE_NS
    last = reference * REFERENCE_NS // TICK_NS
    symbols: list[int] = []
    deltas = b""
    for number, arrival in arrivals:
        position = number - base
        if position >= _MOST or position < len(symbols):
            continue
        delta = arrival // TICK_NS - last
        if not -32768 <= delta <= 32767:
            break
        symbols.extend([0] * (position - len(symbols)))
        if 0 <= delta <= 255:
            symbols.append(1)
            deltas += bytes((delta,))
        else:
            symbols.append(2)
            deltas += struct.pack("!h", delta)
        last += delta
    chunks = b""
    at = 0
    while at < len(symbols):
        run = 1
        while at + run < len(symbols) and symbols[at + run] == symbols[at] and run < 8191:
            run += 1
        if run >= 7 or at + run == len(symbols):
            chunks += struct.pack("!H", symbols[at] << 13 | run)
            at += run
        else:
            vector = 0xC000
            for bit in range(7):
                if at + bit < len(symbols):
                    vector |= symbols[at + bit] << (12 - 2 * bit)
            chunks += struct.pack("!H", vector)
            at += 7
    head = struct.pack("!IIHH", sender, ssrc, base & 0xFFFF, len(symbols))
    body = head + (reference & 0xFFFFFF).to_bytes(3, "big") + bytes((count & 255,)) + chunks + deltas
    padding = -len(body) % 4
    first = 0x80 | TRANSPORT_CC
    if padding:
        first |= 0x20
        body += bytes(padding - 1) + bytes((padding,))
    return struct.pack("!BBH", first, RTPFB, len(body) // 4) + body


def claimed(packet: Packet) -> int:
    """Of how many packets this says something; 0 for any other feedback. A few bytes may speak of 65 535."""
    told = packet.kind == RTPFB and packet.count == TRANSPORT_CC and len(packet.body) >= 16
    return int.from_bytes(packet.body[10:12], "big") if told else 0


def read(packet: Packet) -> list[tuple[int, int | None]]:
    """(16-bit transport sequence, arrival in ns of the receiver's clock or None when lost). Damage ends the list."""
    body = packet.body
    if len(body) < 16:
        return []
    base, count = struct.unpack_from("!HH", body, 8)
    at = 16
    symbols: list[int] = []
    while len(symbols) < count and at + 2 <= len(body):
        (chunk,) = struct.unpack_from("!H", body, at)
        at += 2
        if not chunk & 0x8000:
            symbols.extend([chunk >> 13 & 3] * min(chunk & 0x1FFF, count - len(symbols)))
        elif chunk & 0x4000:
            symbols.extend(chunk >> (12 - 2 * bit) & 3 for bit in range(7))
        else:
            symbols.extend(chunk >> (13 - bit) & 1 for bit in range(14))
    ticks = int.from_bytes(body[12:15], "big") * (REFERENCE_NS // TICK_NS)
    found: list[tuple[int, int | None]] = []
    for index, symbol in enumerate(symbols[:count]):
        number = (base + index) & 0xFFFF
        if symbol == 0:
            found.append((number, None))
            continue
        size = 1 if symbol == 1 else 2
        if symbol == 3 or at + size > len(body):
            return found
        ticks += body[at] if size == 1 else struct.unpack_from("!h", body, at)[0]
        at += size
        found.append((number, ticks * TICK_NS))
    return found
