"""Listing a hearing and naming who takes part [CPC 29, 56, 131, 147, 148; PG letter]."""

from __future__ import annotations

from collections.abc import Iterable

from hearing import acts as a
from hearing import facts as f
from hearing.edition import Edition, KindRules
from hearing.hearings import Phase
from hearing.participants import LANGUAGES, Attendance, Place, Role, SeatId
from hearing.rules.asked import Asked, Rule
from hearing.wrongs import Refused


def list_hearing(act: a.ListHearing, at: float, edition: Edition) -> list[f.Fact]:
    """The listing, or ``Refused`` with the field that the law objects to."""
    kind = edition.kind(act.kind)
    if not kind.complete:
        raise Refused("kind_incomplete", field="kind")
    if act.protected_secret:
        raise Refused("protected_secret", field="protected_secret")
    if act.protected_witness:
        raise Refused("protected_witness", field="protected_witness")
    _one_of(act.language, LANGUAGES, "language")
    _one_of(act.remote_ground, edition.remote_grounds, "remote_ground")
    _check_publicity(act, edition)
    _check_detention(act, at, kind)
    if act.scheduled_at < at - 24 * 3600:
        raise Refused("in_the_past", field="scheduled_at")
    return [
        f.HearingListed(
            case=act.case,
            kind=act.kind,
            edition=edition.name,
            publicity=act.publicity,
            scheduled_at=act.scheduled_at,
            language=act.language,
            remote_ground=act.remote_ground,
            measure=act.measure,
            detained_at=act.detained_at,
            limit_hours=act.limit_hours,
            limit_reason=act.limit_reason,
            received_at=act.received_at,
            interpreter_needed=act.interpreter_needed,
            minor=act.minor,
            suspect_absence=act.suspect_absence,
            closure_ground=act.closure_ground,
            closure_ruling=act.closure_ruling,
        )
    ]


def _one_of(value: str | None, known: Iterable[str], field: str) -> None:
    if value not in tuple(known):
        raise Refused("not_one_of", field=field)


def _check_publicity(act: a.ListHearing, edition: Edition) -> None:
    _one_of(act.publicity, ("open", "closed"), "publicity")
    if act.publicity == "closed":
        _one_of(act.closure_ground, edition.closure_grounds, "closure_ground")
        if act.closure_ruling is None:
            raise Refused("closure_needs_ruling", field="closure_ruling")
    elif act.closure_ground is not None:
        raise Refused("closure_ground_of_open", field="closure_ground")


def _check_detention(act: a.ListHearing, at: float, kind: KindRules) -> None:
    _one_of(act.measure, kind.measures, "measure")
    if act.suspect_absence is not None:
        _one_of(act.suspect_absence, kind.suspect_absence, "suspect_absence")
    if "receipt" in kind.needs and act.received_at is None:
        raise Refused("receipt_needed", field="received_at")
    if act.received_at is not None and act.received_at > at + 300:
        raise Refused("in_the_future", field="received_at")
    if "detention" not in kind.needs or (act.suspect_absence is not None and act.detained_at is None):
        return
    if act.detained_at is None:
        raise Refused("detention_needed", field="detained_at")
    if act.detained_at > at + 300:
        raise Refused("in_the_future", field="detained_at")
    limits = kind.limits
    if act.limit_hours == limits["extended"]:
        _one_of(act.limit_reason, limits["reasons_72"], "limit_reason")
    elif act.limit_hours != (limits["minor"] if act.minor else limits["adult"]) or act.limit_reason is not None:
        raise Refused("limit_hours", field="limit_hours")


def _order_remote(q: Asked) -> Iterable[f.Fact]:
    yield f.RemoteOrdered(q.act.order)


def _notify_representative(q: Asked) -> Iterable[f.Fact]:
    q.require(q.hearing.listing.minor, "not_minor")
    yield f.RepresentativeNotified()


def _record_view(q: Asked) -> Iterable[f.Fact]:
    person = q.person(q.act.person)
    _one_of(q.act.view, q.edition.views, "view")
    yield f.ViewRecorded(person.person, q.act.view)


def _add_participant(q: Asked) -> Iterable[f.Fact]:
    act: a.AddParticipant = q.act
    q.require(act.person not in q.hearing.people, "added_already", field="person")
    _one_of(act.role, q.edition.groups["all"], "role")
    _one_of(act.place, tuple(Place), "place")
    _one_of(act.language, LANGUAGES, "language")
    role = Role(act.role)
    single = {q.kind.presiding, Role.COURT_SECRETARY}
    q.require(role not in q.edition.groups["bench"] or role is q.kind.presiding, "wrong_judge", field="role")
    q.require(role not in single or not q.hearing.with_role(role), "role_taken", field="role")
    q.require(not (act.under_16 and role not in q.edition.groups["witnesses"]), "under_16_witness", field="under_16")
    seat = q.hearing.seats.get(act.seat)
    q.require(seat is None or seat.room == act.room, "seat_elsewhere", field="room")
    yield f.ParticipantAdded(
        act.person, act.role, act.seat, act.room, act.place, act.language, act.under_16, act.identity
    )
    if seat is not None and seat.connected:
        yield f.Arrived(SeatId(act.seat))


def _remove_participant(q: Asked) -> Iterable[f.Fact]:
    person = q.person(q.act.person)
    begun = q.hearing.phase not in (Phase.LISTED, Phase.LOBBY)
    q.require(not begun or person.role not in q.edition.groups["unremovable"], "not_removable", field="person")
    q.require(not begun or q.act.ruling is not None, "removal_needs_ruling", field="ruling")
    yield f.ParticipantRemoved(person.person, q.act.ruling)
    others = [p for p in q.hearing.at_seat(person.seat) if p.attendance is not Attendance.REMOVED and p != person]
    if q.hearing.talk == person.seat and not others:
        yield f.TalkEnded()


def _issue_pass(q: Asked) -> Iterable[f.Fact]:
    yield f.PassIssued(q.person(q.act.person).person, q.act.pass_id)


def _revoke_pass(q: Asked) -> Iterable[f.Fact]:
    person = q.person(q.act.person)
    if q.act.pass_id in person.passes:
        yield f.PassRevoked(person.person, q.act.pass_id)


def _note_delivery(q: Asked) -> Iterable[f.Fact]:
    yield f.PassDelivered(q.act.pass_id, q.act.channel, q.act.state)


def _open_observer_link(q: Asked) -> Iterable[f.Fact]:
    q.require(q.hearing.listing.publicity == "open", "closed_hearing")
    if not q.hearing.observer_link:
        yield f.ObserverLinkOpened()


def _close_observer_link(q: Asked) -> Iterable[f.Fact]:
    if q.hearing.observer_link:
        yield f.ObserverLinkClosed(q.act.ruling)


def _vacate(q: Asked) -> Iterable[f.Fact]:
    yield f.Vacated(q.act.reason)


RULES: dict[type[a.Act], Rule] = {
    a.OrderRemote: _order_remote,
    a.NotifyRepresentative: _notify_representative,
    a.RecordView: _record_view,
    a.AddParticipant: _add_participant,
    a.RemoveParticipant: _remove_participant,
    a.IssuePass: _issue_pass,
    a.RevokePass: _revoke_pass,
    a.NoteDelivery: _note_delivery,
    a.OpenObserverLink: _open_observer_link,
    a.CloseObserverLink: _close_observer_link,
    a.Vacate: _vacate,
}
