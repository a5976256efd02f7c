"""The interpreter's booth: who listens to which channel.

A listener's choice is their own affair: it is kept for as long as the sitting lasts, never recorded, and only leaves
out the voices of other languages' interpreters. Where an interpreter speaks is a fact and comes with the floor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hearing.interpretation import first_channel
from hearing.participants import CHANNELS, FLOOR, SeatId
from hearing.wrongs import Malformed
from web.connection import Connection

if TYPE_CHECKING:
    from web.sitting import Sitting


class Booth:
    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._chosen: dict[str, str] = {}

    def apply(self) -> None:
        """Give everybody the channel that they chose, or else the one of their language."""
        self._sitting.courtroom.tune(self.listens)

    @property
    def listens(self) -> Mapping[str, str]:
        """The channel of every seat, and of the observers who chose one."""
        hearing = self._sitting.hearing
        return {**{seat: first_channel(hearing, seat) for seat in hearing.seats}, **self._chosen}

    def choose(self, connection: Connection, channel: str) -> None:
        """This page listens to another channel. Raises ``Malformed`` for one that does not exist."""
        if channel not in CHANNELS:
            raise Malformed("rtc.listen")
        if connection.who is not None:
            self._chosen[connection.who] = channel
            self.apply()
            connection.show()

    def leaves(self, connection: Connection) -> None:
        """An observer is gone and comes back as somebody else."""
        if connection.who is not None:
            self._chosen.pop(connection.who, None)

    def carries(self, source: SeatId, connection: Connection) -> bool:
        """Whether the channel that this page listens to carries a voice which the floor gives it."""
        own = connection.seat == source
        listens = self.listens.get(connection.who or "", FLOOR)
        return own or self._sitting.floor.on_channel(source, listens)
