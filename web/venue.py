"""The venue: at which node a hearing sits. One process needs none of it; several keep leases in Redis.

A lease is held by renewing it. A node that cannot renew in time must take it for lost: what it did under the lease
stops before another node may begin. Should it write all the same, the journal's version refuses it. Besides hearings,
jobs that must not be done twice at once are leased by their name.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Protocol

import redis.asyncio
import redis.exceptions

LEASE_SECONDS = 15.0
RENEWALS = 5
"""So many renewals fit into a lease; the last of them is too late to be waited for."""
RENEW = """
local holder = redis.call('get', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[1], 'px', ARGV[2])
return 1
"""
GIVE_UP = """
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


@dataclass(frozen=True, slots=True)
class Leases:
    """Leases in Redis. ``node`` is the address at which the other nodes reach this one; it names this node, too."""

    client: redis.asyncio.Redis
    node: str
    lease_seconds: float = LEASE_SECONDS
    until: dict[str, float] = field(default_factory=dict)
    """When each lease ends by the monotonic clock, unless it is renewed: never later than Redis lets it go."""

    @classmethod
    def connect(cls, url: str, node: str, lease_seconds: float = LEASE_SECONDS) -> Leases:
        patience = lease_seconds / RENEWALS
        client = redis.asyncio.from_url(
            url, decode_responses=True, socket_timeout=patience, socket_connect_timeout=patience
        )
        return cls(client, node, lease_seconds)

    async def claim(self, what: str) -> str | None:
        try:
            return await self._claim(what)
        except redis.exceptions.RedisError as wrong:
            raise SitsElsewhere("") from wrong

    async def _claim(self, what: str) -> str | None:
        asked = time.monotonic()
        if await self.client.set(_key(what), self.node, nx=True, px=self._milliseconds):
            self.until[what] = asked + self.lease_seconds
            return None
        holder = await self.client.get(_key(what))
        if holder is None:
            return await self._claim(what)
        if holder == self.node:
            return None if await self.renew(what) else await self._claim(what)
        return str(holder)

    async def holder(self, what: str) -> str | None:
        try:
            found = await self.client.get(_key(what))
        except redis.exceptions.RedisError:
            return None
        return None if found is None or found == self.node else str(found)

    def holds(self, what: str) -> bool:
        return time.monotonic() < self.until.get(what, 0.0)

    async def renew(self, what: str) -> bool:
        asked = time.monotonic()
        held = bool(await self.client.eval(RENEW, 1, _key(what), self.node, str(self._milliseconds)))
        self.until[what] = asked + self.lease_seconds if held else 0.0
        return held

    async def keep(self, what: str) -> None:
        pause = self.lease_seconds / RENEWALS
        while True:
            await asyncio.sleep(pause)
            try:
                async with asyncio.timeout(pause):
                    held = await self.renew(what)
            except (redis.exceptions.RedisError, TimeoutError):
                if time.monotonic() + pause < self.until.get(what, 0.0):
                    continue
                raise LeaseLost(what) from None
            if not held:
                raise LeaseLost(what)

    async def release(self, what: str) -> None:
        """What cannot be given back runs out."""
        self.until.pop(what, None)
        try:
            await self.client.eval(GIVE_UP, 1, _key(what), self.node)
        except redis.exceptions.RedisError:
            return

    async def close(self) -> None:
        await self.client.aclose()

    @property
    def _milliseconds(self) -> int:
        return int(self.lease_seconds * 1000)


def _key(what: str) -> str:
    return f"tyndau:venue:{what}"
