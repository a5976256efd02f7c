"""The arithmetic of the link test."""

from __future__ import annotations

import random

import pytest

from media.relay.probe_figures import Packet, arriving, line_rate, steady_rate, step, usable
from media.relay.probe_noise import Noise
from media.wire import rtp
from media.wire.clock import MILLISECOND, SECOND

SIZE = 300
KBPS = 1500
EVERY_NS = SIZE * 8 * 1_000_000 // KBPS


def counted(arrivals: list[int]) -> list[tuple[int, float]]:
    return [(at, number) for number, at in enumerate(arrivals)]


def test_a_steady_line_is_measured_exactly() -> None:
    assert abs(steady_rate(counted([number * EVERY_NS for number in range(300)]), SIZE) - KBPS) < 5


def test_a_stall_and_the_burst_after_it_do_not_change_the_figure() -> None:
    for at in range(50, 250, 25):
        begin = at * EVERY_NS
        arrivals = [n * EVERY_NS for n in range(300)]
        stalled = [max(t, begin + 80 * MILLISECOND) if t > begin else t for t in arrivals]
        assert abs(steady_rate(counted(stalled), SIZE) - KBPS) < 0.03 * KBPS


def test_the_free_beginning_of_a_token_bucket_is_left_out() -> None:
    arrivals = [n * EVERY_NS // 20 for n in range(40)]
    arrivals += [arrivals[-1] + n * EVERY_NS for n in range(1, 200)]
    assert abs(steady_rate(counted(arrivals), SIZE) - KBPS) < 5


def test_hardly_anything_arrived_is_no_figure() -> None:
    assert steady_rate([], SIZE) == 0
    assert steady_rate(counted([1, 2, 3]), SIZE) == 0


def busy(kbps: int, count: int, size: int = 1200) -> list[tuple[int, int]]:
    every = size * 8 * 1_000_000 // kbps
    return [(number * every, size) for number in range(count)]


def test_a_saturated_line_gives_its_rate_to_the_byte() -> None:
    assert abs(line_rate(busy(1030, 300)) - 1030) < 1


def test_pauses_of_the_sender_do_not_make_a_line_narrow() -> None:
    arrivals, shift = [], 0
    for number, (at, size) in enumerate(busy(3000, 600)):
        shift += 20 * MILLISECOND if number % 40 == 0 else 0
        arrivals.append((at + shift, size))
    assert abs(line_rate(arrivals) - 3000) < 0.01 * 3000


def test_a_stalled_line_that_catches_up_is_not_wide() -> None:
    begin = 100 * busy(1000, 2)[1][0]
    arrivals = [(max(at, begin + 150 * MILLISECOND) if at > begin else at, size) for at, size in busy(1000, 300)]
    assert abs(line_rate(arrivals) - 1000) < 0.02 * 1000


def test_what_came_in_a_while_is_counted_with_its_pauses() -> None:
    half = [one for one in busy(1000, 300) if one[0] < 500 * MILLISECOND]
    assert abs(arriving(half, 0, 1000 * MILLISECOND) - 500) < 10
    assert arriving(half, 600 * MILLISECOND, 1000 * MILLISECOND) == 0


def test_lost_packets_alone_do_not_saturate_a_line() -> None:
    sent = [n * EVERY_NS for n in range(300)]
    found = step([(at, at + 5 if n % 10 else None, True) for n, at in enumerate(sent)], SIZE, 0)
    assert not found.stretched
    assert abs(found.lost - 0.1) < 0.001
    assert found.jitter_ms == 0


def test_a_queue_that_grows_saturates_a_line() -> None:
    assert step([(n * EVERY_NS, 2 * n * EVERY_NS, True) for n in range(300)], SIZE, 0).stretched


@pytest.mark.parametrize("seed", range(50))
def test_lost_reports_and_lost_packets_make_no_line_narrow(seed: int) -> None:
    """One packet in ten is lost, and three of eight reports: of theirs nothing is known."""
    dice = random.Random(seed)
    silent = dice.sample(range(8), 3)
    packets: list[Packet] = []
    for number in range(300):
        at, known = number * EVERY_NS, number * 8 // 300 not in silent
        packets.append((at, at + 5 if known and dice.random() >= 0.1 else None, known))
    found = step(packets, SIZE, 0)
    assert not found.stretched
    assert abs(found.kbps - 0.9 * KBPS) < 0.12 * KBPS


def test_a_line_that_falls_silent_half_the_time_is_half_usable() -> None:
    arrivals = [n * 10 * MILLISECOND for n in range(200) if n < 100]
    assert usable(arrivals, 0, 2_000 * MILLISECOND) == 0.5


def comes(noise: Noise, ssrc: int, *numbers: int) -> None:
    for number in numbers:
        packet = rtp.parse(rtp.header(96, False, number, 0, ssrc, b"", False) + bytes(8))
        assert packet is not None
        noise.take(packet, number * EVERY_NS)


def test_stragglers_of_what_filled_the_line_tell_of_no_loss_on_the_quiet_line() -> None:
    noise = Noise()
    comes(noise, 1, *range(0, 500, 20))
    noise.calmed()
    assert noise.stragglers() == 0
    comes(noise, 2, 0, 1)
    before = noise.stragglers()
    comes(noise, 1, 520)
    assert noise.stragglers() == before + 1
    assert noise.came() == 25 + 3
    noise.count()
    comes(noise, 1, 540, 560)
    comes(noise, 2, 2, 3, 5, 6)
    comes(noise, 3, 0, 1, 2, 4)
    assert noise.counted() == (10, 8)


def test_of_a_page_that_goes_on_in_the_same_stream_that_stream_is_counted() -> None:
    noise = Noise()
    comes(noise, 1, *range(0, 500, 20))
    noise.calmed()
    noise.count()
    comes(noise, 1, 481, 482, 484)
    assert noise.stragglers() == 0
    assert noise.counted() == (4, 3)


def test_only_streams_that_are_heard_are_answered_and_for_a_while_the_last_of_them() -> None:
    noise = Noise()
    assert noise.heard(0) == []
    for ssrc in range(1, 11):
        comes(noise, ssrc, ssrc)
    at = 10 * EVERY_NS
    assert noise.heard(at) == list(range(1, 11))
    assert noise.heard(at + SECOND) == [10]
    assert noise.heard(at + 3 * SECOND) == []
