"""The courtroom: everyone's connection in one hearing, and the floor that says which packet may go where.

It never reacts to events of the law. It is given the newest floor, closes and opens the gates of its feeds, and every
packet passes only open gates. Sections of a browser's SDP stay as they are through all phases.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from hearing.floor import Floor
from hearing.participants import SeatId
from media.packets import Kind, Received
from media.relay.allocation import Allotment
from media.relay.bandwidth import video_limit
from media.relay.beat import BEAT_S, REST_NS, REST_S, Beat
from media.relay.forwarder import Forwarder, PythonForwarder
from media.relay.lines import LineEvent, LinkFigures, Wanted, Who, films, seat_behind, sits
from media.relay.member import Member
from media.relay.padding import Padded, Padding, fit
from media.relay.portions import Portions
from media.relay.presence import Presence
from media.relay.probe import Direction, Probe, ProbeFigures, Progress
from media.relay.probes import Probes
from media.relay.seating import Seating, check_use
from media.relay.switchboard import Switchboard
from media.relay.traffic import Pictures, Traffic, pictures, traffic
from media.wire import rtcp, rtp
from media.wire.answer import BadOffer, agree, read
from media.wire.clock import MILLISECOND, SECOND, now_ns
from media.wire.door import Door
from media.wire.ice import Credentials
from media.wire.offer import Offer
from media.wire.peer import Peer, PeerState

CHECK_NS = 100 * MILLISECOND


class Courtroom:
    def __init__(self, door: Door, *, clock: Callable[[], int] = now_ns, forwarder: Forwarder | None = None) -> None:
        self._door = door
        self._clock = clock
        self._members: dict[str, Member] = {}
        self._probes = Probes(self._members, door, clock)
        self._by_peer: dict[Peer, Member] = {}
        self._forwarder = forwarder or PythonForwarder()
        self._seating = Seating(self._members, self._forwarder)
        self._portions = Portions(self._members, self._seating.sources)
        self._board = Switchboard(self._seating.sources, self._forwarder, self._portions.wake)
        self._sent_before: dict[str, int] = {}
        self._presence = Presence(clock)
        self._beat = Beat(self._turn, self._pause)
        self._board.roused = self._beat.hasten
        self._checked_ns = self._second_ns = 0

    # -- what the sitting asks ---------------------------------------------------------------------------------------

    def apply(self, floor: Floor) -> None:
        """Bring the gates into line with the floor, at once."""
        self._seating.floor = floor
        self._gate()

    def _gate(self) -> None:
        now = self._clock()
        self._seating.gate(now)
        self._portions.share(self._seating.floor, self._seating.channels, now)

    def tune(self, channels: Mapping[str, str]) -> None:
        """Who listens to which interpreter's channel from now on; it opens no gate that the floor keeps shut."""
        if channels != self._seating.channels:
            self._seating.channels = dict(channels)
            self._gate()

    async def answer(self, who: Who, offer_sdp: str, *, probe: bool = False) -> str:
        """Answer an offer: of a new connection, which replaces this member's old one, or of the living one."""
        offer = read(offer_sdp, ranks=films(who))
        if all(part.use == "refused" for part in agree(offer, {}, probe=probe)):
            raise BadOffer("nothing in common")
        text = self._probes.answer(who, offer) if probe else self._answer_member(who, offer)
        self._beat.keep()
        return text

    def _answer_member(self, who: Who, offer: Offer) -> str:
        check_use(who, offer)
        member = self._members.get(who)
        if member is None or not member.peer.same_connection(offer):
            if member is not None:
                member.peer.close()
            peer = self._forwarder.peer(who, self._door, offer, self, fed=not films(who), clock=self._clock)
            member = self._members[who] = self._by_peer[peer] = Member(peer)
        if sits(who) or films(who):
            self._seating.register(seat_behind(who), offer)
        text = member.peer.agree(offer, self._seating.assign(member, offer))
        member.agreed(self._seating.sources)
        self._gate()
        return text

    def probing(self, who: Who) -> Probe | None:
        """This member's link test, from its answer until it ends."""
        return self._probes.of(who)

    async def probe(self, who: Who, direction: Direction, progress: Progress) -> ProbeFigures:
        """Measure one direction of a member's line over its probe connection, which the page must have offered."""
        return await self._probes.measure(who, direction, progress)

    async def pad(self, who: Who, kbps: float) -> Padded | None:
        """Fill a member's line down to this rate for half a second. None where nothing can be learned so."""
        member = self._members.get(who)
        feed = fit(list(member.feeds.values())) if member is not None else None
        if member is None or feed is None or member.padding is not None:
            return None
        member.padding = Padding(feed, self._clock)
        try:
            return await member.padding.run(kbps)
        finally:
            member.padding = None

    def wanted(self, who: Who) -> list[Wanted]:
        """The receiving sections that this member's browser should have: two for every other seat that publishes.

        A seat that has left keeps the sections it was given, dead, so that the number only grows and a newcomer always
        makes the browser offer again.
        """
        return self._seating.wanted(who)

    def mapping(self, who: Who) -> dict[str, tuple[SeatId, str]]:
        """The source behind each section of this member's browser, as of the last answer."""
        return self._seating.mapping(who)

    def candidate(self, who: Who, candidate: str) -> None:
        """ICE-lite learns where a browser is from its checks; candidates add nothing."""

    def restart(self, who: Who, remote: Credentials) -> str | None:
        """An ICE restart without an offer: our new credentials as an SDP fragment. None without a connection."""
        member = self._members.get(who)
        return member.peer.restart(remote) if member is not None else None

    def answers(self, who: Who, remote_ufrag: str) -> bool:
        """Whether these are the ICE credentials in use."""
        member = self._members.get(who)
        return member is not None and member.peer.remote_ufrag == remote_ufrag

    def hush(self, seat: SeatId, hushed: bool) -> None:
        """The microphone of a seat was switched off, or on again, on its page."""
        (self._board.hushed.add if hushed else self._board.hushed.discard)(seat)

    def hang_up(self, who: Who) -> None:
        """A second device is gone; the seat goes on with what its own connection sends."""
        if (member := self._members.get(who)) is not None:
            member.peer.close()

    def leave(self, who: Who) -> None:
        """This member is gone for good: its connection ends, nobody is fed from it any more."""
        for known in (self._members.get(who), self._probes.of(who)):
            if known is not None:
                known.peer.close()
        self._seating.remove(who)
        self._gate()
        self._board.clocks.pop(who, None)

    def listen(self, ear: Callable[[Received], None]) -> None:
        self._board.ears.append(ear)

    def fresh_picture(self, seat: SeatId) -> None:
        """Ask a seat's camera for a key frame: the recorder wants one where a part of its tape begins."""
        source = self._seating.sources.get((seat, "video"))
        if source is not None:
            source.want_keyframe(source.recorded)
            source.ask(self._clock())

    def line_events(self) -> asyncio.Queue[LineEvent]:
        return self._presence.events

    def has_peer(self, who: Who) -> bool:
        return who in self._members

    def connected(self, who: str) -> bool:
        member = self._members.get(who)
        return member is not None and member.up

    def remote(self, who: Who, *, probe: bool = False) -> str | None:
        """The address that this member's packets come from, or those of the member's link test."""
        known = self._probes.of(who) if probe else self._members.get(who)
        return known.peer.remote if known is not None else None

    def link(self, who: str) -> LinkFigures:
        member = self._members.get(who)
        return member.link() if member is not None else LinkFigures()

    def carries(self, who: Who) -> int | None:
        """Bits a second that this member's line is thought to carry towards them; None where nothing is known."""
        member = self._members.get(who)
        return member.budget(self._clock()) if member is not None else None

    def allotment(self, who: Who) -> Allotment | None:
        """What of the floor this member is sent now."""
        return self._portions.allotment(who)

    def withheld(self, who: Who) -> frozenset[SeatId]:
        """The seats whose picture the floor lets this member have, and their line has no room for now."""
        member = self._members.get(who)
        feeds = member.feeds.values() if member is not None else ()
        return frozenset(
            SeatId(f.source) for f in feeds if f.kind == "video" and f.allowed and f.withheld and f.payload_type >= 0
        )

    def undecodable(self, who: Who) -> frozenset[SeatId]:
        """The seats whose picture this member would be sent, if it could decode their codec."""
        member = self._members.get(who)
        feeds = member.feeds.values() if member is not None else ()
        return frozenset(SeatId(f.source) for f in feeds if f.allowed and f.types and f.payload_type < 0)

    def traffic(self) -> dict[str, dict[Kind, Traffic]]:
        """What went through each member's connection, observers too."""
        return {who: traffic(member) for who, member in self._members.items()}

    def refused(self) -> dict[str, int]:
        """Packets of each member beyond what one connection may bring: a flood, or something broken."""
        return {who: member.refused for who, member in self._members.items()}

    def pictures(self) -> dict[str, Pictures]:
        """The layers that come from each member and go to them."""
        now = self._clock()
        return {who: pictures(member, now) for who, member in self._members.items()}

    def deliveries(self) -> dict[SeatId, dict[tuple[SeatId, Kind], int]]:
        """Packets sent so far to each seat, of every source that it is sent now: the floor lets it have them, its line
        has room, and a picture has begun."""
        return {
            SeatId(who): {
                (SeatId(feed.source), feed.kind): feed.packets
                for feed in member.feeds.values()
                if feed.payload_type >= 0 and feed.flows
            }
            for who, member in self._members.items()
            if sits(who)
        }

    def levels(self) -> dict[SeatId, float]:
        """How loud each seat is now, 0 (silence, -60 dB) to 1 (-10 dB and above)."""
        return self._board.levels(self._clock())

    def packets_to(self, who: Who) -> int:
        """Media packets ever sent to this member, on all its connections."""
        member = self._members.get(who)
        return self._sent_before.get(who, 0) + (member.peer.media_packets_sent if member is not None else 0)

    async def close(self) -> None:
        """End every connection and wait until the goodbyes are out."""
        peers = [*self._by_peer, *self._probes.peers()]
        for peer in peers:
            peer.close()
        for peer in peers:
            await peer.closed()
        self._beat.stop()

    # -- what peers tell ---------------------------------------------------------------------------------------------

    def peer_opened(self, peer: Peer) -> None:
        self._gate()

    def peer_closed(self, peer: Peer) -> None:
        member = self._by_peer.pop(peer, None)
        if member is None or self._members.get(peer.who) is not member:
            return
        del self._members[peer.who]
        self._sent_before[peer.who] = self._sent_before.get(peer.who, 0) + peer.media_packets_sent
        self._seating.disconnect(peer)
        if films(peer.who) and (seat := self._members.get(seat_behind(peer.who))) is not None:
            seat.agreed(self._seating.sources)
        self._presence.down(member, "closed")

    def peer_rtp(self, peer: Peer, packet: rtp.Rtp, arrival_ns: int) -> None:
        if (member := self._by_peer.get(peer)) is not None:
            if not member.up:
                self._presence.up(member)
            self._board.take_rtp(member, packet, arrival_ns)

    def peer_rtcp(self, peer: Peer, packet: rtcp.Packet, arrival_ns: int) -> None:
        if (member := self._by_peer.get(peer)) is not None:
            self._board.take_rtcp(member, packet, arrival_ns)

    # -- the beat ----------------------------------------------------------------------------------------------------

    def _pause(self) -> float | None:
        if not self._by_peer and not self._probes:
            return None
        return REST_S if self._rests(self._clock()) else BEAT_S

    def _rests(self, now: int) -> bool:
        return not self._probes and now - self._board.heard_ns > REST_NS

    def _turn(self) -> None:
        now = self._clock()
        for source in self._seating.sources.values():
            source.missing(now)
            source.ask(now, recorded=source.seat == self._seating.floor.recorded_video)
        for member in self._members.values():
            member.feedback(now)
        floor, channels, moved = self._seating.floor, self._seating.channels, self._seating.lend(now)
        self._portions.beat(floor, channels, now, moved, self._rests(now))
        self._probes.beat(now)
        if now - self._checked_ns >= CHECK_NS:
            self._checked_ns = now
            self._presence.check(self._by_peer.values(), now)
        if now - self._second_ns >= SECOND:
            self._second_ns = now
            self._every_second(now)

    def _every_second(self, now: int) -> None:
        publishing = sum(1 for member in self._members.values() if member.up and member.published)
        for member in list(self._members.values()):
            peer = member.peer
            member.allow(video_limit(publishing, seat_behind(peer.who) == self._seating.floor.recorded_video))
            if peer.state is PeerState.CONNECTED and now - peer.heard_ns < SECOND * 2:
                self._presence.up(member)
            member.send_reports(self._seating.sources, self._board.clocks, now)
            member.count(now)
            member.peer.ping()
