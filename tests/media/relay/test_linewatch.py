"""Below the norm is said only when it is proven."""

from __future__ import annotations

from collections.abc import Iterable

from hearing.participants import SeatId
from media.relay.lines import LinkFigures
from media.relay.linewatch import Below, LineWatch, Recovered

SEAT = SeatId("s-suspect")
GOOD = LinkFigures(rtt_ms=20, up_kbps=400, down_kbps=400)
LOSING = LinkFigures(rtt_ms=20, up_kbps=400, down_kbps=400, loss_up=0.2)


def told(looks: Iterable[LinkFigures]) -> list[tuple[int, Below | Recovered]]:
    watch = LineWatch(1000, 10)
    found = [(2 * n, watch.look(2 * n, SEAT, figures)) for n, figures in enumerate(looks)]
    return [(at, news) for at, news in found if news is not None]


def test_a_dark_room_that_sends_little_proves_nothing() -> None:
    assert told([LinkFigures(rtt_ms=20, up_kbps=30, down_kbps=30)] * 60) == []


def test_loss_below_the_norm_is_said_once_it_has_lasted() -> None:
    assert told([LOSING] * 30) == [(10, Below(SEAT, "up", 400, 0.2))]


def test_a_moment_of_loss_is_not_said() -> None:
    assert told([LOSING, LOSING, GOOD] * 10) == []


def test_loss_of_a_line_that_carries_more_than_the_norm_is_not_below_it() -> None:
    assert told([LinkFigures(rtt_ms=20, up_kbps=1500, loss_up=0.2)] * 30) == []


def test_a_queue_that_stands_below_the_norm_is_said() -> None:
    late = LinkFigures(rtt_ms=900, up_kbps=0, down_kbps=500)
    assert told([GOOD, *[late] * 20]) == [(12, Below(SEAT, "down", 500, 0.0))]


def test_recovery_is_said_too_and_only_once() -> None:
    assert [type(news) for _, news in told([*[LOSING] * 10, *[GOOD] * 20])] == [Below, Recovered]
