"""The session: opening with quorum, the script, speaking and silence, pauses, private talk [CPC 64, 148(5), 346]."""

from __future__ import annotations

from collections.abc import Iterable

from hearing import acts as a
from hearing import facts as f
from hearing.hearings import Phase, Recording
from hearing.participants import CHANNELS, FLOOR, Attendance, Role, SeatId
from hearing.rules.asked import Asked, Rule
from hearing.rules.quorum import quorum


def require_quorum(q: Asked) -> None:
    missing = quorum(q.hearing, q.edition).missing
    q.require(not missing, "quorum", missing=missing[0].value if missing else "")


def _may_open(q: Asked) -> None:
    q.require("remote_order" not in q.kind.needs or q.hearing.order is not None, "no_remote_order")
    q.require(not q.hearing.listing.minor or q.hearing.representative_notified, "representative_not_notified")
    require_quorum(q)
    recording = q.hearing.recording
    q.require(recording in (Recording.ROLLING, Recording.IMPOSSIBLE), "recording_not_started")


def _announce_opening(q: Asked) -> Iterable[f.Fact]:
    _may_open(q)
    yield f.OpeningAnnounced(q.at + q.edition.numbers["countdown_seconds"])


def _call_off_opening(q: Asked) -> Iterable[f.Fact]:
    yield f.OpeningCalledOff()


def _open_hearing(q: Asked) -> Iterable[f.Fact]:
    q.require(q.hearing.opens_at is not None and q.at >= q.hearing.opens_at, "countdown_runs")
    if quorum(q.hearing, q.edition).met:
        yield f.Opened()
    else:
        yield f.OpeningCalledOff()


def _take_step(q: Asked) -> Iterable[f.Fact]:
    step = next((s for s in q.kind.script if s.step == q.act.step), None)
    if step is None:
        q.require(False, "not_one_of", field="step")
        return
    if step.step in q.hearing.steps:
        return
    absent = q.hearing.listing.suspect_absence is not None
    excused = {s.step for s in q.kind.script if s.unless == "suspect_absent" and absent}
    first = next((s for s in step.after if s not in q.hearing.steps and s not in excused), None)
    q.require(first is None, "step_too_early", field="step", before=first or "")
    yield f.StepTaken(step.step)


def _raise_hand(q: Asked) -> Iterable[f.Fact]:
    person = q.asker()
    q.require(person.attendance is Attendance.ADMITTED, "not_admitted")
    if q.hearing.seats[person.seat].hand_at is None:
        yield f.HandRaised(person.seat)


def _own_or_staff(q: Asked) -> SeatId:
    person = q.asker()
    seat = person.seat if q.act.seat is None else q.seat(q.act.seat).seat
    staff = q.edition.groups["bench"] | q.edition.groups["secretary"]
    q.require(seat == person.seat or person.role in staff, "role")
    return seat


def _lower_hand(q: Asked) -> Iterable[f.Fact]:
    seat = _own_or_staff(q)
    if q.hearing.seats[seat].hand_at is not None:
        yield f.HandLowered(seat)


def _mute(q: Asked) -> Iterable[f.Fact]:
    seat = q.seat(q.act.seat)
    presides = any(p.role is q.kind.presiding for p in q.hearing.at_seat(seat.seat))
    q.require(not presides, "presiding_not_muted", field="seat")
    if not seat.muted:
        yield f.Muted(seat.seat)


def _unmute(q: Asked) -> Iterable[f.Fact]:
    seat = _own_or_staff(q)
    staff = q.edition.groups["bench"] | q.edition.groups["secretary"]
    q.require(q.asker().role in staff or not q.hearing.mutes_locked, "mutes_locked")
    if q.hearing.seats[seat].muted:
        yield f.Unmuted(seat)


def _mute_all(q: Asked) -> Iterable[f.Fact]:
    yield f.AllMuted(q.act.locked)


def _unlock_mutes(q: Asked) -> Iterable[f.Fact]:
    yield f.MutesUnlocked()


def _choose_channel(q: Asked) -> Iterable[f.Fact]:
    person, channel = q.asker(), q.act.channel
    q.require(channel in CHANNELS, "not_one_of", field="channel")
    q.require(person.attendance is Attendance.ADMITTED, "not_admitted")
    here = [p for p in q.hearing.at_seat(person.seat) if p.attendance is not Attendance.REMOVED]
    q.require(channel == FLOOR or len(here) == 1, "channel_shared_seat")
    if person.channel != channel:
        yield f.ChannelChosen(person.person, channel)


def _begin_recess(q: Asked) -> Iterable[f.Fact]:
    q.require(
        q.hearing.phase is Phase.OPEN or q.hearing.phase_before is Phase.OPEN, "phase", phase=q.hearing.phase.value
    )
    yield f.RecessBegan()


def _end_recess(q: Asked) -> Iterable[f.Fact]:
    require_quorum(q)
    if q.hearing.talk is not None:
        yield f.TalkEnded()
    yield f.RecessEnded()


def _ask_private_talk(q: Asked) -> Iterable[f.Fact]:
    if q.asker().private_talk_asked_at is None:
        yield f.PrivateTalkAsked(q.by.person)


def _begin_private_talk(q: Asked) -> Iterable[f.Fact]:
    here = [
        p
        for p in q.hearing.people.values()
        if p.role in q.edition.groups["private_talk"]
        and p.attendance in (Attendance.ADMITTED, Attendance.WAITING)
        and p.identity_confirmed
        and q.hearing.seats[p.seat].connected
    ]
    q.require(any(p.role in q.edition.groups["defended"] for p in here), "suspect_not_here")
    q.require(any(p.role is Role.DEFENCE_COUNSEL for p in here), "counsel_not_here")
    if q.hearing.talk is not None:
        yield f.TalkEnded()
    yield f.PrivateTalkBegan(tuple(sorted(p.person for p in here)))


def _end_private_talk(q: Asked) -> Iterable[f.Fact]:
    back = q.hearing.phase_before or Phase.RECESS
    if back is Phase.OPEN and not quorum(q.hearing, q.edition).met:
        back = Phase.RECESS
    yield f.PrivateTalkEnded(back.value)


def _pause_by_loss(q: Asked) -> Iterable[f.Fact]:
    q.require(bool(q.act.seats), "no_such_seat", field="seats")
    for seat in q.act.seats:
        q.seat(seat)
    yield f.PausedByLoss(q.act.seats, q.act.since, q.act.cause)


def _resume_after_loss(q: Asked) -> Iterable[f.Fact]:
    require_quorum(q)
    gap = q.hearing.open_gap()
    if gap is None:
        q.require(False, "no_gap")
        return
    for seat in gap.seats:
        gone = {Attendance.RELEASED, Attendance.REMOVED, Attendance.WAITING, Attendance.AWAY}
        needed = any(p.attendance not in gone for p in q.hearing.at_seat(seat))
        q.require(not needed or q.hearing.seats[seat].connected, "seat_not_back", seat=seat)
    q.require(q.hearing.recording is not Recording.FAILED, "recording_failed")
    yield f.ResumedAfterLoss((q.hearing.phase_before or Phase.OPEN).value, gap.start, q.at)


def _repair_gap(q: Asked) -> Iterable[f.Fact]:
    q.require(q.hearing.unrepaired_gap() is not None, "no_gap")
    yield f.GapRepaired(q.act.summary)


def _confirm_gap(q: Asked) -> Iterable[f.Fact]:
    gap = q.hearing.gaps[-1] if q.hearing.gaps else None
    if gap is None or gap.summary is None:
        q.require(False, "no_gap")
        return
    if q.by.person not in gap.confirmed:
        yield f.GapConfirmed(q.asker().person, q.act.objects)


def _close_part(q: Asked) -> Iterable[f.Fact]:
    q.require(q.hearing.listing.publicity == "open", "closed_hearing")
    q.require(q.act.ground in q.edition.closure_grounds, "not_one_of", field="ground")
    q.require(q.hearing.part_closed is None, "part_closed_already")
    yield f.PartClosed(q.act.ground, q.act.ruling)


def _open_part(q: Asked) -> Iterable[f.Fact]:
    q.require(q.hearing.part_closed is not None, "part_not_closed")
    yield f.PartOpened()


def _allege_torture(q: Asked) -> Iterable[f.Fact]:
    yield f.TortureAlleged(q.asker().person)


def _order_check(q: Asked) -> Iterable[f.Fact]:
    q.require(q.hearing.torture_at is not None, "no_allegation")
    if q.hearing.check_ordered_at is None:
        yield f.CheckOrdered()


RULES: dict[type[a.Act], Rule] = {
    a.AnnounceOpening: _announce_opening,
    a.CallOffOpening: _call_off_opening,
    a.OpenHearing: _open_hearing,
    a.TakeStep: _take_step,
    a.RaiseHand: _raise_hand,
    a.LowerHand: _lower_hand,
    a.Mute: _mute,
    a.Unmute: _unmute,
    a.MuteAll: _mute_all,
    a.UnlockMutes: _unlock_mutes,
    a.ChooseChannel: _choose_channel,
    a.BeginRecess: _begin_recess,
    a.EndRecess: _end_recess,
    a.AskPrivateTalk: _ask_private_talk,
    a.BeginPrivateTalk: _begin_private_talk,
    a.EndPrivateTalk: _end_private_talk,
    a.PauseByLoss: _pause_by_loss,
    a.ResumeAfterLoss: _resume_after_loss,
    a.RepairGap: _repair_gap,
    a.ConfirmGap: _confirm_gap,
    a.ClosePart: _close_part,
    a.OpenPart: _open_part,
    a.AllegeTorture: _allege_torture,
    a.OrderCheck: _order_check,
}
