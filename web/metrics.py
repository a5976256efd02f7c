"""``/metrics`` in Prometheus's format: what the relay does, per hearing and seat. No person is named in it.

It is for the machine that watches this one. With a token set only its bearer reads it, and the secretary's office;
without one, a caller on this machine, unless a proxy stands in front, behind which everybody seems to be one.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from aiohttp import hdrs, web
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from hearing.participants import Role
from hearing.wrongs import Refused
from media.relay.lines import observes
from media.relay.traffic import Traffic
from web import doors
from web.court import COURT, Court
from web.office import of
from web.sitting import Sitting

OBSERVERS = "observers"
"""All observers of a hearing count as one: they come and go, and each would leave a series behind."""

WHOLE = "whole"
"""The layer of a picture that has only one."""

PEER = ("hearing", "seat")
COUNTED = {
    "received": "packets that came from a seat",
    "lost": "packets of a seat that never came",
    "repaired": "packets of a seat that came when asked for",
    "asked": "packets of a seat that the court asked for again (NACK)",
    "keyframes": "key frames that the court asked a seat for",
    "sent": "packets sent to a seat, repetitions apart",
    "resent": "packets repeated to a seat",
    "missed": "packets that a seat asked for again (NACK)",
}


class Watched(Collector):
    """The court's figures at the moment of asking."""

    def __init__(self, court: Court) -> None:
        self._court = court

    def collect(self) -> Iterator[Metric]:
        sittings = self._court.sittings
        yield from self._door()
        yield GaugeMetricFamily("tyndau_hearings", "hearings that sit on this node", len(sittings))
        pages = GaugeMetricFamily("tyndau_pages", "open pages of a hearing", labels=["hearing"])
        for sitting in sittings:
            pages.add_metric([sitting.id], len(sitting.connections))
        yield pages
        yield from _packets(sittings)
        yield from _lines(sittings)
        yield from _layers(sittings)

    def _door(self) -> Iterator[Metric]:
        door = self._court.door
        yield CounterMetricFamily("tyndau_datagrams", "datagrams that came to the media port", door.taken)
        yield CounterMetricFamily("tyndau_datagrams_dropped", "datagrams that the door turned away", door.dropped)
        yield CounterMetricFamily("tyndau_datagrams_unsent", "datagrams that the system did not take", door.unsent)
        waited = door.waited_ns / 1e9
        yield CounterMetricFamily(
            "tyndau_datagram_wait_seconds", "from arrival until the relay took it, summed", waited
        )


def _packets(sittings: Iterable[Sitting]) -> Iterator[Metric]:
    families = {
        name: CounterMetricFamily(f"tyndau_packets_{name}", words, labels=[*PEER, "kind"])
        for name, words in COUNTED.items()
    }
    for sitting in sittings:
        sums: dict[tuple[str, str], list[Traffic]] = {}
        for who, kinds in sitting.courtroom.traffic().items():
            for kind, one in kinds.items():
                sums.setdefault((OBSERVERS if observes(who) else who, kind), []).append(one)
        for (seat, medium), several in sums.items():
            for name, family in families.items():
                family.add_metric([sitting.id, seat, medium], sum(getattr(one, name) for one in several))
    yield from families.values()


def _lines(sittings: Iterable[Sitting]) -> Iterator[Metric]:
    up = GaugeMetricFamily("tyndau_line_up", "whether a seat's line stands", labels=PEER)
    rate = GaugeMetricFamily("tyndau_line_bits_per_second", "what a seat's line carries", labels=[*PEER, "direction"])
    loss = GaugeMetricFamily("tyndau_line_loss_ratio", "share of packets lost", labels=[*PEER, "direction"])
    trip = GaugeMetricFamily("tyndau_line_round_trip_seconds", "round trip", labels=PEER)
    queue = GaugeMetricFamily("tyndau_line_queue_seconds", "round trip above the shortest of a minute", labels=PEER)
    refused = CounterMetricFamily("tyndau_line_refused", "packets beyond what one line may bring", labels=PEER)
    jitter = GaugeMetricFamily("tyndau_line_jitter_seconds", "jitter of the worst stream", labels=PEER)
    for sitting in sittings:
        for who, count in sitting.courtroom.refused().items():
            if observes(who):
                continue
            figures, where = sitting.courtroom.link(who), [sitting.id, who]
            refused.add_metric(where, count)
            up.add_metric(where, sitting.courtroom.connected(who))
            rate.add_metric([*where, "up"], figures.up_kbps * 1000)
            rate.add_metric([*where, "down"], figures.down_kbps * 1000)
            loss.add_metric([*where, "up"], figures.loss_up)
            loss.add_metric([*where, "down"], figures.loss_down)
            jitter.add_metric(where, figures.jitter_ms / 1000)
            if figures.rtt_ms is not None:
                trip.add_metric(where, figures.rtt_ms / 1000)
                queue.add_metric(where, figures.queue_ms / 1000)
    yield from (up, rate, loss, trip, queue, jitter, refused)


def _layers(sittings: Iterable[Sitting]) -> Iterator[Metric]:
    comes = GaugeMetricFamily(
        "tyndau_layer_bits_per_second", "what a layer of a seat's picture takes", labels=[*PEER, "layer"]
    )
    goes = GaugeMetricFamily("tyndau_layer_pictures", "pictures that a seat is sent", labels=[*PEER, "layer"])
    withheld = GaugeMetricFamily(
        "tyndau_line_withheld", "streams that a seat's line has no room for", labels=[*PEER, "kind"]
    )
    budget = GaugeMetricFamily(
        "tyndau_line_budget_bits_per_second", "what a seat's line is thought to carry towards it", labels=PEER
    )
    for sitting in sittings:
        for who, shown in sitting.courtroom.pictures().items():
            if observes(who):
                continue
            for rid, bits in shown.comes.items():
                comes.add_metric([sitting.id, who, rid or WHOLE], bits)
            for rid, count in shown.goes.items():
                goes.add_metric([sitting.id, who, rid or WHOLE], count)
            for kind in ("audio", "video"):
                withheld.add_metric([sitting.id, who, kind], shown.withheld.get(kind, 0))
            if shown.budget is not None:
                budget.add_metric([sitting.id, who], shown.budget)
    yield from (comes, goes, withheld, budget)


def _may(request: web.Request, token: str | None) -> bool:
    who = doors.visitor(request)
    if who is not None and Role.COURT_SECRETARY in who.roles:
        return True
    if token is not None:
        given = request.headers.get(hdrs.AUTHORIZATION, "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    return not of(request).behind_proxy and request.remote is not None and ip_address(request.remote).is_loopback


def routes(token: str | None) -> list[web.RouteDef]:
    async def metrics(request: web.Request) -> web.Response:
        """``GET /metrics``."""
        if not _may(request, token):
            raise Refused("staff_only")
        registry = CollectorRegistry()
        registry.register(Watched(request.app[COURT]))
        return web.Response(body=generate_latest(registry), headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_LATEST})

    return [web.get("/metrics", metrics)]
