"""Whose line is up and whose is down, told to whoever asks for the events; a connection that died is ended here.

A line is up with the first sign of life and down when none comes any more, well before its connection is given up:
it may come back meanwhile. Only a seat's own connection makes its person present.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from hearing.participants import SeatId
from media.relay.lines import LineDown, LineEvent, LineUp, sits
from media.relay.member import Member
from media.wire.clock import SECOND
from media.wire.peer import PeerState

HANDSHAKE_NS = 20 * SECOND
FORGET_NS = 30 * SECOND
MOST_EVENTS = 1000


class Presence:
    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self.events: asyncio.Queue[LineEvent] = asyncio.Queue(MOST_EVENTS)
        """When it is full, the oldest gives way to the newest."""

    def up(self, member: Member) -> None:
        """Something came from this member."""
        if not member.up:
            member.up = True
            if sits(member.peer.who):
                self._tell(LineUp(SeatId(member.peer.who), self._clock()))

    def down(self, member: Member, why: str) -> None:
        if member.up:
            member.up = False
            member.unsettle()
            if sits(member.peer.who):
                peer = member.peer
                self._tell(LineDown(SeatId(peer.who), self._clock(), why, max(peer.heard_ns, peer.born_ns)))

    def check(self, members: Iterable[Member], now_ns: int) -> None:
        """Who has been silent for too long."""
        for member in list(members):
            peer = member.peer
            silent = now_ns - max(peer.heard_ns, peer.born_ns)
            if member.up and silent > peer.quiet_limit_ns:
                self.down(member, "silent")
            if silent > FORGET_NS or (peer.state is PeerState.WAITING and now_ns - peer.born_ns > HANDSHAKE_NS):
                peer.close()

    def _tell(self, event: LineEvent) -> None:
        if self.events.full():
            self.events.get_nowait()
        self.events.put_nowait(event)
