"""TURN: the way round for those whose network lets no UDP through, with credentials that end by themselves.

The relay (coturn with ``use-auth-secret``) and the court share a secret. A page is given a name that carries its own
end, and the HMAC of that name (draft-uberti-behave-turn-rest-00, section 2.2). The name is a seat's, never a person's.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

log = structlog.get_logger()

DIRECT, ROUND, ROUND_UDP, ROUND_TCP = "udp", "turn", "turn_udp", "turn_tcp"
"""How media travel: straight to the court, or round by the relay, which the page reaches by UDP or by TCP (or TLS)."""

SAID = {"udp": ROUND_UDP, "tcp": ROUND_TCP, "tls": ROUND_TCP, "none": DIRECT}
RENEW = 0.5
"""After this share of their life credentials are given anew."""

_ADDRESS = re.compile(r"turns?:(\[[0-9a-fA-F:]+\]|[^:?\[\]]+)")


@dataclass(frozen=True, slots=True)
class Turn:
    """``addresses`` are those that the relay sends from; ``seconds`` is the life of a page's credentials."""

    urls: tuple[str, ...]
    secret: bytes
    seconds: float
    addresses: frozenset[str] = frozenset()

    def servers(self, who: str, now: float) -> list[dict[str, object]]:
        """What a browser takes as ``iceServers``."""
        name = f"{int(now + self.seconds)}:{who}"
        word = base64.b64encode(hmac.digest(self.secret, name.encode(), "sha1")).decode()
        return [{"urls": list(self.urls), "username": name, "credential": word}]

    def renewed_at(self, now: float) -> float:
        return now + self.seconds * RENEW

    def path(self, remote: str | None, said: str) -> str:
        """The way of a connection whose chosen pair ends at ``remote``.

        That it comes from the relay is what the court sees. By what the page reaches the relay only the page knows:
        its word is taken for that alone.
        """
        if remote not in self.addresses:
            return DIRECT
        return SAID.get(said, ROUND)


async def addresses_of(urls: Iterable[str]) -> frozenset[str]:
    """The addresses behind the relay's names. A name that nobody knows now is noted and left out."""
    found: set[str] = set()
    for url in urls:
        match = _ADDRESS.match(url)
        if match is None:
            continue
        host = match[1].strip("[]")
        try:
            known = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_DGRAM)
        except OSError as why:
            log.warning("the relay's name is unknown", host=host, why=str(why))
            continue
        found |= {str(address[0]) for *_, address in known}
    return frozenset(found)
