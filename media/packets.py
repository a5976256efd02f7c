"""What the relay heard: one packet of one seat, as it arrived.

A tuple, because one is made for every packet: a frozen dataclass takes three times as long to make.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from hearing.participants import SeatId

Kind = Literal["audio", "video"]


class Received(NamedTuple):
    """A decrypted packet: RTP, or a compound RTCP packet with a sender report when ``is_rtcp``."""

    seat: SeatId
    kind: Kind
    arrival_ns: int
    packet: bytes
    codec: str
    ssrc: int
    is_rtcp: bool = False
    is_rtx: bool = False
