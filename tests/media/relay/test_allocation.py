"""Who gets what of a narrow line: the ladder, its hold, and that voices never wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hypothesis import given
from hypothesis import strategies as st

from hearing.floor import Floor
from hearing.participants import SeatId
from media.relay.allocation import (
    HOLD_NS,
    RESERVE,
    Allotment,
    LayerReport,
    ListenerReport,
    PictureReport,
    Reports,
    Share,
    VoiceReport,
    allocate,
    speaker,
)
from media.wire.clock import SECOND

NOW = 1000 * SECOND
ME = SeatId("s-me")
COURT, TALKER = SeatId("s-court"), SeatId("s-talker")
OTHERS = [SeatId(f"s-{n}") for n in range(5)]
SEATS = [COURT, TALKER, *OTHERS]
VOICE = 64_000
THREE = PictureReport(
    (
        LayerReport("q", (40_000, 60_000, 100_000)),
        LayerReport("h", (100_000, 150_000, 250_000)),
        LayerReport("f", (200_000, 300_000, 500_000)),
    )
)
ONE = PictureReport((LayerReport("", (250_000,)),))


def reports(
    bits: int | None,
    *,
    pictures: Mapping[SeatId, PictureReport] | None = None,
    loud: Iterable[SeatId] = (TALKER,),
    has: Allotment | None = None,
) -> Reports:
    """Seven others, of whom those in ``loud`` are heard now and the rest were, long ago."""
    voices = {
        seat: VoiceReport(VOICE, NOW if seat in loud else NOW - 100 * SECOND, NOW if seat in loud else 0)
        for seat in SEATS
    }
    return Reports(voices, pictures or dict.fromkeys(SEATS, THREE), {ME: ListenerReport(bits, has)})


def floor(court: SeatId | None = COURT) -> Floor:
    return Floor(hears={ME: frozenset(SEATS)}, sees={ME: frozenset(SEATS)}, recorded_video=court)


def mine(given: Reports, at: Floor | None = None) -> Allotment:
    return allocate(given, at or floor(), NOW)[ME]


def cost(given: Reports, found: Allotment) -> int:
    total = sum(v.bits for seat, v in given.voices.items() if seat not in found.resting)
    for seat, share in found.pictures.items():
        layer = next(layer for layer in given.pictures[seat].layers if layer.rid == share.rid)
        total += layer.bits[min(share.temporal, len(layer.bits) - 1)]
    return total


def test_a_wide_line_gets_every_voice_and_every_picture() -> None:
    for bits in (None, 10_000_000):
        found = mine(reports(bits))
        assert found.resting == frozenset()
        assert found.pictures == {
            **dict.fromkeys((COURT, TALKER), Share("f")),
            **dict.fromkeys(OTHERS, Share("h")),
        }


def test_a_line_of_the_norm_gets_who_speaks_and_the_court_large_and_the_others_small() -> None:
    found = mine(reports(950_000))
    assert found.resting == frozenset(SEATS) - {TALKER}
    assert found.pictures[TALKER] == found.pictures[COURT] == Share("h")
    assert found.pictures.keys() == set(SEATS)
    assert {found.pictures[seat].rid for seat in OTHERS} == {"q"}
    assert cost(reports(950_000), found) <= 950_000


def test_the_narrower_the_fewer_and_the_speaker_goes_last() -> None:
    seen = [set(mine(reports(bits)).pictures) for bits in (900_000, 600_000, 400_000, 240_000, 150_000)]
    assert [len(pictures) for pictures in seen] == sorted((len(pictures) for pictures in seen), reverse=True)
    assert seen[0] == set(SEATS)
    assert seen[-2] == {TALKER}
    assert seen[-1] == set()


def test_voices_are_sent_even_where_nothing_else_fits() -> None:
    found = mine(reports(100_000, loud=SEATS))
    assert found.resting == frozenset()
    assert found.pictures == {}


def test_a_seat_from_which_nothing_comes_is_no_silent_voice() -> None:
    given = reports(700_000)
    dead = Reports({**given.voices, COURT: VoiceReport(0, 0)}, given.pictures, given.listeners)
    assert COURT not in mine(dead).resting


def test_what_the_floor_does_not_give_is_given_by_no_line() -> None:
    only = Floor(hears={ME: frozenset({TALKER})}, sees={ME: frozenset({COURT})}, recorded_video=COURT)
    assert mine(reports(None), only).pictures.keys() == {COURT}
    assert mine(reports(300_000), only).resting <= {TALKER}
    assert allocate(reports(None), Floor(), NOW)[ME] == Allotment()


def test_pictures_in_one_size_are_given_whole_or_not_at_all() -> None:
    found = mine(reports(900_000, pictures=dict.fromkeys(SEATS, ONE)))
    assert set(found.pictures) >= {TALKER, COURT}
    assert len(found.pictures) == 3
    assert set(found.pictures.values()) == {Share("")}


def test_what_one_has_is_kept_where_it_just_fits_and_what_is_new_must_leave_air() -> None:
    whole = mine(reports(950_000))
    now = cost(reports(950_000), whole) + RESERVE
    assert mine(reports(now, has=whole)).pictures == whole.pictures
    small = Allotment(whole.resting, dict.fromkeys(SEATS, Share("q", 0)))
    assert mine(reports(now, has=small)).pictures != whole.pictures


def test_after_something_was_taken_away_nothing_is_added_for_a_while() -> None:
    whole = mine(reports(950_000))
    squeezed = mine(reports(500_000, has=whole))
    assert squeezed.squeezed_ns == NOW
    assert len(squeezed.pictures) < len(whole.pictures)
    again = reports(950_000, has=squeezed)
    assert allocate(again, floor(), NOW + SECOND)[ME].pictures.keys() == squeezed.pictures.keys()
    later = Reports(
        {**again.voices, TALKER: VoiceReport(VOICE, NOW + HOLD_NS, NOW + HOLD_NS)}, again.pictures, again.listeners
    )
    assert allocate(later, floor(), NOW + HOLD_NS + 1)[ME].pictures.keys() == whole.pictures.keys()


def test_whoever_begins_to_speak_is_large_at_once() -> None:
    before = mine(reports(950_000))
    after = mine(reports(950_000, loud=[OTHERS[0]], has=before))
    assert after.pictures[OTHERS[0]] == Share("h")
    assert after.pictures[TALKER].rid == "q"
    assert TALKER in after.resting
    assert OTHERS[0] not in after.resting


def test_the_speaker_stays_the_speaker_through_a_breath_and_through_an_interjection() -> None:
    voices = {TALKER: VoiceReport(VOICE, NOW, NOW - SECOND), COURT: VoiceReport(VOICE, NOW, NOW)}
    assert speaker(voices, TALKER, NOW) == TALKER
    assert speaker(voices, TALKER, NOW + SECOND) == COURT
    assert speaker(voices, None, NOW) == COURT
    assert speaker({}, None, NOW) is None


@given(
    st.integers(50_000, 4_000_000),
    st.sets(st.sampled_from(SEATS)),
    st.dictionaries(st.sampled_from(SEATS), st.sampled_from([ONE, THREE]), min_size=1),
)
def test_no_listener_is_ever_given_more_than_voices_or_line(
    bits: int, loud: set[SeatId], pictures: dict[SeatId, PictureReport]
) -> None:
    asked = reports(bits, pictures=pictures, loud=loud)
    found = mine(asked)
    assert not found.resting & loud
    assert cost(asked, found) <= max(bits, VOICE * (len(SEATS) - len(found.resting)))
    assert mine(asked) == found
