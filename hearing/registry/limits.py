"""Guesses are counted before they are judged, in the database: a restart or a second process forgives nobody."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, insert, select

from hearing.registry.errors import TooManyAttempts
from hearing.registry.schema import attempts
from hearing.registry.store import Store

WINDOW = 15 * 60.0


class Limits:
    """A sliding window of failed attempts for every bucket. A bucket's name is a keyed hash and tells nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def claim(self, buckets: Mapping[str, int], at: float) -> list[int]:
        """Count one attempt in each bucket (name to limit), or raise ``TooManyAttempts`` and count none."""
        async with self._store.writing() as connection:
            await connection.execute(delete(attempts).where(attempts.c.at <= at - WINDOW))
            for bucket, limit in buckets.items():
                mine = attempts.c.bucket == bucket
                count, oldest = (
                    await connection.execute(select(func.count(), func.min(attempts.c.at)).where(mine))
                ).one()
                if count >= limit:
                    raise TooManyAttempts(retry_at=oldest + WINDOW)
            rows = [{"bucket": bucket, "at": at} for bucket in buckets]
            return list(await connection.scalars(insert(attempts).returning(attempts.c.id), rows))

    async def forgive(self, claimed: Sequence[int], *buckets: str) -> None:
        """The attempt was right after all: take it back, and empty these buckets."""
        async with self._store.writing() as connection:
            await connection.execute(
                delete(attempts).where(attempts.c.id.in_(list(claimed)) | attempts.c.bucket.in_(buckets))
            )


def network_of(source: str) -> str:
    """What one household has: an IPv4 address, or the /64 of an IPv6 one; anything else as it is."""
    try:
        address = ipaddress.ip_address(source)
    except ValueError:
        return source
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address.packed[:8] + bytes(8), 64)))
    return str(address)
