"""The link tests of a courtroom: for each of its members one connection beside the hearing's, while the test lasts.

What comes over such a connection is the test's alone: no floor is asked about it, and nobody is fed from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from media.relay.lines import Who
from media.relay.member import Member
from media.relay.probe import Direction, Probe, ProbeFailed, ProbeFigures, Progress
from media.wire import rtcp, rtp
from media.wire.door import Door
from media.wire.offer import Offer
from media.wire.peer import Peer


class Probes:
    def __init__(self, members: Mapping[str, Member], door: Door, clock: Callable[[], int]) -> None:
        self._members = members
        self._door = door
        self._clock = clock
        self._probes: dict[str, Probe] = {}

    def __bool__(self) -> bool:
        return bool(self._probes)

    def answer(self, who: Who, offer: Offer) -> str:
        """Begin a member's test, in place of the one that runs."""
        if (former := self._probes.get(who)) is not None:
            former.peer.close()
        peer = Peer(who, self._door, offer, self, probe=True, clock=self._clock)
        probe = self._probes[who] = Probe(peer, offer, self._clock)
        return probe.agree()

    def of(self, who: Who) -> Probe | None:
        return self._probes.get(who)

    async def measure(self, who: Who, direction: Direction, progress: Progress) -> ProbeFigures:
        probe = self._probes.get(who)
        if probe is None:
            raise ProbeFailed("the page offered no probe connection")

        def beside() -> tuple[int, int]:
            member = self._members.get(who)
            return (member.peer.received_bytes, member.peer.sent_bytes) if member is not None else (0, 0)

        return await probe.measure(direction, beside, progress)

    def peers(self) -> list[Peer]:
        return [probe.peer for probe in self._probes.values()]

    def beat(self, now_ns: int) -> None:
        for probe in list(self._probes.values()):
            probe.beat(now_ns)
            if probe.expired:
                probe.peer.close()

    # -- what peers tell ---------------------------------------------------------------------------------------------

    def peer_opened(self, peer: Peer) -> None:
        """A test begins when it is asked for."""

    def peer_closed(self, peer: Peer) -> None:
        if self._by_peer(peer) is not None:
            del self._probes[peer.who]

    def peer_rtp(self, peer: Peer, packet: rtp.Rtp, arrival_ns: int) -> None:
        if (probe := self._by_peer(peer)) is not None:
            probe.take_rtp(packet, arrival_ns)

    def peer_rtcp(self, peer: Peer, packet: rtcp.Packet, arrival_ns: int) -> None:
        if (probe := self._by_peer(peer)) is not None:
            probe.take_rtcp(packet)

    def _by_peer(self, peer: Peer) -> Probe | None:
        probe = self._probes.get(peer.who)
        return probe if probe is not None and probe.peer is peer else None
