"""Somebody in the courtroom: their connection, what they publish and what they are fed."""

from __future__ import annotations

from collections.abc import Mapping

from media.packets import Kind
from media.relay.bandwidth import FEEDBACK_NS, LAYERED_BITS, Arrivals, Limit, video_limit
from media.relay.estimate import Estimate, Sent
from media.relay.feed import Feed
from media.relay.layers import Layer
from media.relay.lines import LinkFigures, films, seat_behind
from media.relay.padding import Padding
from media.relay.reception import Reception
from media.relay.source import Source
from media.wire import rtcp, rtp
from media.wire.allowance import Allowance
from media.wire.answer import Agreed
from media.wire.clock import SECOND, from_ntp, to_ntp
from media.wire.peer import HISTORY, Peer

Found = tuple[Source, Layer, bool]

MOST_STREAMS = 64
SOUNDS_A_SECOND = 150
"""Opus packets of 10 ms and repetitions; a browser sends 50."""

REPEATS_A_SECOND = 500
"""Packets repeated to one listener: a twentieth of what a hearing of eight sends is 50."""

FRESH_NS = 10 * SECOND
REPORTED_NS = 2 * SECOND
"""Who sent nothing in two intervals of reports is no sender (RFC 3550 6.4)."""

REPORTS_AT_ONCE = 12
LOSS_WEIGHT = 0.3
"""Of the newest second, in the loss that is shown."""


class Member:
    def __init__(self, peer: Peer) -> None:
        self.peer = peer
        self.films = films(peer.who)
        self.up = False
        self.sounds = peer.allowance("sounds", SOUNDS_A_SECOND)
        self.repeats = Allowance(REPEATS_A_SECOND)
        self.feeds: dict[str, Feed] = {}
        self.published: dict[str, Source] = {}
        self._feeds_by_ssrc: dict[int, Feed] = {}
        self._streams: dict[int, Found] = {}
        self._arrivals = Arrivals()
        self._limit = Limit(video_limit(1, False))
        self._rtt_ns: int | None = None
        self._looked_ns = 0
        self._tells = False
        """Whether its browser says what its line carries."""
        self._counted = (0, 0, 0)
        self.up_kbps = 0.0
        self.down_kbps = 0.0
        self._loss_up = 0.0
        self.padding: Padding | None = None
        self.estimate = Estimate()

    @property
    def refused(self) -> int:
        peer = self.peer
        limits = (self.sounds, peer.packets_allowed, peer.bytes_allowed, peer.told_allowed)
        return sum(limit.refused for limit in limits)

    # -- agreement ---------------------------------------------------------------------------------------------------

    def agreed(self, sources: Mapping[tuple[str, Kind], Source]) -> None:
        """The newest answer stands: bind sections that publish to their sources, and feeds to their sections."""
        self.unsettle()
        self.published.clear()
        self._tells = any({"transport-cc", "goog-remb"} & {*p.feedback} for p in self.peer.sections.values())
        received = [part for part in self.peer.sections.values() if part.use == "receive"]
        self.peer.cc_id = next((i for part in received if (i := part.extension(rtp.TRANSPORT_CC))), -1)
        self.peer.level_id = next((i for part in received if (i := part.extension(rtp.AUDIO_LEVEL))), -1)
        for part in self.peer.sections.values():
            if part.use == "receive" and part.kind is not None:
                source = sources.get((seat_behind(self.peer.who), part.kind))
                if source is not None and source not in self.published.values():
                    self.published[part.mid] = source
                    if self.films or source.peer is None or not films(source.peer.who):
                        source.publish(self.peer, part)
            elif part.mid in self.feeds:
                self.feeds[part.mid].agreed(part)
        # A browser says the layer of a stream only in its beginning: what is known stays known.
        streams = self._streams.items()
        self._streams = {ssrc: found for ssrc, found in streams if found[0] in self.published.values()}
        self._feeds_by_ssrc = {}
        for feed in self.feeds.values():
            self._feeds_by_ssrc[feed.ssrc] = self._feeds_by_ssrc[feed.repair_ssrc] = feed
        self.unsettle()

    def unsettle(self) -> None:
        """Each stream's next packet is looked at anew."""
        for source in self.published.values():
            if source.peer is self.peer:
                source.unsettle()

    def feed_of(self, ssrc: int | None) -> Feed | None:
        return self._feeds_by_ssrc.get(ssrc) if ssrc is not None else None

    # -- packets in --------------------------------------------------------------------------------------------------

    def source_of(self, packet: rtp.Rtp) -> Found | None:
        """Which of our sources a packet belongs to, its layer, and whether it is a retransmission."""
        known = self._streams.get(packet.ssrc)
        if known is not None:
            return known
        found = self._by_ssrc(packet) or self._by_mid(packet) or self._by_payload_type(packet)
        if found is not None and len(self._streams) < MOST_STREAMS:
            self._streams[packet.ssrc] = found
        return found

    @staticmethod
    def _fits(part: Agreed, source: Source, packet: rtp.Rtp) -> Found | None:
        """Where streams are told apart by their layer's name, one that does not say it belongs nowhere yet."""
        is_repair = packet.payload_type == part.repair_type
        if not is_repair and packet.payload_type != part.payload_type:
            return None
        rid = ""
        if part.rids:
            wanted = part.extension(rtp.REPAIRED_RID if is_repair else rtp.RID)
            rid = next((value.decode("ascii", "replace") for i, value in packet.extensions() if i == wanted), "")
        layer = source.layers.get(rid)
        return (source, layer, is_repair) if layer is not None else None

    def _by_ssrc(self, packet: rtp.Rtp) -> Found | None:
        for mid, source in self.published.items():
            part = self.peer.sections[mid]
            if packet.ssrc in part.ssrcs:
                return self._fits(part, source, packet)
        return None

    def _by_mid(self, packet: rtp.Rtp) -> Found | None:
        for mid, source in self.published.items():
            part = self.peer.sections[mid]
            wanted = part.extension(rtp.MID)
            if wanted and any(i == wanted and value == mid.encode() for i, value in packet.extensions()):
                return self._fits(part, source, packet)
        return None

    def _by_payload_type(self, packet: rtp.Rtp) -> Found | None:
        found = [self._fits(self.peer.sections[mid], source, packet) for mid, source in self.published.items()]
        fitting = [match for match in found if match is not None]
        return fitting[0] if len(fitting) == 1 else None

    def note(self, packet: rtp.Rtp, at_ns: int) -> int:
        """Note the packet's transport sequence for feedback, whatever it carries; its audio level byte, or -1.

        Extension ids are the same in all sections of a bundle (RFC 8843 9.2).
        """
        level, cc_id, level_id = -1, self.peer.cc_id, self.peer.level_id
        for ident, value in packet.extensions():
            if ident == cc_id and len(value) >= 2:
                self._arrivals.note(value[0] << 8 | value[1], at_ns)
            elif ident == level_id and value:
                level = value[0]
        return level

    def reported(self, report: rtcp.Report, at_ns: int) -> None:
        """A receiver's word about what we send: loss, jitter, and the round trip."""
        feed = self._feeds_by_ssrc.get(report.ssrc)
        if feed is None or report.ssrc != feed.ssrc:
            return
        feed.lost = report.fraction_lost
        feed.jitter = report.jitter / feed.clock_rate
        if report.last_sr:
            trip = ((to_ntp(at_ns) >> 16 & 0xFFFFFFFF) - report.last_sr - report.delay_since) & 0xFFFFFFFF
            if trip < 10 * 65536:
                self._rtt_ns = trip * SECOND // 65536

    def told_arrivals(self, arrivals: list[tuple[int, int | None]], at_ns: int) -> None:
        """Transport-wide feedback: when what we sent came in."""
        peer = self.peer
        found: list[Sent] = []
        for sequence, arrival_ns in arrivals:
            sent_ns = peer.sent_ns[sequence % HISTORY]
            if 0 < at_ns - sent_ns < FRESH_NS:
                found.append((sent_ns, peer.sent_size[sequence % HISTORY], arrival_ns))
        self.estimate.arrived(found, at_ns)

    def told_limit(self, bits: int | None, at_ns: int) -> None:
        if bits is not None:
            self.estimate.limited(bits, at_ns)

    def budget(self, now_ns: int) -> int | None:
        """What this member's line is thought to carry towards them; None when it never told and nothing is known."""
        return self.estimate.budget(self.peer.media_packets_sent > 0, now_ns) if self._tells else None

    # -- packets out -------------------------------------------------------------------------------------------------

    def feedback(self, now_ns: int) -> None:
        """Feedback about what this member sends, when it is due."""
        if now_ns - self._looked_ns < FEEDBACK_NS:
            return
        self._looked_ns = now_ns
        for sequence, at_ns in self.peer.noted():
            self._arrivals.note(sequence, at_ns)
        if not self._arrivals.due(now_ns) and not self._limit.due(now_ns):
            return
        receptions = self._receptions()
        if not receptions:
            return
        packet = self._arrivals.feedback(self.peer.ssrc, receptions[0].ssrc, now_ns)
        if packet is not None:
            self.peer.send_rtcp(packet)
        limited = [
            reception.ssrc
            for mid, source in self.published.items()
            if source.peer is self.peer and "goog-remb" in self.peer.sections[mid].feedback
            for reception in source.receptions()
        ]
        packet = self._limit.feedback(self.peer.ssrc, limited, now_ns)
        if packet is not None:
            self.peer.send_rtcp(packet)

    def _receptions(self) -> list[Reception]:
        """Of everything that comes in over this connection."""
        return [r for source in self.published.values() if source.peer is self.peer for r in source.receptions()]

    def allow(self, bits: int) -> None:
        """How much this member's picture may take. One with layers may fill the line: listeners get a layer each."""
        layered = any(len(source.layers) > 1 for source in self.published.values())
        self._limit.bits = LAYERED_BITS if layered else bits

    def send_reports(self, sources: Mapping[tuple[str, Kind], Source], clocks: Mapping[str, int], now_ns: int) -> None:
        """One compound with a sender report for every stream that this member is fed, and one about what it sends."""
        pairs: list[tuple[bytes, int, str]] = []
        for feed in self.feeds.values():
            source = sources.get((feed.source, feed.kind))
            layer = source.layer_of(feed.stream) if source is not None else None
            reception = layer.reception if layer is not None else None
            clock = clocks.get(source.peer.who) if source is not None and source.peer is not None else None
            report = self._sender_report(feed, reception, clock, now_ns)
            if report is not None:
                pairs.append((report, feed.ssrc, feed.source))
        while pairs:
            some, pairs = pairs[:REPORTS_AT_ONCE], pairs[REPORTS_AT_ONCE:]
            names = rtcp.source_names((ssrc, name) for _, ssrc, name in some)
            self.peer.send_rtcp(b"".join(report for report, _, _ in some) + names)
        receptions = self._receptions()
        if receptions:
            lost = max(reception.lost_fraction() for reception in receptions)
            self._loss_up += (lost - self._loss_up) * LOSS_WEIGHT
            blocks = [reception.report(now_ns) for reception in receptions]
            names = rtcp.source_names([(self.peer.ssrc, "court")])
            self.peer.send_rtcp(rtcp.receiver_report(self.peer.ssrc, blocks) + names)

    @staticmethod
    def _sender_report(feed: Feed, reception: Reception | None, clock: int | None, now_ns: int) -> bytes | None:
        """Where the source's clock line stands now, in our time: the same for sound and picture of a seat."""
        if clock is None or reception is None or reception.last_sr is None or reception.ssrc != feed.stream:
            return None
        if not feed.open or now_ns - feed.last_ns > REPORTED_NS:
            return None
        ntp, timestamp, _ = reception.last_sr
        elapsed = now_ns - clock - from_ntp(ntp)
        timestamp = (timestamp + elapsed * feed.clock_rate // SECOND + feed.time_offset) & 0xFFFFFFFF
        return rtcp.sender_report(feed.ssrc, to_ntp(now_ns), timestamp, feed.packets, feed.octets)

    # -- figures -----------------------------------------------------------------------------------------------------

    def count(self, now_ns: int) -> None:
        """Once a second: rates since the last time."""
        received, sent, then = self._counted
        span = now_ns - then
        if then and span > 0:
            self.up_kbps = (self.peer.received_bytes - received) * 8e6 / span
            self.down_kbps = (self.peer.sent_bytes - sent) * 8e6 / span
        self._counted = (self.peer.received_bytes, self.peer.sent_bytes, now_ns)

    def link(self) -> LinkFigures:
        rtt_ns = self.peer.rtt_ns if self.peer.rtt_ns is not None else self._rtt_ns
        receptions = self._receptions()
        jitters = [r.jitter / r.clock_rate for r in receptions] + [f.jitter for f in self.feeds.values() if f.open]
        return LinkFigures(
            rtt_ms=rtt_ns / 1e6 if rtt_ns is not None else None,
            jitter_ms=max(jitters, default=0.0) * 1000,
            loss_up=self._loss_up,
            loss_down=max((feed.lost for feed in self.feeds.values() if feed.open), default=0.0),
            up_kbps=self.up_kbps,
            down_kbps=self.down_kbps,
            queue_ms=(trips[-1] - min(trips)) / 1e6 if (trips := self.peer.trips_ns) else 0.0,
        )
