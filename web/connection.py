"""One page at a sitting: what is still to be said to it, and to whom it belongs.

A view is full state, so a page that is behind gets the newest one and none of those between. Everything else waits in
a bounded line; a page so slow that the line fills is shut out and comes back by itself with a fresh view.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import WSCloseCode, web

from hearing.participants import Actor, PassId, SeatId
from media.relay.lines import ObserverId
from media.wire.allowance import Allowance

Message = Mapping[str, Any]
LONGEST_LINE = 256
DONE_KEPT = 64
MESSAGES_A_SECOND = 40
"""A busy page sends a tenth of it."""


class Connection:
    """A page's socket. ``who`` is its media name: a seat, an observer, or None for staff who hold no seat.

    ``pass_id`` is the pass that opened it, where it was a pass.
    """

    def __init__(
        self,
        socket: web.WebSocketResponse,
        by: Actor,
        who: SeatId | ObserverId | None,
        language: str,
        *,
        observer: bool,
        browser: str,
        stands: Callable[[], Awaitable[bool]],
        pass_id: PassId | None = None,
    ) -> None:
        self.socket = socket
        self.by = by
        self.who = who
        self.language = language
        self.observer = observer
        self.browser = browser
        self.pass_id = pass_id
        self.stands = stands
        """Whether the session by which this page came in has not been ended since."""
        self.allowance = Allowance(MESSAGES_A_SECOND)
        self.probe: asyncio.Task[None] | None = None
        self.relay = ""
        """By what the page says it reaches the relay, if it does."""
        self.busy = False
        """Whether the page says that its device could not fill the line of a link test."""
        self.withheld: frozenset[SeatId] = frozenset()
        self.undecodable: frozenset[SeatId] = frozenset()
        """Whose pictures this page was told that its line has no room for."""
        self.servers_until = 0.0
        """When the relay's credentials that this page was given are to be renewed."""
        self._line: deque[Message] = deque()
        self._view_due = False
        self._awake = asyncio.Event()

    @property
    def seat(self) -> SeatId | None:
        return None if self.observer or self.who is None else SeatId(self.who)

    def say(self, message: Message) -> None:
        """Put a message into the line. Never blocks; a full line closes the socket."""
        if len(self._line) >= LONGEST_LINE:
            self._line.clear()
            self._line.append({"t": "close", "code": WSCloseCode.TRY_AGAIN_LATER})
        else:
            self._line.append(message)
        self._awake.set()

    def show(self) -> None:
        """Ask that this page be shown the hearing as it now stands."""
        self._view_due = True
        self._awake.set()

    def close(self, code: int) -> None:
        self._line.append({"t": "close", "code": code})
        self._awake.set()

    async def talk(self, view: Callable[[Connection], Message]) -> None:
        """Send what is due until the socket closes."""
        while not self.socket.closed:
            await self._awake.wait()
            self._awake.clear()
            if self._view_due:
                self._view_due = False
                await self.socket.send_json(view(self))
            while self._line:
                message = self._line.popleft()
                if message["t"] == "close":
                    await self.socket.close(code=message["code"])
                    return
                await self.socket.send_json(message)
