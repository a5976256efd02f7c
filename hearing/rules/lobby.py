"""From the closed door to the admitted seat: arrival, tests, identity, admission [PG letter; GPK 133-3]."""

from __future__ import annotations

from collections.abc import Iterable

from hearing import acts as a
from hearing import facts as f
from hearing.hearings import OVER, Participant
from hearing.participants import Attendance, Place
from hearing.rules.asked import Asked, Rule
from hearing.rules.link import MINUTE, stale


def check_admissible(q: Asked, person: Participant) -> None:
    """Refuse unless this person may come before the court: present, tested, known."""
    seat = q.seat(person.seat)
    q.require(person.attendance is Attendance.WAITING and seat.connected, "not_waiting", field="person")
    q.require(person.rules_acknowledged, "rules_not_acknowledged", field="person")
    q.require(person.identity_confirmed, "identity_not_confirmed", field="person")
    if person.place == Place.COURTROOM or seat.link_overridden:
        return
    q.require(seat.link is not None, "link_not_tested", field="person")
    if seat.link is not None:
        norm = q.edition.numbers["norm_kbps"]
        slowest = min(seat.link.up_kbps, seat.link.down_kbps)
        q.require(slowest >= norm, "link_below_norm", field="person", kbps=slowest, norm=norm)
        q.require(not stale(seat, q.at, q.edition), "link_test_stale", field="person")


def _open_lobby(q: Asked) -> Iterable[f.Fact]:
    opens = q.hearing.listing.scheduled_at - q.edition.numbers["lobby_opens_minutes"] * MINUTE
    q.require(q.at >= opens or q.by.role in q.edition.groups["secretary"], "lobby_too_early", opens=opens)
    yield f.LobbyOpened()


def _arrive(q: Asked) -> Iterable[f.Fact]:
    seat = q.seat(q.act.seat)
    people = q.hearing.at_seat(seat.seat)
    first = any(p.attendance is Attendance.EXPECTED for p in people)
    if first:
        yield f.Arrived(seat.seat)
    gone = any(p.attendance in (Attendance.LOST, Attendance.AWAY) for p in people)
    if not seat.connected and (gone or not first):
        yield f.LineBack(seat.seat)
    staff = q.edition.groups["bench"] | q.edition.groups["secretary"]
    for person in people:
        if person.role in staff and person.attendance in (Attendance.EXPECTED, Attendance.WAITING, Attendance.AWAY):
            if not person.identity_confirmed:
                yield f.IdentityConfirmed(person.person)
            yield f.Admitted(person.person)


def _note_loss(q: Asked) -> Iterable[f.Fact]:
    if q.seat(q.act.seat).connected and q.hearing.phase not in OVER:
        yield f.LineLost(q.act.seat)


def _acknowledge_rules(q: Asked) -> Iterable[f.Fact]:
    if not q.asker().rules_acknowledged:
        yield f.RulesAcknowledged(q.by.person)


def _report_devices(q: Asked) -> Iterable[f.Fact]:
    act: a.ReportDevices = q.act
    yield f.DevicesTested(q.asker().seat, act.camera, act.microphone, act.loudspeaker, act.labels)


def _note_link_test(q: Asked) -> Iterable[f.Fact]:
    act: a.NoteLinkTest = q.act
    q.seat(act.seat)
    yield f.LinkTested(
        act.seat,
        act.up_kbps,
        act.down_kbps,
        act.rtt_ms,
        act.jitter_ms,
        act.loss,
        act.path,
        act.browser,
        act.device_busy,
    )


def _override_link(q: Asked) -> Iterable[f.Fact]:
    q.require(q.asker().role is q.kind.presiding, "presiding_only")
    if not q.seat(q.act.seat).link_overridden:
        yield f.LinkOverridden(q.act.seat, q.act.reason)


def _confirm_identity(q: Asked) -> Iterable[f.Fact]:
    person = q.person(q.act.person)
    q.require(q.seat(person.seat).connected, "not_waiting", field="person")
    if not person.identity_confirmed:
        yield f.IdentityConfirmed(person.person)


def _admit(q: Asked) -> Iterable[f.Fact]:
    person = q.person(q.act.person)
    q.require(person.role not in q.edition.groups["witnesses"], "witness_waits", field="person")
    check_admissible(q, person)
    yield f.Admitted(person.person)


def _send_back(q: Asked) -> Iterable[f.Fact]:
    person = q.person(q.act.person)
    q.require(person.role not in q.edition.groups["unremovable"], "not_removable", field="person")
    q.require(person.attendance in (Attendance.ADMITTED, Attendance.LOST), "not_admitted", field="person")
    yield f.SentBack(person.person)


def _begin_talk(q: Asked) -> Iterable[f.Fact]:
    seat = q.seat(q.act.seat)
    q.require(seat.connected, "not_waiting", field="seat")
    q.require(q.asker().seat != seat.seat, "own_seat", field="seat")
    if q.hearing.talk != seat.seat:
        if q.hearing.talk is not None:
            yield f.TalkEnded()
        yield f.TalkBegan(seat.seat)


def _end_talk(q: Asked) -> Iterable[f.Fact]:
    if q.hearing.talk is not None:
        yield f.TalkEnded()


def _ask_help(q: Asked) -> Iterable[f.Fact]:
    if q.seat(q.asker().seat).help_at is None:
        yield f.HelpAsked(q.asker().seat)


def _give_help(q: Asked) -> Iterable[f.Fact]:
    if q.seat(q.act.seat).help_at is not None:
        yield f.HelpGiven(q.act.seat)


RULES: dict[type[a.Act], Rule] = {
    a.OpenLobby: _open_lobby,
    a.Arrive: _arrive,
    a.NoteLoss: _note_loss,
    a.AcknowledgeRules: _acknowledge_rules,
    a.ReportDevices: _report_devices,
    a.NoteLinkTest: _note_link_test,
    a.OverrideLink: _override_link,
    a.ConfirmIdentity: _confirm_identity,
    a.Admit: _admit,
    a.SendBack: _send_back,
    a.BeginTalk: _begin_talk,
    a.EndTalk: _end_talk,
    a.AskHelp: _ask_help,
    a.GiveHelp: _give_help,
}
