"""The courtroom: everyone's connection in one hearing, and the floor that says which packet may go where.

It never reacts to events of the law. It is given the newest floor, closes and opens the gates of its feeds, and every
packet passes only open gates. Sections of a browser's SDP stay as they are through all phases.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NewType

import structlog

from hearing.floor import NOBODY, Floor
from hearing.participants import SeatId
from media.packets import Kind, Received
from media.relay.feed import Feed
from media.relay.forwarder import Forwarder, PythonForwarder
from media.relay.member import LinkFigures, Member
from media.relay.reception import Arrival
from media.relay.source import CLOCK_RATES, Source
from media.wire import rtcp, rtp
from media.wire.answer import BadOffer, Sent, agree, read
from media.wire.clock import MILLISECOND, SECOND, from_ntp, now_ns
from media.wire.door import Door
from media.wire.offer import Offer
from media.wire.peer import Peer, PeerState

log = structlog.get_logger()

ObserverId = NewType("ObserverId", str)
"""Begins with ``o-``: receives what the public may, publishes nothing."""

Who = SeatId | ObserverId

BEAT_S = 0.02
HANDSHAKE_NS = 20 * SECOND
FORGET_NS = 30 * SECOND
LEVEL_NS = 500 * MILLISECOND
MOST_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    seat: SeatId
    kind: Kind


@dataclass(frozen=True, slots=True)
class LineUp:
    seat: SeatId
    at_ns: int


@dataclass(frozen=True, slots=True)
class LineDown:
    seat: SeatId
    at_ns: int
    why: str


LineEvent = LineUp | LineDown


class Courtroom:
    def __init__(self, door: Door, *, clock: Callable[[], int] = now_ns, forwarder: Forwarder | None = None) -> None:
        self._door = door
        self._clock = clock
        self._forwarder = forwarder or PythonForwarder()
        self._floor = NOBODY
        self._members: dict[str, Member] = {}
        self._probes: dict[str, Member] = {}
        self._by_peer: dict[Peer, Member] = {}
        self._sources: dict[tuple[str, Kind], Source] = {}
        self._clocks: dict[str, int] = {}
        self._sent_before: dict[str, int] = {}
        self._ears: list[Callable[[Received], None]] = []
        self._events: asyncio.Queue[LineEvent] = asyncio.Queue(MOST_EVENTS)
        self._timer: asyncio.TimerHandle | None = None
        self._second_ns = 0

    # -- what the sitting asks ---------------------------------------------------------------------------------------

    def apply(self, floor: Floor) -> None:
        """Bring the gates into line with the floor, at once."""
        self._floor = floor
        self._gate()

    async def answer(self, who: Who, offer_sdp: str, *, probe: bool = False) -> str:
        """Answer an offer: of a new connection, which replaces this member's old one, or of the living one."""
        offer = read(offer_sdp)
        if all(part.use == "refused" for part in agree(offer, {}, probe=probe)):
            raise BadOffer("nothing in common")
        members = self._probes if probe else self._members
        member = members.get(who)
        if member is None or not member.peer.same_connection(offer):
            if member is not None:
                member.peer.close()
            peer = Peer(who, self._door, offer, self, probe=probe, clock=self._clock)
            member = members[who] = self._by_peer[peer] = Member(peer)
        if not probe and not _observes(who):
            self._register(who, offer)
        sends = {} if probe else self._assign(member, offer)
        text = member.peer.agree(offer, sends)
        member.agreed(self._sources)
        self._gate()
        self._keep_beating()
        return text

    def wanted(self, who: Who) -> list[Wanted]:
        """The receiving sections that this member's browser should have: two for every other seat that publishes."""
        return [Wanted(SeatId(seat), kind) for seat, kind in self._sources if seat != who]

    def mapping(self, who: Who) -> dict[str, tuple[SeatId, str]]:
        member = self._members.get(who)
        if member is None:
            return {}
        return {mid: (SeatId(feed.source), feed.kind) for mid, feed in member.feeds.items() if feed.payload_type >= 0}

    def candidate(self, who: Who, candidate: str) -> None:
        """ICE-lite learns where a browser is from its checks; candidates add nothing."""

    def leave(self, who: Who) -> None:
        """This member is gone for good: its connection ends, its sections in other browsers become free."""
        for members in (self._members, self._probes):
            if who in members:
                members[who].peer.close()
        for kind in CLOCK_RATES:
            source = self._sources.pop((who, kind), None)
            for feed in source.feeds if source is not None else ():
                member = self._by_peer.get(feed.peer)
                if member is not None:
                    member.feeds.pop(feed.mid, None)
        self._clocks.pop(who, None)

    def listen(self, ear: Callable[[Received], None]) -> None:
        self._ears.append(ear)

    def line_events(self) -> asyncio.Queue[LineEvent]:
        return self._events

    def has_peer(self, who: Who) -> bool:
        return who in self._members

    def connected(self, who: Who) -> bool:
        member = self._members.get(who)
        return member is not None and member.up

    def link(self, who: Who) -> LinkFigures:
        member = self._members.get(who)
        return member.link() if member is not None else LinkFigures(None, 0.0, 0.0, 0.0, 0.0, 0.0)

    def levels(self) -> dict[SeatId, float]:
        """How loud each seat is now, 0 (silence, -60 dB) to 1 (-10 dB and above)."""
        now = self._clock()
        return {
            SeatId(seat): max(0.0, min(1.0, (60 - source.level) / 50))
            for (seat, kind), source in self._sources.items()
            if kind == "audio" and now - source.level_ns < LEVEL_NS
        }

    def packets_to(self, who: Who) -> int:
        """Media packets ever sent to this member, on all its connections."""
        member = self._members.get(who)
        return self._sent_before.get(who, 0) + (member.peer.media_packets_sent if member is not None else 0)

    async def close(self) -> None:
        """End every connection and wait until the goodbyes are out."""
        peers = list(self._by_peer)
        for peer in peers:
            peer.close()
        for peer in peers:
            await peer.closed()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # -- who publishes and who is fed --------------------------------------------------------------------------------

    def _register(self, who: str, offer: Offer) -> None:
        for part in agree(offer, {}):
            if part.use == "receive" and part.kind is not None and (who, part.kind) not in self._sources:
                self._sources[who, part.kind] = Source(who, part.kind)

    def _assign(self, member: Member, offer: Offer) -> dict[str, Sent]:
        """Give every receiving section a source; what it has, it keeps."""
        for section in offer.sections:
            kind = section.kind
            if kind is None or section.publishes or section.refused or section.mid in member.feeds:
                continue
            fed = {feed.source for feed in member.feeds.values() if feed.kind == kind}
            for (seat, its_kind), source in self._sources.items():
                if its_kind == kind and seat != member.peer.who and seat not in fed:
                    feed = Feed(member.peer, section.mid, seat, kind, source.clock_rate)
                    member.feeds[section.mid] = feed
                    source.feeds.append(feed)
                    break
        return {mid: feed.sent() for mid, feed in member.feeds.items()}

    def _may(self, who: str, feed: Feed) -> bool:
        if _observes(who):
            sources = self._floor.public_hears if feed.kind == "audio" else self._floor.public_sees
        else:
            table = self._floor.hears if feed.kind == "audio" else self._floor.sees
            sources = table.get(SeatId(who), frozenset())
        return feed.source in sources

    def _gate(self) -> None:
        now = self._clock()
        for member in self._members.values():
            for feed in member.feeds.values():
                opened = self._may(member.peer.who, feed) and member.peer.state is PeerState.CONNECTED
                if opened and not feed.open:
                    self._sources[feed.source, feed.kind].want_keyframe()
                feed.gate(opened)
        for source in self._sources.values():
            source.gated()
            source.ask(now)

    # -- what peers tell ---------------------------------------------------------------------------------------------

    def peer_opened(self, peer: Peer) -> None:
        self._gate()

    def peer_closed(self, peer: Peer) -> None:
        member = self._by_peer.pop(peer, None)
        members = self._probes if peer.probe else self._members
        if member is None or members.get(peer.who) is not member:
            return
        del members[peer.who]
        if peer.probe:
            return
        self._sent_before[peer.who] = self._sent_before.get(peer.who, 0) + peer.media_packets_sent
        for source in self._sources.values():
            source.silence(peer)
            source.feeds = [feed for feed in source.feeds if feed.peer is not peer]
            source.gated()
        self._down(member, "closed")

    def peer_rtp(self, peer: Peer, packet: rtp.Rtp, arrival_ns: int) -> None:
        member = self._by_peer.get(peer)
        if member is None or peer.probe:
            return
        self._up(member)
        found = member.source_of(packet)
        if found is None or found[0].peer is not peer or found[0].part is None:
            return
        source, is_repair = found
        part = source.part
        assert part is not None
        level = member.note(packet, part, arrival_ns)
        heard = packet
        if is_repair:
            restored = _restore(packet, source)
            if restored is None:
                return
            packet = restored
        reception = source.stream(packet.ssrc)
        if level >= 0:
            quieter = (level & 127) > source.level and arrival_ns - source.level_ns < LEVEL_NS // 2
            if not quieter:
                source.level, source.level_ns = level & 127, arrival_ns
        number, arrival = reception.take(packet, arrival_ns, repair=is_repair)
        if arrival is Arrival.KNOWN:
            return
        source.last_ns = arrival_ns
        self._forwarder.forward(source, number, packet, level, arrival_ns)
        if packet.payload_length > 0:
            self._hear(source, heard, arrival_ns, packet.ssrc, is_repair)

    def _hear(self, source: Source, packet: rtp.Rtp, arrival_ns: int, ssrc: int, is_repair: bool) -> None:
        codec = "rtx" if is_repair else "opus" if source.kind == "audio" else "vp8"
        received = Received(SeatId(source.seat), source.kind, arrival_ns, packet.data, codec, ssrc, is_rtx=is_repair)
        for ear in self._ears:
            ear(received)

    def peer_rtcp(self, peer: Peer, packet: rtcp.Packet, arrival_ns: int) -> None:
        member = self._by_peer.get(peer)
        if member is None or peer.probe:
            return
        if packet.kind in (rtcp.SR, rtcp.RR):
            for report in rtcp.reports(packet):
                member.reported(report, arrival_ns)
            if packet.kind == rtcp.SR:
                self._clocked(member, packet, arrival_ns)
        elif packet.kind in (rtcp.RTPFB, rtcp.PSFB):
            self._asked(member, packet, arrival_ns)

    def _clocked(self, member: Member, packet: rtcp.Packet, arrival_ns: int) -> None:
        info = rtcp.sender_info(packet)
        if info is None:
            return
        ssrc, ntp, timestamp = info
        for source in member.published.values():
            if source.reception is not None and source.reception.ssrc == ssrc:
                source.reception.last_sr = (ntp, timestamp, arrival_ns)
                offset = arrival_ns - from_ntp(ntp)
                known = self._clocks.get(source.seat)
                if known is None or abs(offset - known) > SECOND:
                    self._clocks[source.seat] = offset
                else:
                    self._clocks[source.seat] = min(offset, known + MILLISECOND // 20)
                codec = "opus" if source.kind == "audio" else "vp8"
                received = Received(SeatId(source.seat), source.kind, arrival_ns, packet.raw, codec, ssrc, is_rtcp=True)
                for ear in self._ears:
                    ear(received)

    def _asked(self, member: Member, packet: rtcp.Packet, arrival_ns: int) -> None:
        """A listener asks for packets or for a key frame. A closed gate answers nothing."""
        if packet.kind == rtcp.PSFB and packet.count == rtcp.FIR:
            targets = rtcp.full_intra_targets(packet)
        else:
            target = rtcp.feedback_target(packet)
            targets = [target] if target is not None else []
        for target in targets:
            feed = member.feed_of(target)
            source = self._sources.get((feed.source, feed.kind)) if feed is not None else None
            if feed is None or source is None or not feed.open:
                continue
            if packet.kind == rtcp.RTPFB and packet.count == rtcp.NACK:
                self._forwarder.resend(source, feed, rtcp.nacked(packet), arrival_ns)
            elif packet.kind == rtcp.PSFB and packet.count in (rtcp.PLI, rtcp.FIR):
                source.want_keyframe()
                source.ask(arrival_ns)

    # -- the beat ----------------------------------------------------------------------------------------------------

    def _keep_beating(self) -> None:
        if self._timer is None and self._by_peer:
            self._timer = asyncio.get_running_loop().call_later(BEAT_S, self._beat)

    def _beat(self) -> None:
        self._timer = None
        now = self._clock()
        for source in self._sources.values():
            source.missing(now)
            source.ask(now)
        for member in self._members.values():
            member.feedback(now)
        if now - self._second_ns >= SECOND:
            self._second_ns = now
            self._every_second(now)
        self._check_lines(now)
        self._keep_beating()

    def _every_second(self, now: int) -> None:
        for member in self._members.values():
            peer = member.peer
            if peer.state is PeerState.CONNECTED and now - peer.heard_ns < SECOND * 2:
                self._up(member)
            member.send_reports(self._sources, self._clocks, now)
            member.count(now)
            member.peer.ping()

    def _check_lines(self, now: int) -> None:
        for member in list(self._by_peer.values()):
            peer = member.peer
            silent = now - max(peer.heard_ns, peer.born_ns)
            if member.up and silent > peer.quiet_limit_ns:
                self._down(member, "silent")
            if silent > FORGET_NS or (peer.state is PeerState.WAITING and now - peer.born_ns > HANDSHAKE_NS):
                peer.close()

    def _tell(self, event: LineEvent) -> None:
        if self._events.full():
            self._events.get_nowait()
        self._events.put_nowait(event)

    def _up(self, member: Member) -> None:
        if not member.up:
            member.up = True
            if not _observes(member.peer.who):
                self._tell(LineUp(SeatId(member.peer.who), self._clock()))

    def _down(self, member: Member, why: str) -> None:
        if member.up:
            member.up = False
            if not _observes(member.peer.who):
                self._tell(LineDown(SeatId(member.peer.who), self._clock(), why))


def _observes(who: str) -> bool:
    return who.startswith("o-")


def _restore(packet: rtp.Rtp, source: Source) -> rtp.Rtp | None:
    """The packet inside a retransmission; None for padding or for a stream that we do not know."""
    if packet.payload_length < 2 or source.reception is None or source.part is None:
        return None
    at = packet.payload_at
    sequence = packet.data[at] << 8 | packet.data[at + 1]
    head = rtp.header(
        source.part.payload_type,
        packet.marker,
        sequence,
        packet.timestamp,
        source.reception.ssrc,
        b"",
        packet.padding > 0,
    )
    return rtp.parse(head + packet.data[at + 2 :])
