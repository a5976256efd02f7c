"""Below the norm is said only when it is proven."""

from __future__ import annotations

from collections.abc import Iterable

from hearing.participants import SeatId
from media.relay.lines import LinkFigures
from media.relay.linewatch import CARRIED_S, PAD_EVERY_S, Below, LineWatch, Recovered

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


WIDE = LinkFigures(rtt_ms=20, up_kbps=1100, down_kbps=1200)


def test_what_is_neither_lost_nor_carried_is_not_proven() -> None:
    watch = LineWatch(1000, 10)
    assert watch.standing(0, SEAT) == "not_proven"
    watch.look(0, SEAT, GOOD)
    assert watch.standing(0, SEAT) == "not_proven"


def test_a_line_that_carried_the_norm_is_held_to_carry_it_for_a_while() -> None:
    watch = LineWatch(1000, 10)
    watch.look(0, SEAT, WIDE)
    assert watch.standing(CARRIED_S, SEAT) == "carries"
    assert watch.standing(CARRIED_S + 1, SEAT) == "not_proven"
    watch.tested(1000, SEAT, 3000, 400)
    assert watch.standing(1001, SEAT) == "carries_up"


def test_padding_that_fits_proves_the_way_down_alone() -> None:
    watch = LineWatch(1000, 10)
    assert watch.wants_padding(200, SEAT)
    assert watch.padded(200, SEAT, 1190) is None
    assert watch.standing(201, SEAT) == "carries_down"
    assert not watch.wants_padding(200 + PAD_EVERY_S - 1, SEAT)
    assert watch.wants_padding(200 + PAD_EVERY_S, SEAT)


def test_padding_that_does_not_fit_is_tried_again_before_anything_is_said() -> None:
    watch = LineWatch(1000, 10)
    assert watch.padded(200, SEAT, 700, 0.3) is None
    assert watch.standing(200, SEAT) == "not_proven"
    assert not watch.wants_padding(205, SEAT)
    assert watch.wants_padding(210, SEAT)
    assert watch.padded(210, SEAT, 720, 0.2) == Below(SEAT, "down", 720, 0.2)
    assert watch.standing(210, SEAT) == "below"


def test_what_padding_proved_only_padding_clears() -> None:
    watch = LineWatch(1000, 10)
    watch.padded(200, SEAT, 700)
    watch.padded(210, SEAT, 700)
    assert [watch.look(212 + 2 * n, SEAT, GOOD) for n in range(30)] == [None] * 30
    assert watch.wants_padding(272, SEAT)
    assert watch.padded(272, SEAT, 1150) == Recovered(SEAT)


def test_a_browser_that_reports_nothing_proves_nothing() -> None:
    watch = LineWatch(1000, 10)
    assert watch.padded(200, SEAT, None) is None
    assert watch.standing(200, SEAT) == "not_proven"
    assert not watch.wants_padding(201, SEAT)


def test_a_line_proven_by_traffic_is_not_filled_with_padding_too() -> None:
    watch = LineWatch(1000, 10)
    for second in range(0, 12, 2):
        watch.look(second, SEAT, LOSING)
    assert watch.standing(12, SEAT) == "below"
    assert not watch.wants_padding(500, SEAT)


def test_what_the_record_says_of_a_line_outlives_a_restart() -> None:
    watch = LineWatch(1000, 10)
    watch.said_below(SEAT)
    assert watch.standing(0, SEAT) == "below"
    assert [type(news) for n in range(8) if (news := watch.look(2 * n, SEAT, GOOD))] == [Recovered]
