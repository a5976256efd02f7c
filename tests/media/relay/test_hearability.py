"""The ledger against a listener who counts for itself."""

from __future__ import annotations

import random

import pytest

from hearing.participants import SeatId
from media.packets import Kind
from media.relay.hearability import Count, Ledger, Source, Unheard

LISTENER, SPEAKER, OTHER = SeatId("s-suspect"), SeatId("s-judge"), SeatId("s-prosecutor")
SOUND: Source = (SPEAKER, "audio")
PAGE_CLOCK = 4711.0
SIXTIETH = 0.02


def outages(dice: random.Random) -> list[tuple[float, float]]:
    """Five, of a little over one to eight seconds, with at least four seconds between them."""
    found, at = [], 10.0
    for _ in range(5):
        at += dice.uniform(4, 15)
        length = dice.uniform(1.02, 8)
        found.append((at, at + length))
        at += length
    return found


def play(ledger: Ledger, lost: list[tuple[float, float]], dice: random.Random) -> list[Unheard]:
    """Fifty packets a second; what falls into an outage never comes, and reports made in it come after it."""
    found: list[Unheard] = []
    waiting: list[tuple[float, int]] = []
    got = sent = 0
    phase = dice.random()
    now, end = 0.0, lost[-1][1] + 10
    next_report, next_count = phase, 0.0
    while now < end:
        down = any(a <= now < b for a, b in lost)
        sent += 1
        got += not down
        if now >= next_count:
            ledger.sent(now, LISTENER, {SOUND: sent})
            next_count += 0.5
        if now >= next_report:
            waiting.append((now + PAGE_CLOCK, got))
            next_report += 1 + dice.uniform(-0.05, 0.05)
        if not down:
            for made, count in waiting:
                found += ledger.told(now + dice.uniform(0.01, 0.06), LISTENER, made, {SOUND: Count(count)})
            waiting.clear()
        now += SIXTIETH
    return found


@pytest.mark.parametrize("seed", range(20))
def test_every_outage_is_found_with_its_edges(seed: int) -> None:
    dice = random.Random(seed)
    lost = outages(dice)
    found = play(Ledger(1), lost, dice)
    assert len(found) == len(lost)
    for gap, (begin, end) in zip(found, lost, strict=True):
        assert abs(gap.start - begin) <= 1.0
        assert abs(gap.end - end) <= 1.0


def steady(ledger: Ledger, kind: Kind = "audio", frames: bool = True, share: float = 1.0) -> list[Unheard]:
    found: list[Unheard] = []
    for second in range(20):
        ledger.sent(second, LISTENER, {(SPEAKER, kind): 50 * second})
        count = Count(int(50 * second * share), 15 * second if frames else 0)
        found += ledger.told(second, LISTENER, second, {(SPEAKER, kind): count})
    return found


def test_a_line_on_which_all_arrives_has_no_gap() -> None:
    ledger = Ledger(1)
    assert steady(ledger) == []
    assert ledger.flush(19) == []


def test_a_page_cannot_claim_to_have_heard_what_was_never_sent() -> None:
    ledger = Ledger(1)
    for second in range(10):
        ledger.sent(second, LISTENER, {SOUND: 100})
        ledger.told(second, LISTENER, second, {SOUND: Count(1000 * second)})
    assert ledger.flush(10) == [Unheard(LISTENER, (SPEAKER,), "audio", 0, 10)]


def test_packets_of_a_picture_that_is_never_shown_are_not_seen() -> None:
    ledger = Ledger(1)
    assert steady(ledger, "video", frames=False) == []
    assert [gap.kind for gap in ledger.flush(20)] == ["video"]


def test_speakers_missed_together_are_told_together() -> None:
    ledger = Ledger(1)
    both = [SOUND, (OTHER, "audio")]
    found: list[Unheard] = []
    for second in range(10):
        ledger.sent(second, LISTENER, dict.fromkeys(both, 50 * second))
        count = Count(100 if 2 <= second < 7 else 50 * second)
        found += ledger.told(second, LISTENER, second, dict.fromkeys(both, count))
    assert found == [Unheard(LISTENER, (SPEAKER, OTHER), "audio", 2, 6)]


def test_a_listener_who_came_back_by_a_new_connection_missed_what_lay_between() -> None:
    ledger = Ledger(1)
    for second in range(5):
        ledger.sent(second, LISTENER, {SOUND: 50 * second})
        ledger.told(second, LISTENER, second, {SOUND: Count(50 * second)})
    ledger.sent(20, LISTENER, {SOUND: 0})
    assert ledger.told(20, LISTENER, 20, {SOUND: Count(0)}) == [Unheard(LISTENER, (SPEAKER,), "audio", 4, 20)]


def test_what_the_floor_closes_is_no_gap_any_more() -> None:
    ledger = Ledger(1)
    for second in range(5):
        ledger.sent(second, LISTENER, {SOUND: 50 * second})
        ledger.told(second, LISTENER, second, {SOUND: Count(0)})
    assert ledger.expect(5, LISTENER, []) == [Unheard(LISTENER, (SPEAKER,), "audio", 0, 5)]
    assert ledger.flush(9) == []


def test_a_voice_that_rests_and_a_picture_without_room_are_no_gaps() -> None:
    """They are not sent, therefore not expected; when they come back, what lay between was not missed."""
    ledger = Ledger(1)
    picture: Source = (SPEAKER, "video")
    found: list[Unheard] = []
    for second in range(30):
        resting = 5 <= second < 20
        sent = {SOUND: 50 * min(second, 5), picture: 30 * min(second, 5)}
        if second >= 20:
            sent = {SOUND: 250 + 50 * (second - 20), picture: 150 + 30 * (second - 20)}
        expected = {} if resting else sent
        found += ledger.expect(second, LISTENER, expected)
        ledger.sent(second, LISTENER, expected)
        counts = {SOUND: Count(sent[SOUND]), picture: Count(sent[picture], sent[picture] // 2)}
        found += ledger.told(second, LISTENER, second, counts)
    assert found + ledger.flush(30) == []


def test_a_page_that_claims_an_absurd_clock_was_not_deaf_before_the_hearing_began() -> None:
    ledger = Ledger(1.0)
    found: list[Unheard] = []
    for at in range(1000, 1010):
        ledger.sent(at, LISTENER, {SOUND: at * 50})
        claimed = 1e300 if at == 1000 else float(at)
        found += ledger.told(at, LISTENER, claimed, {SOUND: Count(7)})
    found += ledger.flush(1010)
    assert found
    assert all(gap.start >= 1000 for gap in found)
