"""The venue: at which node a hearing sits. One process needs none of it; a cluster keeps leases in Redis.

**Not in use yet**: no court claims a lease, so one court runs one process (ARCHITECTURE.md, "One process or many").

Not messages move between nodes but the client: a browser that knocks elsewhere is sent to the node that holds the
lease. A node that loses its lease stops its sitting; should it write all the same, the journal's version refuses it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import redis.asyncio

from hearing.participants import HearingId

LEASE_SECONDS = 15
RENEW = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('pexpire', KEYS[1], ARGV[2]) else return 0 end
"""
GIVE_UP = """
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end
"""


class Venue(Protocol):
    """Who holds which hearing."""

    async def claim(self, hearing: HearingId) -> str | None:
        """Take the hearing for this node. None when it is ours now, else the address of the node where it sits."""

    async def renew(self, hearing: HearingId) -> bool:
        """Keep the lease. False when another node has it: the sitting must stop."""

    async def release(self, hearing: HearingId) -> None: ...

    async def close(self) -> None: ...


class OneNode:
    """The embedded default: everything sits here."""

    async def claim(self, hearing: HearingId) -> str | None:
        return None

    async def renew(self, hearing: HearingId) -> bool:
        return True

    async def release(self, hearing: HearingId) -> None:
        return None

    async def close(self) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Leases:
    """Leases in Redis. ``node_url`` is the address to which browsers of this node's hearings are sent."""

    client: redis.asyncio.Redis
    node_url: str
    lease_seconds: float = LEASE_SECONDS

    @classmethod
    def connect(cls, url: str, node_url: str, lease_seconds: float = LEASE_SECONDS) -> Leases:
        return cls(redis.asyncio.from_url(url, decode_responses=True), node_url, lease_seconds)

    async def claim(self, hearing: HearingId) -> str | None:
        if await self.client.set(_key(hearing), self.node_url, nx=True, px=self._milliseconds):
            return None
        holder = await self.client.get(_key(hearing))
        if holder is None:
            return await self.claim(hearing)
        return None if holder == self.node_url else str(holder)

    async def renew(self, hearing: HearingId) -> bool:
        return bool(await self.client.eval(RENEW, 1, _key(hearing), self.node_url, str(self._milliseconds)))

    async def release(self, hearing: HearingId) -> None:
        await self.client.eval(GIVE_UP, 1, _key(hearing), self.node_url)

    async def close(self) -> None:
        await self.client.aclose()

    @property
    def _milliseconds(self) -> int:
        return int(self.lease_seconds * 1000)


def _key(hearing: HearingId) -> str:
    return f"tyndau:venue:{hearing}"
