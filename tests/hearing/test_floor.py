"""The floor table, enumerated: in every phase, who hears whom, who is recorded."""

from __future__ import annotations

import pytest

from hearing import acts as a
from hearing.floor import Floor
from hearing.hearings import Phase
from tests.hearing.scripts import TEXT, Script, heard, in_lobby, listed, opened, person, seat

NAMES = ("judge", "secretary", "prosecutor", "suspect", "counsel", "witness")
COURT = frozenset(seat(n) for n in NAMES if n != "witness")
BENCH = frozenset({seat("judge"), seat("secretary")})
PRIVATE = frozenset({seat("suspect"), seat("counsel")})


def in_phase(phase: Phase) -> Script:
    match phase:
        case Phase.LISTED:
            return listed(*NAMES)
        case Phase.LOBBY:
            return in_lobby(*NAMES)
        case Phase.VACATED:
            s = listed(*NAMES)
            s.ask("judge", a.Vacate(TEXT))
            return s
        case Phase.COUNTDOWN:
            s = opened(*NAMES)
            s = in_lobby(*NAMES)
            for name in ("prosecutor", "suspect", "counsel"):
                s.ask("secretary", a.Admit(person(name)))
            s.ask("secretary", a.NameCourtCamera(seat("judge")))
            s.ask("secretary", a.StartRecording())
            s.ask("judge", a.AnnounceOpening())
            return s
    s = opened(*NAMES)
    s.ask("secretary", a.OpenObserverLink())
    match phase:
        case Phase.PAUSED_BY_LOSS:
            s.ask("system", a.PauseByLoss((seat("suspect"),), s.at, "line"))
        case Phase.RECESS:
            s.ask("judge", a.BeginRecess())
        case Phase.PRIVATE_TALK:
            s.ask("judge", a.BeginPrivateTalk())
        case Phase.DELIBERATION | Phase.ANNOUNCED | Phase.CLOSED:
            heard(s).ask("judge", a.Retire())
            if phase is not Phase.DELIBERATION:
                s.ask("judge", a.Decide("refusal", TEXT))
                s.ask("judge", a.ReturnFromDeliberation())
                s.ask("judge", a.AnnounceDecision())
            if phase is Phase.CLOSED:
                s.ask("secretary", a.NoteRulingDelivered("suspect"))
                s.ask("judge", a.CloseHearing())
    return s


def pairs(floor: Floor) -> set[tuple[str, str]]:
    return {(listener, source) for listener, sources in floor.hears.items() for source in sources}


def all_among(listeners: frozenset[str], sources: frozenset[str]) -> set[tuple[str, str]]:
    return {(x, y) for x in listeners for y in sources if x != y}


EXPECTED: dict[Phase, tuple[set[tuple[str, str]], frozenset[str], frozenset[str]]] = {
    Phase.LISTED: (set(), frozenset(), frozenset()),
    Phase.LOBBY: (set(), frozenset(), frozenset()),
    Phase.COUNTDOWN: (set(), frozenset(), frozenset()),
    Phase.OPEN: (all_among(COURT, COURT), COURT, COURT),
    Phase.PAUSED_BY_LOSS: (all_among(COURT, BENCH), COURT, frozenset()),
    Phase.RECESS: (set(), frozenset(), frozenset()),
    Phase.PRIVATE_TALK: (all_among(PRIVATE, PRIVATE), frozenset(), frozenset()),
    Phase.DELIBERATION: (set(), frozenset(), frozenset()),
    Phase.ANNOUNCED: (all_among(COURT, COURT), COURT, COURT),
    Phase.CLOSED: (set(), frozenset(), frozenset()),
    Phase.VACATED: (set(), frozenset(), frozenset()),
}


@pytest.mark.parametrize("phase", list(Phase))
def test_the_floor_of_each_phase_is_the_table_and_nothing_more(phase: Phase) -> None:
    s = in_phase(phase)
    assert s.now.phase is phase
    heard_pairs, recorded, public = EXPECTED[phase]
    floor = s.floor
    assert pairs(floor) == heard_pairs
    assert {(x, y) for x, ys in floor.sees.items() for y in ys} == heard_pairs
    assert floor.recorded_sound == recorded
    assert floor.transcribed == recorded
    assert floor.recorded_video == (seat("judge") if recorded else None)
    assert floor.public_hears == public
    assert floor.public_sees == public


@pytest.mark.parametrize("phase", list(Phase))
def test_an_uncalled_witness_is_in_no_floor(phase: Phase) -> None:
    floor = in_phase(phase).floor
    everywhere = {x for pair in pairs(floor) for x in pair} | floor.recorded_sound | floor.public_hears
    assert seat("witness") not in everywhere


def test_a_called_witness_is_heard_and_recorded_until_released() -> None:
    s = in_phase(Phase.OPEN)
    s.ask("judge", a.CallWitness(person("witness")))
    assert seat("witness") in s.floor.recorded_sound
    assert s.floor.hears[seat("witness")] == COURT
    s.ask("judge", a.ReleaseWitness(person("witness")))
    assert seat("witness") not in s.floor.hears
    assert seat("witness") not in s.floor.recorded_sound


def test_the_secretary_talks_with_one_at_a_time_in_the_lobby() -> None:
    s = in_phase(Phase.LOBBY)
    s.ask("secretary", a.BeginTalk(seat("suspect")))
    two = frozenset({seat("secretary"), seat("suspect")})
    assert pairs(s.floor) == all_among(two, two)
    s.ask("secretary", a.BeginTalk(seat("counsel")))
    assert seat("suspect") not in s.floor.hears
    assert s.floor.recorded_sound == frozenset()


def test_who_is_removed_in_the_middle_of_a_talk_hears_nothing_more_of_the_secretary() -> None:
    s = in_phase(Phase.LOBBY)
    s.ask("secretary", a.BeginTalk(seat("suspect")))
    s.ask("judge", a.RemoveParticipant(person("suspect")))
    assert s.now.talk is None
    assert pairs(s.floor) == set()


def test_a_muted_seat_is_seen_but_neither_heard_nor_recorded() -> None:
    s = in_phase(Phase.OPEN)
    s.ask("judge", a.Mute(seat("counsel")))
    assert seat("counsel") not in s.floor.hears[seat("judge")]
    assert seat("counsel") in s.floor.sees[seat("judge")]
    assert seat("counsel") not in s.floor.recorded_sound


def test_closing_a_part_puts_the_public_out_and_seals_the_tape() -> None:
    s = in_phase(Phase.OPEN)
    s.ask("judge", a.ClosePart("safety", TEXT))
    assert s.floor.public_hears == s.floor.public_sees == frozenset()
    assert s.floor.sealed


def test_the_private_talk_of_the_lobby_is_as_private() -> None:
    s = in_phase(Phase.LOBBY)
    s.ask("secretary", a.BeginPrivateTalk())
    assert pairs(s.floor) == all_among(PRIVATE, PRIVATE)
    s.ask("counsel", a.EndPrivateTalk())
    assert s.now.phase is Phase.LOBBY
