"""What went through one member's connection, counted. For whoever watches the machine: no law asks for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from media.packets import Kind
from media.relay.member import Member


@dataclass(frozen=True, slots=True)
class Traffic:
    """Packets of one kind, on this connection. ``lost`` never came, ``repaired`` came when it was asked for."""

    received: int = 0
    lost: int = 0
    repaired: int = 0
    asked: int = 0
    """Asked for by us (NACK)."""
    keyframes: int = 0
    sent: int = 0
    resent: int = 0
    missed: int = 0
    """Asked for by the listener (NACK)."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Layers by their names: what each of a member's own takes (bits a second), and how many pictures it is sent of
    each. ``withheld`` streams are allowed by the floor, and the line has no room for them."""

    comes: Mapping[str, int]
    goes: Mapping[str, int]
    withheld: Mapping[Kind, int]
    budget: int | None
    """What the line is thought to carry, bits a second, where it tells."""


def pictures(member: Member, now_ns: int) -> Pictures:
    layers = [
        layer for source in member.published.values() if source.kind == "video" for layer in source.ranked(now_ns)
    ]
    feeds = member.feeds.values()
    return Pictures(
        comes={layer.rid: layer.meter.bits[-1] for layer in layers if layer.meter.bits},
        goes=Counter(feed.rid for feed in feeds if feed.kind == "video" and feed.flows),
        withheld=Counter(feed.kind for feed in feeds if feed.allowed and feed.withheld),
        budget=member.budget(now_ns),
    )


def traffic(member: Member) -> dict[Kind, Traffic]:
    return {kind: _of_kind(member, kind) for kind in ("audio", "video")}


def _of_kind(member: Member, kind: Kind) -> Traffic:
    sources = [source for source in member.published.values() if source.kind == kind]
    receptions = [reception for source in sources for reception in source.receptions()]
    feeds = [feed for feed in member.feeds.values() if feed.kind == kind]
    return Traffic(
        received=sum(r.received for r in receptions),
        lost=sum(max(0, r.expected - r.received) for r in receptions),
        repaired=sum(r.repaired for r in receptions),
        asked=sum(source.packets_asked for source in sources),
        keyframes=sum(source.keyframes_asked for source in sources),
        sent=sum(feed.packets for feed in feeds),
        resent=sum(feed.resent for feed in feeds),
        missed=sum(feed.missed for feed in feeds),
    )
