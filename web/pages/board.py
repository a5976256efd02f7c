"""The board: the day's hearings for the secretary and the judge, with what needs them on top."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from aiohttp import web

from hearing.hearings import Hearing, Phase, Recording
from hearing.participants import PersonId, Role
from hearing.registry.errors import Destroyed
from hearing.registry.hearings import Listing
from hearing.wrongs import Refused
from web import doors, languages
from web.board import DAY, HOUR, MINUTE, NEAR_CLOCK, Dot, Need, Row, row
from web.court import COURT, Court
from web.doors import BENCH, Visitor
from web.office import Office, of
from web.rendering import render

ICONS = {"ready": "i-check-ring", "inside": "i-ring-full", "failed": "i-cross-ring", "half": "i-ring-half"}
MEASURED = frozenset({"dot.link_passed", "dot.link_failed", "dot.rehearsed", "dot.terminal_ready"})
SHOWN = 4
"""So many needs stand above the hearings; the others are one press away, so that the hearings stay in sight."""

URGENT = 7
LIVE = frozenset({Phase.OPEN, Phase.PAUSED_BY_LOSS, Phase.RECESS, Phase.PRIVATE_TALK, Phase.DELIBERATION})


async def rows_of_day(
    office: Office, court: Court | None, who: Visitor, role: Role, start: float, end: float
) -> list[Row]:
    """The day's rows: all hearings for the secretary, one's own for a judge. ``court`` knows who sits here now."""
    listings: list[Listing] = await office.registry.docket.hearings.between(start, end)
    if role in BENCH and who.account is not None:
        own = {one.id for one in await office.registry.docket.hearings.of_account(who.account.id)}
        listings = [one for one in listings if one.id in own]
    rows: list[Row] = []
    for listing in listings:
        try:
            case = await office.registry.docket.cases.get(listing.case)
        except Destroyed:
            continue
        hearing = await office.clerk.load(listing.id)
        sitting = court.sitting_now(listing.id) if court is not None else None
        lines = sitting.listening.standing if sitting is not None and hearing.phase in LIVE else None
        camera = sitting.second.camera() if sitting is not None else None
        law = office.edition_of(hearing)
        rows.append(row(listing.id, case.court_number, hearing, role, office.now(), law, lines, camera))
    return sorted(rows, key=lambda one: (one.state.listing.scheduled_at, one.case_number))


async def board(request: web.Request) -> web.StreamResponse:
    (who, role), office, now = doors.staff(request), of(request), of(request).now()
    today = datetime.fromtimestamp(now, office.zone).date()
    shown = _day(request.query.get("day"), today)
    start = datetime.combine(shown, time(), office.zone).timestamp()
    end = datetime.combine(shown + timedelta(days=1), time(), office.zone).timestamp()
    rows = await rows_of_day(office, request.app.get(COURT), who, role, start, end)
    names = await office.registry.docket.persons.names(
        need.person for one in rows for need in one.needs if need.person is not None
    )
    words = Words(office, doors.language(request), now, names)
    needs = sorted(
        ((need, one.case_number) for one in rows for need in one.needs), key=lambda held: (-held[0].urgency, held[0].at)
    )
    return render(
        request,
        "board.html",
        today=shown == today,
        from_=start,
        before=(shown - timedelta(days=1)).isoformat(),
        after=(shown + timedelta(days=1)).isoformat(),
        rows=[words.row(one) for one in rows],
        needs=[words.need(need, number) for need, number in needs],
        shown=SHOWN if len(needs) > SHOWN + 1 else len(needs),
    )


def _day(wish: str | None, today: date) -> date:
    if not wish:
        return today
    try:
        return date.fromisoformat(wish)
    except ValueError as wrong:
        raise Refused("date_wrong", field="day") from wrong


class Words:
    """The board's rows as words of one language."""

    def __init__(self, office: Office, language: str, now: float, names: dict[PersonId, str]) -> None:
        self._office = office
        self._language = language
        self._now = now
        self._names = names

    def say(self, msgid: str, /, **args: object) -> str:
        return self._office.languages.translate(self._language, msgid, **args)

    def row(self, one: Row) -> dict[str, Any]:
        hearing, listing = one.state, one.state.listing
        opens = listing.scheduled_at - self._office.lobby_opens_minutes(hearing) * MINUTE
        soon = not one.over and (hearing.phase in LIVE or abs(listing.scheduled_at - self._now) < HOUR / 2)
        headline, detail = self._state(one, opens)
        return {
            "hearing": one.hearing,
            "case_number": one.case_number,
            "at": listing.scheduled_at,
            "kind": self.say(f"kind.{listing.kind}"),
            "publicity": self.say(f"publicity.{listing.publicity}"),
            "closed": listing.publicity == "closed" or hearing.part_closed is not None,
            "over": one.over,
            "look": "past" if one.over else "soon" if soon else "",
            "soon": soon,
            "sit": not one.over,
            "file": hearing.opened_at is not None,
            "dots": [self._dot(d) for d in one.dots],
            "camera": one.camera,
            "clocks": [self._clock(c.name, c.until, c.note) for c in one.clocks],
            "headline": headline,
            "detail": detail,
            "summary": self._summary(hearing),
        }

    def need(self, need: Need, case_number: str) -> dict[str, Any]:
        details = {
            key: languages.decimal(self._language, float(value) / 1000) if key in ("kbps", "norm") else value
            for key, value in need.details.items()
        }
        if "until" in details:
            details["until"] = languages.day(self._language, float(need.details["until"]), self._office.zone)
        role = self.say(f"role.{need.role}") if need.role is not None else ""
        name = self._names.get(need.person, "") if need.person is not None else ""
        live = need.word not in ("need.order", "need.passes", "need.sign")
        page = f"/file/{need.hearing}/minutes" if need.word == "need.sign" else f"/hearings/{need.hearing}"
        return {
            "at": need.at,
            "case_number": case_number,
            "hearing": need.hearing,
            "urgent": need.urgency >= URGENT,
            "who": f"{role} {name}: " if role else "",
            "what": self.say(need.word, **details) if details else self.say(need.word),
            "help": self.say(f"{need.word}.help"),
            "act": self.say(f"{need.word}.act"),
            "href": f"/sit/{need.hearing}" if live else page,
        }

    def _dot(self, dot: Dot) -> dict[str, str]:
        measured = dot.state in MEASURED and dot.kbps is not None
        more = f" · {languages.throughput(self._language, dot.kbps or 0)}" if measured else ""
        if dot.line is not None:
            more += f" · {self.say(dot.line)}"
        return {
            "look": dot.look,
            "icon": ICONS.get(dot.look, "i-ring-dash"),
            "role": self.say(f"role.{dot.role}"),
            "state": self.say(dot.state) + more,
        }

    def _clock(self, name: str, until: float, note: str | None) -> dict[str, Any]:
        left = until - self._now
        if left <= 0:
            words = self.say(f"clock.{name}.over")
        else:
            words = self.say(f"clock.{name}.left", hours=int(left // HOUR), minutes=int(left % HOUR // MINUTE))
        return {"words": words + (f" · {self.say(f'clock_note.{note}')}" if note else ""), "near": left < NEAR_CLOCK}

    def _state(self, one: Row, opens: float) -> tuple[str, str]:
        hearing = one.state
        missing = ", ".join(self.say(f"role.{role}") for role in one.missing)
        quorum = self.say("No quorum: %(who)s", who=missing) if missing else self.say("Quorum is here")
        if hearing.phase is Phase.CLOSED and hearing.closed_at is not None:
            until = hearing.closed_at + self._office.edition_of(hearing).numbers["minutes_sign_days"] * DAY
            ended = languages.clock(hearing.closed_at, self._office.zone)
            signing = self.say("Sign by %(day)s", day=languages.day(self._language, until, self._office.zone))
            return self.say("Over, %(hour)s", hour=ended), signing
        if hearing.phase is Phase.LISTED:
            if self._now < opens:
                hour = languages.clock(opens, self._office.zone)
                order = "The judge's order is on file" if hearing.order else "The judge's order is missing"
                return self.say("The room opens at %(hour)s", hour=hour), self.say(order)
            return self.say("phase.listed"), quorum
        if hearing.phase is Phase.LOBBY:
            minutes = int((hearing.listing.scheduled_at - self._now) // MINUTE)
            head = self.say("In %(n)s minutes", n=minutes) if minutes > 0 else self.say("phase.lobby")
            return head, quorum
        return self.say(f"phase.{hearing.phase}"), self._recording(hearing)

    def _recording(self, hearing: Hearing) -> str:
        words = self.say(f"recording.{hearing.recording}")
        if hearing.recording is Recording.ROLLING and hearing.recording_since is not None:
            return f"{words}, {languages.span(self._now - hearing.recording_since)}"
        return words

    def _summary(self, hearing: Hearing) -> str:
        if hearing.phase is Phase.VACATED:
            return self.say("phase.vacated")
        parts = [self.say(f"outcome.{hearing.decision.outcome}")] if hearing.decision else []
        parts.append(self.say("Ruling handed over") if hearing.delivered else self.say("Ruling not handed over yet"))
        return " · ".join(parts)


ROUTES = [web.get("/board", board)]
