"""The switchboard: every packet that comes in, plugged through to its source, its listeners and the ears.

Nothing here raises, whatever arrives: a packet that makes no sense is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hearing.participants import SeatId
from media.packets import Kind, Received
from media.relay.beat import REST_NS
from media.relay.forwarder import Forwarder, Stream
from media.relay.layers import Layer
from media.relay.member import Member
from media.relay.reception import Arrival
from media.relay.source import Source
from media.wire import rtcp, rtp, transport_cc
from media.wire.clock import MILLISECOND, SECOND, from_ntp

LEVEL_NS = 500 * MILLISECOND


def _nobody() -> None:
    """Nobody wants to know."""


class Switchboard:
    def __init__(
        self, sources: Mapping[tuple[str, Kind], Source], forwarder: Forwarder, woken: Callable[[Source], None]
    ) -> None:
        """``woken`` is told before a voice that rested is passed on again."""
        self.roused: Callable[[], None] = _nobody
        """Told when something comes after a rest."""
        self.heard_ns = 0
        """When the newest packet came, of anybody."""
        self._sources = sources
        self._forwarder = forwarder
        self.woken = woken
        self.ears: list[Callable[[Received], None]] = []
        self.clocks: dict[str, int] = {}
        """Per device: server time minus the device's own clock, by its sender reports; the least delay wins."""
        self.hushed: set[str] = set()
        """Seats whose microphone was switched off on their page: their second device is not heard either."""

    def take_rtp(self, member: Member, packet: rtp.Rtp, arrival_ns: int) -> None:
        rested, self.heard_ns = arrival_ns - self.heard_ns > REST_NS, arrival_ns
        if rested:
            self.roused()
        level, peer = member.note(packet, arrival_ns), member.peer
        found = member.source_of(packet)
        if found is None or found[0].peer is not peer or found[0].part is None:
            return
        source, layer, is_repair = found
        kind = source.kind
        if kind == "audio" and not member.sounds.take(1, arrival_ns):
            return
        if kind == "audio" and member.films and source.seat in self.hushed:
            return
        whole: rtp.Rtp | None = _restore(packet, source, layer) if is_repair else packet
        if whole is None:
            return
        if layer.sets is None:
            self._plug(member, source, layer, whole, level, arrival_ns, packet.data if is_repair else b"")
            return
        *before, last = layer.sets.take(whole)
        source.stream(layer, whole.ssrc).ahead = layer.sets.ahead
        for one in before:
            self._plug(member, source, layer, one, level, arrival_ns)
        repair = _renumbered(packet, last.sequence) if is_repair else b""
        self._plug(member, source, layer, last, level, arrival_ns, repair)

    def _plug(
        self,
        member: Member,
        source: Source,
        layer: Layer,
        whole: rtp.Rtp,
        level: int,
        arrival_ns: int,
        repair: bytes = b"",
    ) -> None:
        """``repair``: the retransmission that it came in, if it did."""
        kind, is_repair = source.kind, bool(repair)
        seen = source.describe(whole)
        if seen is None and not is_repair:
            source.note_level(level & 127 if level >= 0 else -1, arrival_ns)
            if source.rests and arrival_ns == source.heard_ns:
                self.woken(source)
        reception = source.stream(layer, whole.ssrc)
        number, arrival = reception.take(whole, arrival_ns, repair=is_repair)
        if arrival is Arrival.KNOWN:
            return
        octets = whole.payload_length
        if seen is None:
            layer.note(octets, 0, 0, arrival_ns)
        else:
            layer.note(octets, seen.temporal, seen.width, arrival_ns)
        if self._forwarder.forward(layer, number, whole, level, seen, arrival_ns):
            source.gated()
        if self._forwarder.settles and arrival is Arrival.NEW and not is_repair and self._plain(member, source):
            self._forwarder.settle(Stream(self, member, source, layer, reception))
        if octets > 0 and source.kept and source.tapped(layer, seen is None or seen.key, arrival_ns):
            codec = "rtx" if is_repair else source.codec
            data = repair or whole.data
            self._hear(Received(SeatId(source.seat), kind, arrival_ns, data, codec, whole.ssrc, False, is_repair))

    @staticmethod
    def _plain(member: Member, source: Source) -> bool:
        """Whether what comes next in order may be passed on before we are told."""
        return member.up and not source.rests and not member.films and member.peer.meter is None

    def note_passed(
        self,
        stream: Stream,
        number: int,
        data: bytes,
        octets: int,
        timestamp: int,
        level: int,
        temporal: int,
        width: int,
        key: bool,
        arrival_ns: int,
    ) -> None:
        """A packet was passed on already, the next in order of this stream: keep the books, and tell the ears."""
        rested, self.heard_ns = arrival_ns - self.heard_ns > REST_NS, arrival_ns
        if rested:
            self.roused()
        source, layer = stream.source, stream.layer
        if source.kind == "audio":
            source.note_level(level & 127 if level >= 0 else -1, arrival_ns)
            if source.rests and arrival_ns == source.heard_ns:
                self.woken(source)
            key = True
        stream.reception.follow(number, data, octets, timestamp, arrival_ns)
        layer.note(octets, temporal, width, arrival_ns)
        if octets > 0 and source.kept and (layer is source.recorded or source.tapped(layer, key, arrival_ns)):
            ssrc = stream.reception.ssrc
            self._hear(Received(SeatId(source.seat), source.kind, arrival_ns, data, source.codec, ssrc))

    def _hear(self, received: Received) -> None:
        for ear in self.ears:
            ear(received)

    def take_rtcp(self, member: Member, packet: rtcp.Packet, arrival_ns: int) -> None:
        if packet.kind in (rtcp.SR, rtcp.RR):
            for report in rtcp.reports(packet):
                member.reported(report, arrival_ns)
            if packet.kind == rtcp.SR:
                self._clocked(member, packet, arrival_ns)
        elif packet.kind == rtcp.RTPFB and packet.count == rtcp.TRANSPORT_CC:
            arrivals = transport_cc.read(packet)
            if member.padding is not None:
                member.padding.told(arrivals)
            member.told_arrivals(arrivals, arrival_ns)
        elif packet.kind == rtcp.PSFB and packet.count == rtcp.REMB:
            member.told_limit(rtcp.told_limit(packet), arrival_ns)
        elif packet.kind in (rtcp.RTPFB, rtcp.PSFB):
            self._asked(member, packet, arrival_ns)

    def _clocked(self, member: Member, packet: rtcp.Packet, arrival_ns: int) -> None:
        info = rtcp.sender_info(packet)
        if info is None:
            return
        ssrc, ntp, timestamp = info
        for source in member.published.values():
            layer = source.layer_of(ssrc)
            if layer is None or layer.reception is None or source.peer is not member.peer:
                continue
            layer.reception.last_sr = (ntp, timestamp, arrival_ns)
            offset = arrival_ns - from_ntp(ntp)
            known = self.clocks.get(member.peer.who)
            if known is not None and abs(offset - known) <= SECOND:
                offset = min(offset, known + MILLISECOND // 20)
            self.clocks[member.peer.who] = offset
            if source.kept and self._by_one_device(source) and (len(source.layers) == 1 or layer is source.recorded):
                self._hear(
                    Received(SeatId(source.seat), source.kind, arrival_ns, packet.raw, source.codec, ssrc, is_rtcp=True)
                )

    def _by_one_device(self, source: Source) -> bool:
        """Whether a seat's sound and picture have one clock. Where not, a report would set them apart on the record."""
        other = self._sources.get((source.seat, "video" if source.kind == "audio" else "audio"))
        return other is None or other.peer is None or other.peer is source.peer

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
                missed = rtcp.nacked(packet)
                feed.missed += len(missed)
                self._forwarder.resend(source, feed, missed[: member.repeats.some(len(missed), arrival_ns)], arrival_ns)
            elif packet.kind == rtcp.PSFB and packet.count in (rtcp.PLI, rtcp.FIR):
                source.want_keyframe(source.layer_of(feed.stream) or source.layer_for(feed))
                source.ask(arrival_ns)

    def levels(self, now_ns: int) -> dict[SeatId, float]:
        return {
            SeatId(seat): max(0.0, min(1.0, (60 - source.level) / 50))
            for (seat, kind), source in self._sources.items()
            if kind == "audio" and now_ns - source.level_ns < LEVEL_NS
        }


def _renumbered(repair: rtp.Rtp, sequence: int) -> bytes:
    """A retransmission under another number of what it repeats."""
    at = repair.payload_at
    return repair.data[:at] + sequence.to_bytes(2, "big") + repair.data[at + 2 :]


def _restore(packet: rtp.Rtp, source: Source, layer: Layer) -> rtp.Rtp | None:
    """The packet inside a retransmission; None for padding or for a stream that we do not know."""
    if packet.payload_length < 2 or layer.reception is None or source.part is None:
        return None
    at = packet.payload_at
    sequence = packet.data[at] << 8 | packet.data[at + 1]
    payload_type, ssrc = source.part.payload_type, layer.reception.ssrc
    head = rtp.header(payload_type, packet.marker, sequence, packet.timestamp, ssrc, b"", packet.padding > 0)
    return rtp.parse(head + packet.data[at + 2 :])
