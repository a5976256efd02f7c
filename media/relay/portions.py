"""Brings what each listener is sent into line with what :mod:`allocation` says they get.

It only ever withholds: a gate that the floor keeps closed stays closed. A voice that rests wakes with its first sound,
before that packet is passed on; nothing waits for the next turn.
"""

from __future__ import annotations

from collections.abc import Mapping

from hearing.floor import Floor
from hearing.participants import SeatId
from media.packets import Kind
from media.relay.allocation import (
    Allotment,
    LayerReport,
    ListenerReport,
    PictureReport,
    Reports,
    VoiceReport,
    allocate,
    speaker,
)
from media.relay.feed import Feed
from media.relay.layers import Layer
from media.relay.member import Member
from media.relay.source import Source
from media.wire.clock import MILLISECOND, SECOND

TURN_NS = 200 * MILLISECOND
REST_TURN_NS = 1 * SECOND
KNOWN_PACKETS = 100
"""A voice rests only once so much of it has gone out: a browser that never heard it loses its first words to waking."""

UNKNOWN_BITS: dict[Kind, int] = {"audio": 60_000, "video": 150_000}
"""What a stream is thought to take before it was measured."""


class Portions:
    def __init__(self, members: Mapping[str, Member], sources: Mapping[tuple[str, Kind], Source]) -> None:
        self._members = members
        self._sources = sources
        self._has: dict[str, Allotment] = {}
        self._speaker: SeatId | None = None
        self._shared_ns = 0

    def beat(self, floor: Floor, channels: Mapping[str, str], now_ns: int, moved: bool, rests: bool) -> None:
        """``moved``: a section was just lent to another source; ``rests``: nothing comes from anybody."""
        if moved or now_ns - self._shared_ns >= (REST_TURN_NS if rests else TURN_NS):
            for source in self._sources.values():
                for layer in source.layers.values():
                    layer.meter.measure(now_ns)
            self.share(floor, channels, now_ns)

    def share(self, floor: Floor, channels: Mapping[str, str], now_ns: int) -> None:
        """Measure, allocate, and open or close what the floor allows."""
        self._shared_ns = now_ns
        reports = self._reports(channels, now_ns)
        self._speaker = speaker(reports.voices, self._speaker, now_ns)
        self._has = allocate(reports, floor, now_ns)
        changed = [
            (feed, source)
            for who, allotment in self._has.items()
            for feed in self._members[who].feeds.values()
            if (source := self._sources.get((feed.source, feed.kind))) is not None
            and self._give(feed, source, allotment, now_ns)
        ]
        for feed, source in changed:
            source.gated()
            if feed.open:
                source.want_keyframe(source.layer_for(feed))
        for source in {source for _, source in changed}:
            source.ask(now_ns)
        for (_, kind), source in self._sources.items():
            source.rests = kind == "audio" and any(feed.withheld for feed in source.feeds)

    def wake(self, source: Source) -> None:
        """A voice is heard again."""
        for feed in source.feeds:
            feed.withheld = False
            feed.gate()
        source.rests = False
        source.gated()

    def allotment(self, who: str) -> Allotment | None:
        return self._has.get(who)

    @staticmethod
    def _give(feed: Feed, source: Source, allotment: Allotment, now_ns: int) -> bool:
        """Whether something changes on this route."""
        seat = SeatId(feed.source)
        if feed.kind == "audio":
            feed.withheld = seat in allotment.resting and feed.packets >= KNOWN_PACKETS
            if feed.withheld and feed.open:
                feed.hush(now_ns)
            return feed.gate()
        share = allotment.pictures.get(seat)
        feed.withheld = share is None and feed.allowed
        former = source.layer_for(feed)
        if share is not None:
            feed.rid = share.rid
            feed.thin(share.temporal)
        return feed.gate() or source.layer_for(feed) is not former

    def _reports(self, channels: Mapping[str, str], now_ns: int) -> Reports:
        voices: dict[SeatId, VoiceReport] = {}
        pictures: dict[SeatId, PictureReport] = {}
        for (seat, kind), source in self._sources.items():
            layers = source.ranked(now_ns) or [next(iter(source.layers.values()))]
            found = [LayerReport(layer.rid, _bits(layer, kind, now_ns)) for layer in layers]
            if kind == "audio":
                voices[SeatId(seat)] = VoiceReport(found[0].bits[-1], source.heard_ns, source.spoken_ns)
            else:
                pictures[SeatId(seat)] = PictureReport(tuple(found))
        listeners = {
            who: ListenerReport(member.budget(now_ns), self._has.get(who), _shown(member))
            for who, member in self._members.items()
        }
        return Reports(voices, pictures, listeners, self._speaker, channels)


def _shown(member: Member) -> frozenset[SeatId]:
    """The seats whose picture has a section at this listener."""
    feeds = member.feeds.values()
    return frozenset(SeatId(f.source) for f in feeds if f.kind == "video" and f.payload_type >= 0)


def _bits(layer: Layer, kind: Kind, now_ns: int) -> tuple[int, ...]:
    """What a layer takes; one that does not flow takes nothing, and may come."""
    return (layer.meter.bits or (UNKNOWN_BITS[kind],)) if layer.live(now_ns) else (0,)
