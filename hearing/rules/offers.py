"""What a person may do now. The page shows these and nothing else, so it holds no rule of its own.

Every offer is an act tried on the rules: one that role or phase forbids is not offered at all, one that the hearing
does not allow *yet* is offered quietly with the reason. Values that a person will still type are tried with
placeholders that fit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hearing import acts as a
from hearing.edition import Edition, KindRules
from hearing.hearings import Hearing, Participant, Recording
from hearing.participants import CHANNELS, Actor, Attendance, Place, Role, SeatId, TextRef
from hearing.rules import decide
from hearing.wrongs import Refused

A_TEXT = TextRef("placeholder")
HIDDEN = frozenset(
    {
        "role",
        "phase",
        "not_now",
        "oath_state",
        "witness_not_called",
        "witness_waits",
        "not_waiting",
        "not_admitted",
        "not_removable",
        "presiding_not_muted",
        "own_seat",
        "closed_hearing",
        "not_retired",
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a person fills in: ``kind`` is text, choice, number, money or flag."""

    name: str
    kind: str
    required: bool = True
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """An act that this person may ask. ``fixed`` are the values that the page sends back as they are."""

    act: str
    group: str
    tone: str = "plain"
    fixed: Mapping[str, str | bool] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    refused: Refused | None = None

    @property
    def ready(self) -> bool:
        return self.refused is None


@dataclass(frozen=True, slots=True)
class _Try:
    act: a.Act
    group: str
    tone: str = "plain"
    fixed: Mapping[str, str | bool] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()


REASON = (Field("reason", "text"),)
RULING = (Field("ruling", "text"),)


def allowed(hearing: Hearing, by: Actor, at: float, edition: Edition) -> list[Offer]:
    """The offers to this person, in the order in which a page shows them."""
    me = hearing.people.get(by.person)
    found: list[Offer] = []
    for one in _tries(hearing, me, edition):
        refused: Refused | None = None
        try:
            if not decide(hearing, one.act, by, at, edition):
                continue
        except Refused as no:
            if no.rule in HIDDEN:
                continue
            refused = no
        found.append(Offer(one.act.wire_name(), one.group, one.tone, one.fixed, one.fields, refused))
    return found


def _tries(hearing: Hearing, me: Participant | None, edition: Edition) -> Iterator[_Try]:
    kind = edition.kind(hearing.listing.kind)
    yield from _next_tries(hearing, kind)
    yield from _desk_tries(hearing, edition)
    if me is not None:
        yield from _own_tries(hearing, me)
    yield from _witness_tries(hearing, edition)
    yield from _roll_tries(hearing, me, edition)
    yield from _record_tries(hearing)


def _next_tries(hearing: Hearing, kind: KindRules) -> Iterator[_Try]:
    yield _Try(a.OrderRemote(A_TEXT), "more", fields=(Field("order", "text"),))
    yield _Try(a.OpenLobby(), "next", "next")
    yield _Try(a.AnnounceOpening(), "next", "next")
    yield _Try(a.CallOffOpening(), "desk")
    yield _Try(a.ResumeAfterLoss(), "next", "next")
    yield _Try(a.EndRecess(), "next", "next")
    yield _Try(a.EndPrivateTalk(), "next", "next")
    coming = next((s for s in kind.script if s.step not in hearing.steps), None)
    if coming is not None:
        yield _Try(a.TakeStep(coming.step), "next", "next", {"step": coming.step})
    elif hearing.retired_at is None:
        yield _Try(a.Retire(), "next", "next")
    if hearing.retired_at is None and coming is not None and not coming.required:
        yield _Try(a.Retire(), "desk")
    yield from _decision_tries(hearing, kind)
    yield _Try(a.ReturnFromDeliberation(), "next", "next")
    if hearing.retired_at is not None:
        yield _Try(a.AnnounceDecision(), "next", "next")
    for recipient in kind.delivery:
        yield _Try(a.NoteRulingDelivered(recipient), "decision", fixed={"recipient": recipient})
    yield _Try(a.CloseHearing(), "next", "next")


def _decision_tries(hearing: Hearing, kind: KindRules) -> Iterator[_Try]:
    for name, outcome in kind.outcomes.items():
        fields: list[Field] = []
        bail = "bail" in outcome.needs and hearing.listing.measure in kind.bail_for
        if outcome.days is not None:
            fields.append(Field("days", "number"))
        else:
            fields.append(Field("other_measure", "choice", False, kind.other_measures))
        if bail:
            fields += [
                Field("bail_tenge", "money", False),
                Field("bail_exception", "choice", False, kind.bail_exceptions),
            ]
        fields.append(Field("reasons", "text"))
        act = a.Decide(
            name, A_TEXT, outcome.days[0] if outcome.days else None, None, kind.bail_exceptions[0] if bail else None
        )
        yield _Try(act, "decision", fixed={"outcome": name}, fields=tuple(fields))


def _desk_tries(hearing: Hearing, edition: Edition) -> Iterator[_Try]:
    yield _Try(a.BeginRecess(), "desk")
    yield _Try(a.BeginPrivateTalk(), "desk")
    yield _Try(a.AllegeTorture(), "desk", "alarm")
    if hearing.torture_at is not None:
        yield _Try(a.OrderCheck(), "next", "alarm")
    if hearing.unrepaired_gap() is not None:
        yield _Try(a.RepairGap(A_TEXT), "next", "next", fields=(Field("summary", "text"),))
    if hearing.gaps and hearing.gaps[-1].summary is not None:
        yield _Try(a.ConfirmGap(False), "desk", fixed={"objects": False})
        yield _Try(a.ConfirmGap(True), "desk", fixed={"objects": True})
    yield _Try(a.MuteAll(False), "more", fixed={"locked": False})
    yield _Try(a.MuteAll(True), "more", fixed={"locked": True})
    if hearing.mutes_locked or any(s.muted for s in hearing.seats.values()):
        yield _Try(a.UnlockMutes(), "more")
    if hearing.part_closed is None and hearing.listing.publicity == "open":
        grounds = Field("ground", "choice", True, edition.closure_grounds)
        yield _Try(a.ClosePart(edition.closure_grounds[0], A_TEXT), "more", fields=(grounds, *RULING))
    if hearing.part_closed is not None:
        yield _Try(a.OpenPart(), "more")
    yield _Try(a.CloseObserverLink(A_TEXT), "more", fields=RULING)
    yield _Try(a.Vacate(A_TEXT), "more", "danger", fields=REASON)


def _own_tries(hearing: Hearing, me: Participant) -> Iterator[_Try]:
    yield _Try(a.AcknowledgeRules(), "lobby", "next")
    yield _Try(
        a.ReportDevices(True, True, True),
        "lobby",
        fields=(Field("camera", "flag"), Field("microphone", "flag"), Field("loudspeaker", "flag")),
    )
    if me.place == Place.FACILITY:
        yield _Try(a.MarkTerminalReady(), "lobby")
    yield _Try(a.RaiseHand(), "desk")
    yield _Try(a.LowerHand(), "desk")
    if hearing.seats[me.seat].muted:
        yield _Try(a.Unmute(), "desk")
    if me.role is Role.INTERPRETER:
        for channel in CHANNELS:
            yield _Try(a.ChooseChannel(channel), "channel", fixed={"channel": channel})
    yield _Try(a.AskPrivateTalk(), "desk")
    yield _Try(a.AskHelp(), "lobby")


def _witness_tries(hearing: Hearing, edition: Edition) -> Iterator[_Try]:
    for w in hearing.with_role(*edition.groups["witnesses"]):
        fixed = {"person": str(w.person)}
        if w.attendance is not Attendance.RELEASED:
            yield _Try(a.CallWitness(w.person), "roll", "next", fixed)
        yield from _oath_tries(w)
        yield _Try(a.BeginTestimony(w.person), "oath", "next", fixed)
        yield _Try(a.ReleaseWitness(w.person), "desk", fixed=fixed)
    for one in hearing.with_role(*edition.groups["undertaking"]):
        yield from _oath_tries(one)
        if one.role is Role.EXPERT:
            yield _Try(a.BeginTestimony(one.person), "oath", "next", {"person": str(one.person)})


def _oath_tries(p: Participant) -> Iterator[_Try]:
    fixed = {"person": str(p.person)}
    yield _Try(a.WarnWitness(p.person), "oath", "next", fixed)
    yield _Try(a.ShowOath(p.person), "oath", "next", fixed)
    yield _Try(a.AcceptOath(p.person), "oath", "next", fixed)
    yield _Try(a.RepeatOath(p.person), "oath", fixed=fixed)
    yield _Try(a.RefuseOath(p.person), "oath", "danger", fixed)
    yield _Try(a.WaiveOath(p.person, A_TEXT), "oath", fixed=fixed, fields=REASON)


def _roll_tries(hearing: Hearing, me: Participant | None, edition: Edition) -> Iterator[_Try]:
    for p in hearing.people.values():
        if me is not None and p.person == me.person:
            continue
        person, seat = {"person": str(p.person)}, {"seat": str(p.seat)}
        if not p.identity_confirmed:
            yield _Try(a.ConfirmIdentity(p.person), "roll", fixed=person)
        if p.attendance is Attendance.WAITING and p.role not in (Role.WITNESS, Role.WITNESS_WITH_RIGHT_TO_DEFENCE):
            yield _Try(a.Admit(p.person), "roll", "next", person)
        yield _Try(a.SendBack(p.person), "roll", fixed=person)
        if hearing.talk == p.seat:
            yield _Try(a.ConfirmRehearsal(p.seat), "roll", "next", seat)
        else:
            yield _Try(a.BeginTalk(p.seat), "roll", fixed=seat)
        yield _Try(a.GiveHelp(p.seat), "roll", fixed=seat)
        if p.place != Place.COURTROOM and _below(hearing, p, edition):
            yield _Try(a.OverrideLink(p.seat, A_TEXT), "roll", fixed=seat, fields=REASON)
        if hearing.seats[p.seat].muted:
            yield _Try(a.Unmute(p.seat), "roll", fixed=seat)
        else:
            yield _Try(a.Mute(p.seat), "roll", fixed=seat)
        yield _Try(a.LowerHand(p.seat), "roll", fixed=seat)
    if hearing.talk is not None:
        yield _Try(a.EndTalk(), "talk")


def _below(hearing: Hearing, p: Participant, edition: Edition) -> bool:
    seat = hearing.seats[p.seat]
    if seat.link is None or seat.link_overridden:
        return False
    return min(seat.link.up_kbps, seat.link.down_kbps) < edition.numbers["norm_kbps"]


def _record_tries(hearing: Hearing) -> Iterator[_Try]:
    for seat in _court_seats(hearing):
        yield _Try(a.NameCourtCamera(seat), "roll", fixed={"seat": str(seat)})
    yield _Try(a.StartRecording(), "next", "next")
    if hearing.recording is Recording.ROLLING:
        yield _Try(a.PauseRecording(A_TEXT), "more", fields=REASON)
    if hearing.recording is Recording.PAUSED:
        yield _Try(a.ResumeRecording(), "next", "next")
    if hearing.recording in (Recording.OFF, Recording.FAILED):
        yield _Try(a.DeclareRecordingImpossible(A_TEXT), "more", fields=REASON)


def _court_seats(hearing: Hearing) -> list[SeatId]:
    return list(dict.fromkeys(p.seat for p in hearing.people.values() if p.place == Place.COURTROOM))
