"""What a fact leaves behind in a hearing beside its states: who, when, how, and what belongs to it.

A fact is of one subject: the listing and the case file, the lobby, the session, the oath, the ruling. Each subject's
function takes its own facts and leaves the others to the next.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hearing import facts as f
from hearing.hearings import Gap, Hearing, Participant, RecordCheck, Recording, Remark, Seat, Share
from hearing.oaths import OATH, OathRecord
from hearing.participants import PersonId, Role, SeatId
from hearing.states import moves, step
from hearing.wrongs import Impossible

SWORN_ROLES = frozenset({Role.WITNESS, Role.WITNESS_WITH_RIGHT_TO_DEFENCE, Role.EXPERT, Role.INTERPRETER})
BENCH_AND_SECRETARY = (Role.INVESTIGATING_JUDGE, Role.PRESIDING_JUDGE, Role.COURT_SECRETARY)


def participant(hearing: Hearing, person: PersonId) -> Participant:
    """Whom a fact is about. Raises ``Impossible`` when nobody takes part under that id."""
    found = hearing.people.get(person)
    if found is None:
        raise Impossible("a fact about nobody")
    return found


def _with(hearing: Hearing, person: PersonId, **changes: Any) -> Hearing:
    changed = replace(participant(hearing, person), **changes)
    return replace(hearing, people={**hearing.people, person: changed})


def _seat(hearing: Hearing, seat: SeatId, **changes: Any) -> Hearing:
    if seat not in hearing.seats:
        raise Impossible("a fact about no seat")
    return replace(hearing, seats={**hearing.seats, seat: replace(hearing.seats[seat], **changes)})


def _gap(hearing: Hearing, index: int, **changes: Any) -> Hearing:
    if not hearing.gaps:
        raise Impossible("no gap")
    gaps = list(hearing.gaps)
    gaps[index] = replace(gaps[index], **changes)
    return replace(hearing, gaps=tuple(gaps))


def note(hearing: Hearing, fact: f.Fact, at: float) -> Hearing:
    """The hearing with what this fact leaves behind."""
    for subject in (_note_listing, _note_lobby, _note_session, _note_oath, _note_ruling, _note_file):
        hearing = subject(hearing, fact, at)
    return hearing


def _note_listing(hearing: Hearing, fact: f.Fact, at: float) -> Hearing:
    match fact:
        case f.ParticipantAdded():
            return _add(hearing, fact)
        case f.RemoteOrdered(order):
            return replace(hearing, order=order)
        case f.RepresentativeNotified():
            return replace(hearing, representative_notified=True)
        case f.ViewRecorded(person, view):
            return _with(hearing, person, view=view)
        case f.PassIssued(person, pass_id):
            return _with(hearing, person, passes=participant(hearing, person).passes | {pass_id})
        case f.PassRevoked(person, pass_id):
            return _with(hearing, person, passes=participant(hearing, person).passes - {pass_id})
        case f.ObserverLinkOpened():
            return replace(hearing, observer_link=True)
        case f.ObserverLinkClosed():
            return replace(hearing, observer_link=False)
    return hearing


def _add(hearing: Hearing, fact: f.ParticipantAdded) -> Hearing:
    if fact.person in hearing.people:
        raise Impossible("added twice")
    role = Role(fact.role)
    added = Participant(
        person=fact.person,
        role=role,
        seat=fact.seat,
        room=fact.room,
        place=fact.place,
        language=fact.language,
        under_16=fact.under_16,
        oath=OathRecord() if role in SWORN_ROLES else None,
    )
    seats = {fact.seat: Seat(fact.seat, fact.room), **hearing.seats}
    return replace(hearing, people={**hearing.people, fact.person: added}, seats=seats)


def _note_lobby(hearing: Hearing, fact: f.Fact, at: float) -> Hearing:
    match fact:
        case f.Arrived(seat) | f.LineBack(seat):
            return _seat(hearing, seat, connected=True, lost_at=None)
        case f.LineLost(seat):
            hearing = _seat(hearing, seat, connected=False, lost_at=at, hand_at=None)
            return replace(hearing, talk=None) if hearing.talk == seat else hearing
        case f.RulesAcknowledged(person):
            return _with(hearing, person, rules_acknowledged=True)
        case f.DevicesTested(seat):
            return _seat(hearing, seat, devices=fact)
        case f.VoiceTested(seat, mark, share):
            return _seat(hearing, seat, voice=mark, voice_share=share)
        case f.LinkTested(seat):
            return _seat(hearing, seat, link=fact, link_at=at, link_overridden=False)
        case f.RehearsalConfirmed(seat, by):
            return _seat(hearing, seat, rehearsed_by=by, rehearsed_at=at)
        case f.TerminalReady(seat):
            return _seat(hearing, seat, ready_at=at)
        case f.LineBelowNorm(seat):
            return _seat(hearing, seat, below_norm=True)
        case f.LineRecovered(seat):
            return _seat(hearing, seat, below_norm=False)
        case f.LinkOverridden(seat):
            return _seat(hearing, seat, link_overridden=True)
        case f.IdentityConfirmed(person):
            return _with(hearing, person, identity_confirmed=True)
        case f.TalkBegan(seat):
            return replace(_seat(hearing, seat, help_at=None), talk=seat)
        case f.TalkEnded():
            return replace(hearing, talk=None)
        case f.HelpAsked(seat):
            return _seat(hearing, seat, help_at=at)
        case f.HelpGiven(seat):
            return _seat(hearing, seat, help_at=None)
        case f.PrivateTalkAsked(person):
            return _with(hearing, person, private_talk_asked_at=at)
        case f.CourtCameraNamed(seat):
            return replace(hearing, court_camera=seat)
    return hearing


def _note_session(hearing: Hearing, fact: f.Fact, at: float) -> Hearing:
    match fact:
        case f.OpeningAnnounced(opens_at):
            return replace(hearing, opens_at=opens_at, talk=None)
        case f.OpeningCalledOff():
            return replace(hearing, opens_at=None)
        case f.Opened():
            return replace(hearing, opened_at=at)
        case f.StepTaken(name):
            return replace(hearing, steps={**hearing.steps, name: at})
        case f.ChannelChosen(person, channel):
            into = dict.fromkeys((*participant(hearing, person).interpreted_into, channel))
            return _with(hearing, person, channel=channel, interpreted_into=tuple(into))
        case f.HandRaised(seat):
            return _seat(hearing, seat, hand_at=at)
        case f.HandLowered(seat):
            return _seat(hearing, seat, hand_at=None)
        case f.Muted(seat):
            return _seat(hearing, seat, muted=True)
        case f.Unmuted(seat):
            return _seat(hearing, seat, muted=False, hand_at=None)
        case f.AllMuted(locked):
            spared = {p.seat for p in hearing.with_role(*BENCH_AND_SECRETARY)}
            seats = {s: replace(x, muted=x.muted or s not in spared) for s, x in hearing.seats.items()}
            return replace(hearing, seats=seats, mutes_locked=locked)
        case f.MutesUnlocked():
            seats = {s: replace(x, muted=False) for s, x in hearing.seats.items()}
            return replace(hearing, seats=seats, mutes_locked=False)
        case f.PrivateTalkBegan(persons):
            cleared = {
                p: replace(x, private_talk_asked_at=None) if p in persons else x for p, x in hearing.people.items()
            }
            return replace(hearing, private_talk=persons, people=cleared, talk=None)
        case f.PrivateTalkEnded():
            return replace(hearing, private_talk=())
        case f.PausedByLoss(seats=lost, since=since, cause=cause):
            return replace(hearing, gaps=(*hearing.gaps, Gap(start=since, cause=cause, seats=lost)))
        case f.ResumedAfterLoss(gap_to=end):
            return _gap(hearing, -1, end=end)
        case f.GapRepaired(summary):
            return _gap(hearing, -1, summary=summary)
        case f.GapConfirmed(person, objects):
            return _gap(hearing, -1, confirmed={**hearing.gaps[-1].confirmed, person: objects})
        case f.RecessBegan() if hearing.open_gap() is not None:
            return _gap(hearing, -1, end=at)
        case f.PartClosed(ground):
            return replace(hearing, part_closed=ground)
        case f.PartOpened():
            return replace(hearing, part_closed=None)
        case f.TortureAlleged():
            return hearing if hearing.torture_at is not None else replace(hearing, torture_at=at)
        case f.CheckOrdered():
            return replace(hearing, check_ordered_at=at)
    return hearing


def _note_oath(hearing: Hearing, fact: f.Fact, at: float) -> Hearing:
    if not moves(OATH, type(fact)):
        if isinstance(fact, f.TestimonyBegan):
            return _with(hearing, fact.person, testimony_at=at)
        if isinstance(fact, f.WarningHeard):
            oath = _oath(hearing, fact.person)
            return _with(hearing, fact.person, oath=replace(oath, warning_start=fact.start, warning_end=fact.end))
        return hearing
    person = fact.person  # type: ignore[attr-defined]
    oath = _oath(hearing, person)
    oath = replace(oath, state=step(OATH, oath.state, fact))
    match fact:
        case f.WitnessWarned():
            oath = replace(oath, warned_at=at)
        case f.OathShown(_, wording, language):
            oath = replace(oath, wording=wording, language=language, shown_at=at)
        case f.OathHeard(_, verdict, start, end, _):
            oath = replace(oath, verdict=verdict, start=start, end=end)
        case f.OathRepeated():
            oath = replace(oath, shown_at=at, verdict=None, start=None, end=None)
        case f.OathAccepted():
            oath = replace(oath, accepted_at=at)
    return _with(hearing, person, oath=oath)


def _oath(hearing: Hearing, person: PersonId) -> OathRecord:
    oath = participant(hearing, person).oath
    if oath is None:
        raise Impossible("an oath of one who takes none")
    return oath


def _note_ruling(hearing: Hearing, fact: f.Fact, at: float) -> Hearing:
    match fact:
        case f.Retired():
            return replace(hearing, retired_at=at)
        case f.DecisionDrafted():
            return replace(hearing, decision=fact)
        case f.DecisionAnnounced(appeal_until):
            return replace(hearing, announced_at=at, appeal_until=appeal_until)
        case f.RulingDelivered(recipient):
            return replace(hearing, delivered={**hearing.delivered, recipient: at})
        case f.Closed():
            if hearing.recording is not Recording.STOPPED:
                raise Impossible("closed while the recording is not stopped")
            return replace(hearing, closed_at=at, talk=None, observer_link=False)
    return hearing


def _note_file(hearing: Hearing, fact: f.Fact, at: float) -> Hearing:
    """What is kept of the hearing, and who may see it afterwards."""
    match fact:
        case f.FileSealed():
            return replace(hearing, files={**hearing.files, fact.name: fact})
        case f.TapeHead():
            return replace(hearing, tape_heads={**hearing.tape_heads, fact.tape: fact})
        case f.TranscriptSealed():
            return replace(hearing, transcript=fact)
        case f.TranscriptApproved():
            return replace(hearing, approved=fact, approved_at=at)
        case f.DigestTold(person, _, _, state):
            return replace(hearing, told={**hearing.told, person: state})
        case f.MinutesSigned(person, sha256):
            return replace(hearing, signatures={**hearing.signatures, person: sha256}, signed_at=at)
        case f.SignatureAdded(person, sha256):
            return replace(hearing, electronic={**hearing.electronic, (person, sha256): fact})
        case f.RecordChecked(good, reason):
            return replace(hearing, record_check=RecordCheck(good, reason, at))
        case f.FileShared(person, pass_id, until, copies, reason):
            share = Share(person, pass_id, until, copies, reason, at)
            return replace(hearing, shares={**hearing.shares, person: share})
        case f.ShareEnded(person):
            if person not in hearing.shares:
                raise Impossible("the end of no share")
            ended = replace(hearing.shares[person], ended_at=at)
            return replace(hearing, shares={**hearing.shares, person: ended})
        case f.RemarkFiled(person, place, text):
            return replace(hearing, remarks=(*hearing.remarks, Remark(person, place, text, at)))
        case f.RemarkRuled(number, granted, reason):
            if not 1 <= number <= len(hearing.remarks):
                raise Impossible("a ruling on no remark")
            remarks = list(hearing.remarks)
            remarks[number - 1] = replace(remarks[number - 1], granted=granted, reason=reason, ruled_at=at)
            return replace(hearing, remarks=tuple(remarks))
    return hearing
