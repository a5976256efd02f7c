"""Who is fed by whom: sections of browsers, the sources behind them, and the gate of every feed.

A section keeps its source for as long as the browser's connection lives; a seat that left keeps its sections in other
browsers, dead, so that their number only grows. What changes with the floor is gates alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from hearing.floor import NOBODY
from hearing.participants import SeatId
from media.packets import Kind
from media.relay.allocation import entitled
from media.relay.feed import Feed
from media.relay.forwarder import Forwarder
from media.relay.lending import share
from media.relay.lines import Wanted, Who, films, screens
from media.relay.member import Member
from media.relay.source import CLOCK_RATES, Source
from media.wire.answer import BadOffer, Sent, agree
from media.wire.offer import Offer
from media.wire.peer import Peer, PeerState


class Seating:
    def __init__(self, members: Mapping[str, Member], forwarder: Forwarder) -> None:
        self._members = members
        self._forwarder = forwarder
        self.sources: dict[tuple[str, Kind], Source] = {}
        self.floor = NOBODY
        self.channels: Mapping[str, str] = {}
        """Who listens to which channel; whoever is not named, to the floor."""

    def register(self, who: str, offer: Offer) -> None:
        """What a member publishes becomes a source, and feeds that waited for the seat come to life."""
        for part in agree(offer, {}):
            if part.use == "receive" and part.kind is not None and (who, part.kind) not in self.sources:
                source = self.sources[who, part.kind] = Source(who, part.kind)
                feeds = (feed for member in self._members.values() for feed in member.feeds.values())
                source.feeds = [feed for feed in feeds if feed.source == who and feed.kind == part.kind]

    def assign(self, member: Member, offer: Offer) -> dict[str, Sent]:
        """Give every receiving section a source; what it has, it keeps."""
        if films(member.peer.who):
            return {}
        if screens(member.peer.who):
            return self._hang(member, offer)
        for section in offer.sections:
            kind = section.kind
            if kind is None or section.publishes or section.refused or section.mid in member.feeds:
                continue
            fed = {feed.source for feed in member.feeds.values() if feed.kind == kind}
            for (seat, its_kind), source in self.sources.items():
                if its_kind == kind and seat != member.peer.who and seat not in fed:
                    feed = self._forwarder.feed(member.peer, section.mid, seat, kind, source.clock_rate)
                    member.feeds[section.mid] = feed
                    source.feeds.append(feed)
                    break
        return {mid: feed.sent() for mid, feed in member.feeds.items() if (feed.source, feed.kind) in self.sources}

    def _hang(self, member: Member, offer: Offer) -> dict[str, Sent]:
        """A screen cannot be told to offer again: each of its sections is sent from the start and lent in turn."""
        for section in offer.sections:
            kind, mid = section.kind, section.mid
            if kind is None or section.direction != "recvonly" or section.refused or mid in member.feeds:
                continue
            feed = member.feeds[mid] = self._forwarder.feed(member.peer, mid, "", kind, CLOCK_RATES[kind])
            feed.label = f"floor-{mid}"
        return {mid: feed.sent() for mid, feed in member.feeds.items()}

    def _lend(self, now_ns: int) -> bool:
        moved = [
            self._turn(member, kind, now_ns)
            for who, member in self._members.items()
            if screens(who)
            for kind in CLOCK_RATES
        ]
        return any(moved)

    def _turn(self, member: Member, kind: Kind, now_ns: int) -> bool:
        """Give a screen's sections of one kind to the seats that are worth it now; whether any changed."""
        held = {mid: feed.source for mid, feed in member.feeds.items() if feed.kind == kind}
        allowed = entitled(self.floor, member.peer.who, kind, self.channels)
        spoken = {
            seat: voice.spoken_ns if (voice := self.sources.get((seat, "audio"))) is not None else 0
            for (seat, its_kind), source in self.sources.items()
            if its_kind == kind and seat in allowed and source.peer is not None
        }
        given = share(held, spoken, self.floor.recorded_video, now_ns)
        for mid, seat in given.items():
            if held[mid] != seat:
                self._move(member.feeds[mid], seat)
        return given != held

    def _move(self, feed: Feed, seat: str) -> None:
        if (former := self.sources.get((feed.source, feed.kind))) is not None:
            former.feeds = [other for other in former.feeds if other is not feed]
        feed.allowed = feed.withheld = False
        feed.gate()
        feed.source = seat
        if (source := self.sources.get((seat, feed.kind))) is not None:
            source.feeds.append(feed)

    def wanted(self, who: str) -> list[Wanted]:
        member = self._members.get(who)
        given = [(feed.source, feed.kind) for feed in member.feeds.values()] if member is not None else []
        dead = [key for key in given if key not in self.sources]
        sources = [key for key in (*self.sources, *dead) if key[0] != who]
        return [Wanted(SeatId(seat), kind, (seat, kind) in given) for seat, kind in sources]

    def mapping(self, who: str) -> dict[str, tuple[SeatId, str]]:
        member = self._members.get(who)
        feeds = member.feeds.items() if member is not None else ()
        return {
            mid: (SeatId(feed.source), feed.kind)
            for mid, feed in feeds
            if feed.payload_type >= 0 and (feed.source, feed.kind) in self.sources
        }

    def remove(self, who: str) -> None:
        """A seat is gone for good."""
        for kind in CLOCK_RATES:
            self.sources.pop((who, kind), None)

    def disconnect(self, peer: Peer) -> None:
        """A connection is gone; its sources wait for the next one."""
        for source in self.sources.values():
            source.silence(peer)
            source.feeds = [feed for feed in source.feeds if feed.peer is not peer]
            source.gated()

    def gate(self, now_ns: int) -> None:
        """Bring every gate into line with the floor. What a narrow line has no room for stays withheld."""
        self._lend(now_ns)
        self._open(now_ns)

    def lend(self, now_ns: int) -> bool:
        """Bring screens to what is now worth showing: whoever speaks, else the court camera. Whether that changed."""
        changed = self._lend(now_ns)
        if changed:
            self._open(now_ns)
        return changed

    def _open(self, now_ns: int) -> None:
        for member in self._members.values():
            for feed in member.feeds.values():
                source = self.sources.get((feed.source, feed.kind))
                live = source is not None and member.peer.state is PeerState.CONNECTED
                feed.allowed = live and feed.source in entitled(self.floor, member.peer.who, feed.kind, self.channels)
                if feed.gate() and feed.open and source is not None:
                    source.want_keyframe(source.layer_for(feed))
        for source in self.sources.values():
            source.kept = source.kind == "audio" or source.seat == self.floor.recorded_video
            source.gated()
            source.ask(now_ns)


def check_use(who: Who, offer: Offer) -> None:
    """A second device does one thing only. Raises ``BadOffer`` when it offers nothing of that."""
    if films(who):
        taken = [part.use == "receive" for part in agree(offer, {})]
        offered = [section.publishes and not section.refused for section in offer.sections]
        if not any(taken) or taken != offered:
            raise BadOffer("a stream in no codec of ours, or none at all")  # not half a camera, unnoticed
    if screens(who) and not any(section.direction == "recvonly" and section.kind for section in offer.sections):
        raise BadOffer("nothing to receive")
