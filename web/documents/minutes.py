"""Brief minutes: gathered from the journal, the docket and the rules edition.

They hold what CPC 347-1(2) lists. Every time is the journal's; beside it stands the place in the recording, so
that whoever doubts a line can listen to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hearing.hearings import Gap, Participant, Recording
from hearing.minutes import Line, Testimony, lines, testimonies
from hearing.participants import Attendance, SeatId
from web import languages
from web.documents.paper import Paper
from web.documents.source import Source, head, printed, took_part
from web.documents.timeline import timeline
from web.missed import Missed, What, missed
from web.rights import closed_parts, touches

DAY = 86400.0
STAFF = frozenset({"investigating_judge", "presiding_judge", "court_secretary"})
PROGRESS = frozenset(
    {
        "LobbyOpened", "Opened", "StepTaken", "RecordingStarted", "RecordingPaused", "RecordingResumed",
        "RecordingFailed", "RecordingRestored", "RecordingImpossible", "RecordingStopped", "RecessBegan", "RecessEnded",
        "PrivateTalkBegan", "PrivateTalkEnded", "Retired", "ReturnedFromDeliberation", "PausedByLoss",
        "ResumedAfterLoss", "GapRepaired", "GapConfirmed", "PartClosed", "PartOpened", "TortureAlleged",
        "CheckOrdered", "WitnessCalled", "WitnessWarned", "WarningHeard", "OathShown", "OathHeard",
        "OathAccepted", "OathRepeated", "OathRefused", "OathWaived", "TestimonyBegan", "WitnessReleased",
        "DecisionAnnounced",
        "SentBack", "RehearsalConfirmed",
        "ParticipantRemoved", "LinkOverridden", "ObserverLinkClosed", "CourtCameraNamed", "Closed", "RecordChecked",
        "ChannelChosen",
    }
)  # fmt: skip
CODE_PREFIX = {
    "step": "step", "cause": "cause", "verdict": "verdict", "ground": "ground", "recipient": "recipient",
    "outcome": "outcome", "direction": "direction", "medium": "medium",
    "channel": "into",
}  # fmt: skip


def minutes(source: Source) -> Paper:
    return printed(source, "minutes", _context(source))


def _context(source: Source) -> dict[str, object]:
    hearing = source.hearing
    found = lines(source.entries)
    closed = hearing.closed_at
    return {
        **head(source),
        "closed_at": closed,
        "recording": source.recording,
        "recorded": hearing.recording_since is not None,
        "impossible": [line for line in found if line.fact in ("RecordingImpossible", "RecordingFailed")],
        "announced": any(line.fact == "RecordingStarted" for line in found),
        "people": [_person_row(source, p) for p in hearing.people.values() if took_part(p)],
        "progress": [_progress_row(source, line) for line in found if line.fact in PROGRESS],
        "interrogated": [_interrogation(source, one) for one in testimonies(source.entries)],
        "gaps": hearing.gaps,
        "missed": [_missed_row(source, one) for one in _told(source)],
        **timeline(source, _told(source)),
        "missed_apart": len(_told(source)) < len(missed(hearing, source.entries)),
        "unheard_seconds": source.edition.numbers["unheard_seconds"],
        "handed": "; ".join(
            f"{source.say(f'recipient.to.{who}')}, {languages.clock(at, source.zone)}"
            for who, at in hearing.delivered.items()
        ),
        "names_of": lambda seats: ", ".join(
            source.names.get(p.person, "—") for seat in seats for p in hearing.at_seat(seat)
        ),
        "agreed": lambda gap: _views(source, gap, objects=False),
        "objected": lambda gap: _views(source, gap, objects=True),
        "sign_until": (closed or 0) + source.edition.numbers["minutes_sign_days"] * DAY,
        "remarks_days": source.edition.numbers["remarks_days"],
        "signers": [_signer(source, p) for p in hearing.people.values() if p.role in STAFF and took_part(p)],
        "stopped": hearing.recording in (Recording.STOPPED, Recording.ROLLING, Recording.PAUSED),
    }


def _views(source: Source, gap: Gap, *, objects: bool) -> str:
    """Who confirmed the judge's summary of what was missed, or objected to it."""
    return ", ".join(source.called(person) for person, objected in gap.confirmed.items() if objected is objects)


def _person_row(source: Source, p: Participant) -> dict[str, str]:
    seat = source.hearing.seats[p.seat]
    link = "—"
    if seat.link is not None:
        up, down = (languages.throughput(source.language, kbps) for kbps in (seat.link.up_kbps, seat.link.down_kbps))
        link = f"↑\u00a0{up} ↓\u00a0{down}"
        if seat.link_overridden:
            link += f" ({source.say('minutes.by_judge')})"
    came = p.attendance not in (Attendance.EXPECTED,)
    return {
        "name": source.names.get(p.person, "—"),
        "role": source.say(f"role.{p.role}"),
        "place": source.say(f"place.{p.place}"),
        "link": link,
        "identity": source.say("minutes.yes" if p.identity_confirmed else "minutes.no"),
        "view": source.say(f"view.{p.view or 'not_stated'}") if p.role not in STAFF else "—",
        "came": source.say("minutes.came" if came else "minutes.absent"),
    }


def _progress_row(source: Source, line: Line) -> dict[str, str]:
    codes: dict[str, Any] = dict(line.codes)
    key = f"fact.{line.fact}"
    if line.fact == "GapConfirmed":
        key += ".objects" if codes.pop("objects", False) else ".agrees"
    if line.fact == "RecordChecked":
        key += ".good" if codes.pop("good", False) else ".bad"
    failed = codes.pop("reason", None) if line.fact == "RecordingFailed" else None
    if line.fact == "WitnessWarned":
        codes.clear()
        role = source.hearing.people[line.persons[0]].role
        key += f".{role}" if role in source.edition.groups["undertaking"] else ""
    for name, prefix in CODE_PREFIX.items():
        if name in codes and isinstance(codes[name], str):
            codes[name] = source.say(f"{prefix}.{codes[name]}")
    words = source.say(key, **codes) if codes else source.say(key)
    if failed is not None:
        words += f": {source.say(f'cause.{failed}')}"
    for name, ref in line.texts.items():
        if name in ("summary", "reason", "ruling"):
            words += f": {source.texts.get(ref, '—')}"
    place = source.place_in_record(line.at)
    return {
        "what": words,
        "who": ", ".join(source.called(person) for person in line.persons) or "—",
        "hour": languages.clock(line.at, source.zone, seconds=True),
        "place": "—" if place is None else languages.span(place),
    }


def _told(source: Source) -> list[Missed]:
    """The gaps that everybody may read of: those of a closed part stand in the journal alone."""
    closed = closed_parts(source.entries)
    return [one for one in missed(source.hearing, source.entries) if not touches(closed, one.start, one.end)]


def _missed_row(source: Source, one: Missed) -> dict[str, str]:
    def named(seats: Sequence[SeatId]) -> str:
        return ", ".join(source.called(p.person) for seat in seats for p in source.hearing.at_seat(seat))

    everybody = "—" if one.what is What.NORM else source.say("ledger.everybody")
    return {
        "hour": languages.clock(one.start, source.zone, seconds=True),
        "long": languages.span(one.seconds),
        "who": named((one.seat,)),
        "what": source.say(f"ledger.{one.what}"),
        "whom": named(one.speakers) or everybody,
        "repair": source.say(f"ledger.repair.{one.repair}") if one.repair is not None else "—",
    }


def _interrogation(source: Source, one: Testimony) -> dict[str, str]:
    oath = source.hearing.people[one.person].oath

    def at(moment: float | None) -> str:
        place = source.place_in_record(moment) if moment is not None else None
        return "—" if place is None else languages.span(place)

    return {
        "name": source.names.get(one.person, "—"),
        "role": source.say(f"role.{source.hearing.people[one.person].role}"),
        "oath": source.say(f"oath.{one.oath}") if one.oath else "—",
        "oath_at": f"{at(oath.start)}–{at(oath.end)}" if oath and oath.start and oath.end else "—",
        "span": f"{at(one.start or one.called_at)}–{at(one.end)}",
    }


def _signer(source: Source, p: Participant) -> dict[str, str]:
    signed = p.person in source.hearing.signatures
    return {
        "who": source.called(p.person),
        "state": source.say("minutes.signed" if signed else "minutes.awaits"),
    }
