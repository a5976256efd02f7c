"""The arithmetic of the link test."""

from __future__ import annotations

from media.relay.probe import _rate
from media.wire.clock import MILLISECOND

SIZE = 300
KBPS = 1500
EVERY_NS = SIZE * 8 * 1_000_000 // KBPS


def test_a_steady_line_is_measured_exactly() -> None:
    assert abs(_rate([number * EVERY_NS for number in range(300)], SIZE) - KBPS) < 5


def test_a_stall_and_the_burst_after_it_do_not_change_the_figure() -> None:
    for at in range(50, 250, 25):
        begin = at * EVERY_NS
        arrivals = [n * EVERY_NS for n in range(300)]
        stalled = [max(t, begin + 80 * MILLISECOND) if t > begin else t for t in arrivals]
        assert abs(_rate(stalled, SIZE) - KBPS) < 0.03 * KBPS


def test_the_free_beginning_of_a_token_bucket_is_left_out() -> None:
    arrivals = [n * EVERY_NS // 20 for n in range(40)]
    arrivals += [arrivals[-1] + n * EVERY_NS for n in range(1, 200)]
    assert abs(_rate(arrivals, SIZE) - KBPS) < 5


def test_hardly_anything_arrived_is_no_figure() -> None:
    assert _rate([], SIZE) == 0
    assert _rate([1, 2, 3], SIZE) == 0
