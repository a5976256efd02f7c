"""The journal as lines a judge reads: what CPC 347-1(2) asks of brief minutes, derived from the facts and nothing else.

Only codes and ids come out of here; the doors put in names and words. What a judge would not want in the minutes
(tape heads, hand signals, passes) stays in the journal alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hearing import facts as f
from hearing.evolve import evolve
from hearing.hearings import Hearing
from hearing.participants import PersonId, TextRef

LEFT_OUT: frozenset[type[f.Fact]] = frozenset(
    {
        f.TapeHead,
        f.HandRaised,
        f.HandLowered,
        f.Muted,
        f.Unmuted,
        f.AllMuted,
        f.MutesUnlocked,
        f.PassIssued,
        f.PassRevoked,
        f.PassDelivered,
        f.TalkBegan,
        f.TalkEnded,
        f.HelpAsked,
        f.HelpGiven,
        f.FileSealed,
        f.DigestTold,
        f.SignatureAdded,
        f.OpeningAnnounced,
        f.OpeningCalledOff,
        f.PrivateTalkAsked,
        f.DevicesTested,
        f.TerminalReady,
        f.VoiceTested,
        f.FileShared,
        f.ShareEnded,
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the minutes: when (Unix seconds), what (the fact's name), who, the codes and the texts it cites."""

    at: float
    fact: str
    persons: tuple[PersonId, ...] = ()
    codes: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    texts: Mapping[str, TextRef] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Testimony:
    """One interrogated person and the stretch of the record in which they were heard."""

    person: PersonId
    called_at: float
    oath: str
    start: float | None
    end: float | None


def lines(entries: Iterable[tuple[f.Fact, float]]) -> tuple[Line, ...]:
    """The minutes' lines for these facts, oldest first."""
    hearing: Hearing | None = None
    found: list[Line] = []
    for fact, at in entries:
        again = isinstance(fact, f.ChannelChosen) and hearing is not None and _known_channel(hearing, fact)
        hearing = evolve(hearing, fact, at)
        if type(fact) not in LEFT_OUT and not again:
            found.append(_line(hearing, fact, at))
    return tuple(found)


def _known_channel(hearing: Hearing, fact: f.ChannelChosen) -> bool:
    """An interpreter turns to and fro with every answer; the minutes say each way once."""
    return fact.channel in hearing.people[fact.person].interpreted_into


def testimonies(entries: Iterable[tuple[f.Fact, float]]) -> tuple[Testimony, ...]:
    """Who was interrogated, from the call to the release."""
    called: dict[PersonId, float] = {}
    began: dict[PersonId, float] = {}
    found: list[Testimony] = []
    hearing: Hearing | None = None
    for fact, at in entries:
        hearing = evolve(hearing, fact, at)
        match fact:
            case f.WitnessCalled(person):
                called[person] = at
            case f.TestimonyBegan(person):
                began[person] = at
            case f.WitnessReleased(person) if person in called:
                oath = hearing.people[person].oath
                state = oath.state.value if oath is not None else ""
                found.append(Testimony(person, called[person], state, began.get(person), at))
    return tuple(found)


def _line(hearing: Hearing, fact: f.Fact, at: float) -> Line:
    persons: list[PersonId] = []
    codes: dict[str, str | int | float | bool] = {}
    texts: dict[str, TextRef] = {}
    kinds = {name: str(field_.type) for name, field_ in fact.__dataclass_fields__.items()}  # type: ignore[attr-defined]
    for name, kind in kinds.items():
        value = getattr(fact, name)
        if value is None:
            continue
        match kind:
            case "PersonId":
                persons.append(value)
            case "tuple[PersonId, ...]":
                persons += value
            case "SeatId":
                persons += [p.person for p in hearing.at_seat(value)]
            case "tuple[SeatId, ...]":
                persons += [p.person for seat in value for p in hearing.at_seat(seat)]
            case "TextRef" | "TextRef | None":
                texts[name] = value
            case _ if isinstance(value, str | int | float | bool):
                codes[name] = value
    return Line(at, type(fact).__name__, tuple(dict.fromkeys(persons)), codes, texts)
