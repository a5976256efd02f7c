"""Random play: whatever is asked, an act is refused or evolves, and replaying the facts gives the same hearing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hearing import acts as a
from hearing.evolve import fold
from hearing.participants import PassId
from hearing.rules.offers import allowed
from hearing.wrongs import Refused
from tests.hearing.scripts import EDITION, ROLES, TEXT, Script, actor, in_lobby, opened, person, seat

NAMES = tuple(ROLES)
people = st.sampled_from(NAMES).map(person)
seats = st.sampled_from(NAMES).map(seat)
VALUES: dict[str, st.SearchStrategy[object]] = {
    "person": people,
    "seat": seats,
    "seats": st.lists(seats, min_size=1, max_size=2).map(tuple),
    "speakers": st.lists(seats, min_size=1, max_size=2).map(tuple),
    "medium": st.sampled_from(["sound", "picture"]),
    "direction": st.sampled_from(["up", "down"]),
    "pass_id": st.just(PassId("x-1")),
    "step": st.sampled_from([s.step for s in EDITION.kind("sanction").script]),
    "outcome": st.sampled_from(list(EDITION.kind("sanction").outcomes)),
    "ground": st.sampled_from(EDITION.closure_grounds),
    "recipient": st.sampled_from(EDITION.kind("sanction").delivery),
    "verdict": st.sampled_from(["heard", "not_heard"]),
    "view": st.sampled_from(EDITION.views),
    "role": st.sampled_from([r.value for r, _ in ROLES.values()]),
    "place": st.sampled_from(["courtroom", "facility"]),
    "language": st.sampled_from(["kk", "ru"]),
    "bail_exception": st.sampled_from([None, "life_taken"]),
    "other_measure": st.sampled_from([None, "house_arrest"]),
    "room": st.none(),
    "labels": st.just(()),
}
TYPES: dict[str, st.SearchStrategy[object]] = {
    "str": st.just("t"),
    "TextRef": st.just(TEXT),
    "TextRef | None": st.just(TEXT),
    "bool": st.booleans(),
    "int": st.integers(0, 3000),
    "int | None": st.one_of(st.none(), st.integers(1, 60)),
    "float": st.floats(0, 1),
    "SeatId | None": st.one_of(st.none(), seats),
}


@st.composite
def any_act(draw: st.DrawFn) -> a.Act:
    kind = draw(st.sampled_from([k for n, k in sorted(a.ACTS.items()) if n != "list_hearing"]))
    fields = kind.__dataclass_fields__  # type: ignore[attr-defined]
    values = {n: draw(VALUES[n] if n in VALUES else TYPES[str(f.type)]) for n, f in fields.items()}
    return kind(**values)


@settings(max_examples=150, deadline=None)
@given(
    st.booleans(),
    st.lists(st.tuples(st.sampled_from([*NAMES, "system", "system"]), any_act()), max_size=60),
)
def test_every_act_is_refused_or_evolves_and_replay_gives_the_same(
    open_first: bool, moves: list[tuple[str, a.Act]]
) -> None:
    s = opened(*NAMES) if open_first else in_lobby(*NAMES)
    for who, act in moves:
        try:
            s.ask(who, act)
        except Refused:
            continue
    assert fold(s.facts) == s.now
    assert s.floor is not None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 40)), max_size=40))
def test_what_is_offered_as_ready_is_never_refused(choices: list[tuple[str, int]]) -> None:
    s = in_lobby(*NAMES)
    for who, pick in choices:
        offered = allowed(s.now, actor(who), s.at + 1, EDITION)
        assert all({"person", "seat"} & set(o.fixed) for o in offered if o.group == "roll"), "whose line is it at?"
        offers = [o for o in offered if o.ready and not o.fields]
        if offers:
            offer = offers[pick % len(offers)]
            s.ask(who, a.parse(offer.act, dict(offer.fixed)))
        open_if_due(s)
    assert fold(s.facts) == s.now


def open_if_due(s: Script) -> None:
    if s.now.phase == "countdown":
        s.ask("system", a.OpenHearing(), after=6)
