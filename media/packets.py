"""What the relay heard: one packet of one seat, as it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hearing.participants import SeatId

Kind = Literal["audio", "video"]


@dataclass(frozen=True, slots=True)
class Received:
    """A decrypted packet: RTP, or a compound RTCP packet with a sender report when ``is_rtcp``."""

    seat: SeatId
    kind: Kind
    arrival_ns: int
    packet: bytes
    codec: str
    ssrc: int
    is_rtcp: bool = False
    is_rtx: bool = False
