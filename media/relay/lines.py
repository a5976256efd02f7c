"""Small values the courtroom gives out: what a browser should receive, and lines that come and go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

from hearing.participants import SeatId
from media.packets import Kind

ObserverId = NewType("ObserverId", str)
"""Begins with ``o-``: receives what the public may, publishes nothing."""

CameraId = NewType("CameraId", str)
"""Begins with ``c-``: a second device that publishes for a seat and receives nothing."""

ScreenId = NewType("ScreenId", str)
"""Begins with ``w-``: a second device that receives, while the hearing is held, what a seat may; publishes nothing."""

PublicScreenId = NewType("PublicScreenId", str)
"""Begins with ``p-``: a screen of the public, with no seat behind it; receives what an observer may."""

Who = SeatId | ObserverId | CameraId | ScreenId | PublicScreenId


def observes(who: str) -> bool:
    """Whether this is one of the public."""
    return who.startswith(("o-", "p-"))


def camera_of(seat: SeatId) -> CameraId:
    return CameraId(f"c-{seat}")


def screen_of(seat: SeatId) -> ScreenId:
    return ScreenId(f"w-{seat}")


def films(who: str) -> bool:
    return who.startswith("c-")


def screens(who: str) -> bool:
    """Whether this came by WHEP: it cannot be told to offer again."""
    return who.startswith(("w-", "p-"))


def sits(who: str) -> bool:
    """Whether this is a seat's own connection, the one by which its person is here."""
    return not who.startswith(("o-", "c-", "w-", "p-"))


def seat_behind(who: str) -> SeatId:
    """The seat that a connection belongs to; one of the public has only itself."""
    return SeatId(who[2:] if who.startswith(("c-", "w-")) else who)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A receiving section that a browser should have."""

    seat: SeatId
    kind: Kind
    fed: bool
    """Whether one of its sections carries it already. One that does not calls for a new offer."""


@dataclass(frozen=True, slots=True)
class LineUp:
    seat: SeatId
    at_ns: int


@dataclass(frozen=True, slots=True)
class LineDown:
    seat: SeatId
    at_ns: int
    why: str
    heard_ns: int
    """When the last sign of life had come."""


LineEvent = LineUp | LineDown


@dataclass(frozen=True, slots=True)
class LinkFigures:
    """The line of one member as the server itself measured it. Loss is a share, 0 to 1."""

    rtt_ms: float | None = None
    jitter_ms: float = 0.0
    loss_up: float = 0.0
    loss_down: float = 0.0
    up_kbps: float = 0.0
    down_kbps: float = 0.0
    queue_ms: float = 0.0
    """How much the newest round trip is above the shortest of the last minute: a queue on the line."""

    @property
    def loss(self) -> float:
        return max(self.loss_up, self.loss_down)
