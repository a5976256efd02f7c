"""The estimate against lines that are simulated packet by packet: a rate, a queue, a clock of its own."""

from __future__ import annotations

import random

import pytest

from media.relay.estimate import HEAD_BYTES, START, Estimate, Sent
from media.wire.clock import MILLISECOND, SECOND

SIZE = 1000
CLOCK = -77 * SECOND
TRIP = 20 * MILLISECOND
QUEUE_BYTES = 40_000


class Line:
    """Packets of one size through a bucket; feedback every 60 ms, as Chromium gives it."""

    def __init__(self, bits: int, *, loss: float = 0.0, seed: int = 1) -> None:
        self.bits = bits
        self.now = SECOND
        self.estimate = Estimate()
        self.sent = self.dropped = 0
        self._loss, self._dice = loss, random.Random(seed)
        self._free = self._due = self._told = self.now
        self._waiting: list[Sent] = []

    def run(self, seconds: float, most: float = 1e12) -> float:
        """Send as much as is thought to fit, ``most`` at the most."""
        until = self.now + round(seconds * SECOND)
        while self.now < until:
            self.now += MILLISECOND
            while self._due <= self.now:
                self._send()
                rate = min(most, self.estimate.bits)
                self._due += round((SIZE + HEAD_BYTES) * 8 * SECOND / rate)
            if self.now - self._told >= 60 * MILLISECOND:
                self._tell()
        return self.estimate.bits

    def _send(self) -> None:
        self.sent += 1
        takes = (SIZE + HEAD_BYTES) * 8 * SECOND // self.bits
        full = (self._free - self.now) * self.bits // (8 * SECOND) > QUEUE_BYTES
        if full or self._dice.random() < self._loss:
            self.dropped += full
            self._waiting.append((self.now, SIZE, None))
            return
        self._free = max(self.now, self._free) + takes
        self._waiting.append((self.now, SIZE, self._free + TRIP + CLOCK))

    def _tell(self) -> None:
        self._told = self.now
        here = self.now + CLOCK - TRIP
        come = [sent for sent in self._waiting if sent[2] is None or sent[2] <= here]
        self._waiting = [sent for sent in self._waiting if sent not in come]
        self.estimate.arrived(come, self.now)


@pytest.mark.parametrize("bits", [300_000, 600_000, 1_000_000, 2_000_000, 5_000_000])
def test_a_line_is_filled_and_not_flooded(bits: int) -> None:
    line = Line(bits)
    line.run(20)
    dropped, sent = line.dropped, line.sent
    found = [line.run(1) for _ in range(30)]
    assert 0.75 * bits < sum(found) / len(found) < 1.05 * bits
    assert line.dropped - dropped < 0.015 * (line.sent - sent)


def test_a_line_that_was_not_filled_has_proven_nothing_bad() -> None:
    assert Line(3_000_000).run(10, most=400_000) > START


def test_a_line_that_becomes_narrow_is_found_out_within_seconds() -> None:
    line = Line(3_000_000)
    line.run(15)
    line.bits = 500_000
    assert line.run(3) < 550_000
    line.bits = 2_000_000
    assert line.run(60) > 1_500_000


def test_one_word_by_a_clock_that_jumped_blinds_nobody() -> None:
    estimate = Estimate()
    for turn in range(200):
        now, waits = SECOND + turn * 10 * MILLISECOND, 100 * MILLISECOND * (turn >= 100)
        if turn == 100:
            estimate.arrived([(now, SIZE, now + 3600 * SECOND)], now)
        estimate.arrived([(now, SIZE, now + TRIP + waits)], now)
    assert estimate.standing


def test_single_losses_are_no_narrow_line() -> None:
    assert Line(5_000_000, loss=0.05).run(10) > 2_500_000
    assert Line(5_000_000, loss=0.3).run(10) < 2_500_000


def test_who_tells_nothing_is_not_limited_for_long() -> None:
    silent = Estimate()
    assert silent.budget(False, SECOND) == START
    assert silent.budget(False, 100 * SECOND) == START
    assert silent.budget(True, 100 * SECOND) == START
    assert silent.budget(True, 102 * SECOND) is None


def test_a_remb_is_believed_where_arrivals_are_not_told() -> None:
    estimate = Estimate()
    estimate.limited(400_000, SECOND)
    assert estimate.budget(True, 100 * SECOND) == 400_000
    line = Line(5_000_000)
    line.run(3)
    line.estimate.limited(200_000, line.now)
    assert line.estimate.bits > START
