"""The venue: at which node a hearing sits. One process needs none of it; of several each keeps leases.

A lease lies in the database beside the journal, and is held by renewing it. A node that cannot renew in time must take
it for lost: what it did under the lease stops before another node may begin. Should it write all the same, the
journal's version refuses it. Besides hearings, jobs that must not be done twice at once are leased by their name.

Redis is the board where each node posts what it holds, so that a request finds its way without asking the database. It
decides nothing: a board that is gone, or was wiped, costs nobody their hearing and gives it to no second node.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any, Protocol

import redis.asyncio
import redis.exceptions
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from hearing.registry.errors import Away
from hearing.registry.leases import LeaseBook

log = structlog.get_logger()

LEASE_SECONDS = 15.0
RENEWALS = 5
"""So many renewals fit into a lease; the last of them is too late to be waited for."""
BOARD_SECONDS = 0.5
"""So long is waited for the board."""
TAKE_DOWN = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end
"""


class LeaseLost(Exception):
    """Another node has it, or may have it by now."""


class SitsElsewhere(Exception):
    """The hearing sits at another node, or no node can say where. ``node`` is its address, empty where unknown."""

    def __init__(self, node: str) -> None:
        super().__init__(node)
        self.node = node


class Venue(Protocol):
    """Who holds what: a hearing by its id, a job by its name."""

    @property
    def node(self) -> str:
        """This node's own address, empty where there is only one."""

    async def claim(self, what: str) -> str | None:
        """Take it for this node. None when it is ours now, else the address of the node that holds it. Raises
        ``SitsElsewhere`` when that cannot be known."""

    async def holder(self, what: str) -> str | None:
        """The other node that holds it; None where no other does, or nobody can tell."""

    def holds(self, what: str) -> bool:
        """Whether this node's lease stands by the clock: asked in any thread, and without Redis."""

    async def renew(self, what: str) -> bool:
        """Keep the lease. False when another node has it."""

    async def keep(self, what: str) -> None:
        """Renew until cancelled. Raises ``LeaseLost``."""

    async def release(self, what: str) -> None: ...

    async def close(self) -> None: ...


class OneNode:
    """The embedded default: everything sits here."""

    node = ""

    async def claim(self, what: str) -> str | None:
        return None

    async def holder(self, what: str) -> str | None:
        return None

    def holds(self, what: str) -> bool:
        return True

    async def renew(self, what: str) -> bool:
        return True

    async def keep(self, what: str) -> None:
        await asyncio.get_running_loop().create_future()

    async def release(self, what: str) -> None:
        return None

    async def close(self) -> None:
        return None


class Board:
    """What each node posted in Redis. None of it is needed, so that nothing here raises."""

    def __init__(self, client: redis.asyncio.Redis) -> None:
        self._client = client
        self._silent = False

    @classmethod
    def at(cls, url: str) -> Board:
        """Raises ``ValueError`` for what is no address of a Redis."""
        client = redis.asyncio.from_url(
            url,
            decode_responses=True,
            socket_timeout=BOARD_SECONDS,
            socket_connect_timeout=BOARD_SECONDS,
            retry=Retry(NoBackoff(), 1),  # a connection of before Redis was started anew
        )
        return cls(client)

    async def post(self, what: str, node: str, seconds: float) -> None:
        await self._heard(self._client.set(_key(what), node, px=int(seconds * 1000)))

    async def read(self, what: str) -> str | None:
        found = await self._heard(self._client.get(_key(what)))
        return None if found is None else str(found)

    async def take_down(self, what: str, node: str) -> None:
        await self._heard(self._client.eval(TAKE_DOWN, 1, _key(what), node))

    async def close(self) -> None:
        await self._client.aclose()

    async def _heard(self, asking: Awaitable[Any]) -> Any:
        try:
            answer = await asking
        except (redis.exceptions.RedisError, OSError) as wrong:
            if not self._silent:
                log.error("redis silent", why=str(wrong))
            self._silent = True
            return None
        if self._silent:
            log.info("redis answers again")
        self._silent = False
        return answer


@dataclass(frozen=True, slots=True)
class Leases:
    """``node`` is the address at which the other nodes reach this one; it names this node, too."""

    book: LeaseBook
    board: Board
    node: str
    lease_seconds: float = LEASE_SECONDS
    until: dict[str, float] = field(default_factory=dict)
    """When each lease ends by the monotonic clock, unless it is renewed: never later than the book lets it go."""

    async def claim(self, what: str) -> str | None:
        try:
            return None if (holder := await self._take(what)) == self.node else holder
        except Away as wrong:
            raise SitsElsewhere("") from wrong

    async def holder(self, what: str) -> str | None:
        try:
            found = await self.board.read(what) or await self.book.holder(what)
        except Away:
            return None
        return None if found == self.node else found

    def holds(self, what: str) -> bool:
        return time.monotonic() < self.until.get(what, 0.0)

    async def renew(self, what: str) -> bool:
        return await self._take(what) == self.node

    async def _take(self, what: str) -> str:
        """Who holds it now: this node, where no other does."""
        asked = time.monotonic()
        holder = await self.book.take(what, self.node, self.lease_seconds)
        self.until[what] = asked + self.lease_seconds if holder == self.node else 0.0
        if holder == self.node:
            await self.board.post(what, self.node, self.lease_seconds)
        return holder

    async def keep(self, what: str) -> None:
        pause = self.lease_seconds / RENEWALS
        while True:
            await asyncio.sleep(pause)
            try:
                async with asyncio.timeout(pause):
                    held = await self.renew(what)
            except (Away, TimeoutError):
                held = time.monotonic() + pause < self.until.get(what, 0.0)
            if not held:
                raise LeaseLost(what)

    async def release(self, what: str) -> None:
        """What cannot be given back runs out."""
        self.until.pop(what, None)
        await self.board.take_down(what, self.node)
        with contextlib.suppress(Away):
            await self.book.give_up(what, self.node)

    async def close(self) -> None:
        await self.board.close()


def _key(what: str) -> str:
    return f"tyndau:venue:{what}"
