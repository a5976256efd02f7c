"""Loss as a pattern: what is missing is asked for, in time and not for ever."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from media.relay.reception import MOST_MISSING, TRIES, Arrival, Reception
from media.wire import rtcp, rtp
from media.wire.clock import MILLISECOND, SECOND


def packet(number: int) -> rtp.Rtp:
    found = rtp.parse(rtp.header(96, False, number & 0xFFFF, number * 3000 & 0xFFFFFFFF, 7, b"", False) + b"x")
    assert found is not None
    return found


def test_a_gap_is_given_time_to_close_by_itself() -> None:
    reception = Reception(7, 90000, 1024)
    reception.take(packet(1), 0)
    reception.take(packet(3), 0)
    assert reception.due(5 * MILLISECOND, 0) == []
    reception.take(packet(2), 6 * MILLISECOND)
    assert reception.due(SECOND, 0) == []


def test_a_lost_packet_is_asked_for_again_and_then_given_up() -> None:
    reception = Reception(7, 90000, 1024)
    reception.take(packet(1), 0)
    reception.take(packet(3), 0)
    asked = sum(len(reception.due(at * 10 * MILLISECOND, 100 * MILLISECOND)) for at in range(1, 500))
    assert asked == TRIES
    assert reception.gave_up


def test_a_large_hole_is_not_asked_for_piece_by_piece() -> None:
    reception = Reception(7, 90000, 1024)
    reception.take(packet(1), 0)
    reception.take(packet(3 + MOST_MISSING), 0)
    assert reception.due(SECOND, 0) == []
    assert reception.gave_up


@given(st.integers(0, 0xFFFF), st.integers(0, 2**32), st.floats(0.01, 0.3))
def test_every_packet_arrives_in_the_end_over_a_lossy_wire(first: int, seed: int, loss: float) -> None:
    """Packets every 10 ms, each copy lost with some chance, NACK and answer 40 ms apart; eight tries are enough."""
    chance = random.Random(seed)
    reception = Reception(7, 90000, 2048)
    coming: list[tuple[int, int]] = [(at * 10 * MILLISECOND, first + at) for at in range(200)]
    arrived: set[int] = set()
    at_ns = 0
    while at_ns < 5 * SECOND:
        for due, number in [c for c in coming if c[0] <= at_ns]:
            coming.remove((due, number))
            certain = number in (first, first + 199) or due > 3 * SECOND
            if certain or chance.random() > loss:
                unwrapped, arrival = reception.take(packet(number), at_ns, repair=due % (10 * MILLISECOND) == 1)
                assert arrival is not Arrival.KNOWN or number in arrived
                assert unwrapped & 0xFFFF == number & 0xFFFF
                arrived.add(number)
        for sequence in reception.due(at_ns, 40 * MILLISECOND):
            number = first + ((sequence - first) & 0xFFFF)
            coming.append((at_ns + 40 * MILLISECOND + 1, number))
        at_ns += 10 * MILLISECOND
    missing = set(range(first, first + 200)) - arrived
    assert len(missing) <= 200 * loss**TRIES + 2
    assert reception.expected == 200


def test_duplicates_and_the_very_old_are_known() -> None:
    reception = Reception(7, 90000, 256)
    for number in range(65000, 66000):
        reception.take(packet(number), number * MILLISECOND)
    assert reception.take(packet(65999), 0)[1] is Arrival.KNOWN
    assert reception.take(packet(65100), 0)[1] is Arrival.KNOWN
    assert reception.received == 1000
    assert reception.recall(reception.highest) is not None
    assert reception.recall(reception.highest - 300) is None


def test_a_report_tells_the_loss_since_the_last_one() -> None:
    reception = Reception(7, 90000, 256)
    for number in range(100):
        if number % 4:
            reception.take(packet(number), number * 33 * MILLISECOND)
    (block,) = rtcp.reports(next(rtcp.split(rtcp.receiver_report(1, [reception.report(SECOND)]))))
    assert abs(block.fraction_lost - 0.25) < 0.02
    assert block.lost == 24
    for number in range(100, 200):
        reception.take(packet(number), number * 33 * MILLISECOND)
    (block,) = rtcp.reports(next(rtcp.split(rtcp.receiver_report(1, [reception.report(SECOND)]))))
    assert block.fraction_lost == 0
