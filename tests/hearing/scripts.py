"""Hearings for tests, written as scripts of acts."""

from __future__ import annotations

from dataclasses import dataclass, field

from config import editions
from hearing import acts as a
from hearing.edition import Edition, parse
from hearing.evolve import evolve
from hearing.facts import Fact
from hearing.floor import Floor, floor
from hearing.hearings import Hearing
from hearing.participants import SYSTEM, Actor, CaseId, PersonId, Role, SeatId, TextRef
from hearing.rules import decide

EDITION: Edition = parse(editions.read())
HOUR = 3600.0
NOON = 1_800_000_000.0
TEXT = TextRef("hmac:text")
NOBODY = Actor(PersonId("p-nobody"), Role.COURT_SECRETARY)

ROLES = {
    "judge": (Role.INVESTIGATING_JUDGE, "courtroom"),
    "secretary": (Role.COURT_SECRETARY, "courtroom"),
    "prosecutor": (Role.PROSECUTOR, "elsewhere"),
    "suspect": (Role.SUSPECT, "facility"),
    "counsel": (Role.DEFENCE_COUNSEL, "elsewhere"),
    "witness": (Role.WITNESS, "elsewhere"),
    "interpreter": (Role.INTERPRETER, "elsewhere"),
    "victim": (Role.VICTIM, "elsewhere"),
}


def person(name: str) -> PersonId:
    return PersonId(f"p-{name}")


def seat(name: str) -> SeatId:
    return SeatId(f"s-{name}")


def actor(name: str) -> Actor:
    return SYSTEM if name == "system" else Actor(person(name), ROLES[name][0])


def listing(**changes: object) -> a.ListHearing:
    values: dict[str, object] = {
        "case": CaseId("c-1"),
        "kind": "sanction",
        "publicity": "open",
        "scheduled_at": NOON + 600,
        "language": "ru",
        "remote_ground": "by_order_of_judge",
        "measure": "custody",
        "detained_at": NOON - 20 * HOUR,
        "limit_hours": 48,
        "received_at": NOON - 2 * HOUR,
        **changes,
    }
    return a.ListHearing(**values)  # type: ignore[arg-type]


@dataclass
class Script:
    """A hearing that acts are asked of, and the facts they made."""

    at: float = NOON
    hearing: Hearing | None = None
    facts: list[tuple[Fact, float]] = field(default_factory=list)

    def ask(self, who: str, act: a.Act, after: float = 1.0) -> list[Fact]:
        self.at += after
        facts = decide(self.hearing, act, actor(who), self.at, EDITION)
        for fact in facts:
            self.hearing = evolve(self.hearing, fact, self.at)
            self.facts.append((fact, self.at))
        return facts

    @property
    def now(self) -> Hearing:
        assert self.hearing is not None
        return self.hearing

    @property
    def floor(self) -> Floor:
        return floor(self.now, EDITION)


def listed(*names: str, **changes: object) -> Script:
    """A listed sanction hearing with the judge's order and these participants."""
    script = Script()
    script.facts = []
    facts = decide(None, listing(**changes), NOBODY, script.at, EDITION)
    for fact in facts:
        script.hearing = evolve(script.hearing, fact, script.at)
        script.facts.append((fact, script.at))
    for name in names or ("judge", "secretary", "prosecutor", "suspect", "counsel"):
        role, place = ROLES[name]
        act = a.AddParticipant(person(name), role.value, seat(name), place, "ru", "hmac:iin")
        for fact in decide(script.hearing, act, NOBODY, script.at, EDITION):
            script.hearing = evolve(script.hearing, fact, script.at)
            script.facts.append((fact, script.at))
    script.ask("judge", a.OrderRemote(TEXT))
    return script


def in_lobby(*names: str, **changes: object) -> Script:
    """The lobby is open, all have arrived, are tested and known, nobody but the court's staff is admitted."""
    script = listed(*names, **changes)
    script.ask("secretary", a.OpenLobby())
    for name in names or ("judge", "secretary", "prosecutor", "suspect", "counsel"):
        script.ask("system", a.Arrive(seat(name)))
        if name in ("judge", "secretary"):
            continue
        script.ask(name, a.AcknowledgeRules())
        script.ask("system", link(name))
        script.ask("secretary", a.ConfirmIdentity(person(name)))
    return script


def link(name: str, kbps: int = 3000) -> a.NoteLinkTest:
    return a.NoteLinkTest(seat(name), kbps, kbps, 20, 3, 0.0, "udp", "Chromium")


def opened(*names: str, **changes: object) -> Script:
    """An open hearing with the recording rolling and everyone but witnesses admitted."""
    names = names or ("judge", "secretary", "prosecutor", "suspect", "counsel")
    script = in_lobby(*names, **changes)
    for name in names:
        if name not in ("judge", "secretary", "witness"):
            script.ask("secretary", a.Admit(person(name)))
    script.ask("secretary", a.NameCourtCamera(seat("judge")))
    script.ask("secretary", a.StartRecording())
    script.ask("judge", a.AnnounceOpening())
    script.ask("system", a.OpenHearing(), after=6)
    return script


def heard(script: Script) -> Script:
    """Walk the whole script of the session."""
    for step in EDITION.kind("sanction").script:
        script.ask("judge", a.TakeStep(step.step))
    return script
