"""What one connection may ask for: a second's worth at once, then as much as time brings."""

from __future__ import annotations

from media.wire.allowance import Allowance
from media.wire.clock import SECOND


def test_a_seconds_worth_at_once_and_then_what_time_brings() -> None:
    allowance = Allowance(100)
    start = 5 * SECOND
    assert sum(allowance.take(1, start) for _ in range(150)) == 100
    assert allowance.refused == 50
    assert sum(allowance.take(1, start + SECOND // 2) for _ in range(150)) == 50
    assert sum(allowance.take(1, start + 60 * SECOND) for _ in range(150)) == 100


def test_all_or_nothing_and_as_much_as_there_is() -> None:
    allowance = Allowance(100)
    assert not allowance.take(101, SECOND)
    assert allowance.some(60, SECOND) == 60
    assert allowance.some(60, SECOND) == 40
    assert allowance.some(60, SECOND) == 0


def test_a_clock_that_steps_back_brings_nothing() -> None:
    allowance = Allowance(10)
    assert allowance.some(10, 2 * SECOND) == 10
    assert allowance.some(10, SECOND) == 0
    assert allowance.some(10, 2 * SECOND) == 0
