"""SDP fragments (RFC 8840): how an encoder tells candidates and new ICE credentials over HTTP."""

from __future__ import annotations

from collections.abc import Sequence

from media.wire.ice import Credentials
from media.wire.offer import BadOffer

MAX_FRAGMENT = 20_000


def read(text: str) -> Credentials:
    """The ICE credentials of a fragment. Its candidates are not needed: our ICE is lite. Raises ``BadOffer``."""
    if len(text) > MAX_FRAGMENT:
        raise BadOffer("too long")
    lines = [line.strip() for line in text.splitlines()]
    ufrag, pwd = (
        next((line[len(name) :] for line in lines if line.startswith(name)), "")
        for name in ("a=ice-ufrag:", "a=ice-pwd:")
    )
    if not 4 <= len(ufrag) <= 256 or not 22 <= len(pwd) <= 256:
        raise BadOffer("no ICE credentials")
    return Credentials(ufrag, pwd)


def write(local: Credentials, mids: Sequence[str], addresses: Sequence[str], port: int) -> str:
    """Our side after a restart; everything is bundled, so that the first section speaks for all."""
    lines = [
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(mids)}",
        "m=audio 9 UDP/TLS/RTP/SAVPF 0",
        f"a=mid:{mids[0]}",
        f"a=ice-ufrag:{local.ufrag}",
        f"a=ice-pwd:{local.pwd}",
        *candidates(addresses, port),
        "a=end-of-candidates",
    ]
    return "\r\n".join(lines) + "\r\n"


def candidates(addresses: Sequence[str], port: int) -> list[str]:
    """The door's addresses as host candidates."""
    return [
        f"a=candidate:{index} 1 udp {2130706431 - index} {address} {port} typ host"
        for index, address in enumerate(addresses, 1)
    ]
