"""Sets the stage: invented people, one case, one sanction hearing whose lobby is open, and a pass for everyone.

Every name here means "sample" or "practice", the court 9999 does not exist, and the numbers are valid only in their
check digits. A rehearsal that was under way when the server stopped is gone on with; otherwise a new one is listed.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from hearing import acts as a
from hearing.cases import check_digit
from hearing.hearings import OVER
from hearing.participants import Actor, CaseId, HearingId, PersonId, Place, Role
from hearing.registry import ids
from hearing.registry.accounts import Account
from hearing.registry.errors import NotFound
from hearing.registry.persons import Person
from web import asking, issuing
from web.office import Office, RehearsalLink

log = structlog.get_logger()

ROOT = Path(__file__).parents[2]
CASE = "9999-26-00-2/1"
ERDR = "990000000000001"
HOUR = 3600.0
BEGINS_IN = 180.0
LEAVING_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Part:
    """One invented person. ``born`` are the first eleven digits of the number; the twelfth checks them."""

    role: Role
    name: str
    born: str
    place: Place
    language: str = "kk"
    organisation: str | None = None
    facility: str | None = None
    view: str | None = None

    @property
    def iin(self) -> str:
        return f"{self.born}{check_digit(self.born)}"


JUDGE = Part(Role.INVESTIGATING_JUDGE, "Үлгібаева Айна Сынаққызы", "80010140000", Place.COURTROOM)
SECRETARY = Part(Role.COURT_SECRETARY, "Жаттығова Дана Үлгіқызы", "95020240000", Place.COURTROOM)
PARTIES = (
    Part(
        Role.PROSECUTOR,
        "Мысалов Ерлан Сынақұлы",
        "85030330000",
        Place.ELSEWHERE,
        organisation="Үлгі прокуратурасы",
        view="agrees",
    ),
    Part(
        Role.SUSPECT,
        "Сынақов Арман Үлгіұлы",
        "90040430000",
        Place.FACILITY,
        facility="№ 0 үлгі тергеу изоляторы",
        view="agrees",
    ),
    Part(
        Role.DEFENCE_COUNSEL,
        "Мысалова Сәуле Жаттығуқызы",
        "82050540000",
        Place.ELSEWHERE,
        organisation="Үлгі адвокаттар алқасы",
        view="agrees",
    ),
    Part(Role.WITNESS, "Примеров Иван Учебнович", "88060630000", Place.ELSEWHERE, language="ru"),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A hearing ready to be held. ``accounts`` maps the key of a sign-in link to whom it lets in."""

    hearing: HearingId
    secrets: Mapping[str, str]
    accounts: Mapping[str, str]
    links: tuple[RehearsalLink, ...]


async def seed(office: Office) -> Stage:
    """Make what is missing, and fresh passes and sign-in links for this run of the server."""
    judge, secretary = await _account(office, JUDGE), await _account(office, SECRETARY)
    case = await _case(office, secretary)
    found = await _live(office, case)
    hearing = found or await _list(office, case, judge, secretary)
    by = Actor(PersonId(secretary.id), Role.COURT_SECRETARY)
    people = (await office.clerk.load(hearing)).people
    passes = {
        participant.role.value: (await issuing.issue_pass(office, by, hearing, person)).link.partition("#")[2]
        for person, participant in people.items()
    }
    keys = {secrets.token_urlsafe(12): account.id for account in (judge, secretary)}
    links = [
        RehearsalLink(f"rehearsal.{role}", f"/rehearsal/{key}")
        for role, key in zip(("judge", "secretary"), keys, strict=True)
    ]
    public = await issuing.open_observer_link(office, by, hearing)
    links.append(RehearsalLink("rehearsal.public", public.removeprefix(office.origin)))
    return Stage(hearing, passes, keys, tuple(links))


async def _account(office: Office, part: Part) -> Account:
    accounts = office.registry.docket.accounts
    with contextlib.suppress(NotFound):
        found = await accounts.by_iin(part.iin)
        if found is not None:
            return found
    return await accounts.create(
        part.iin, secrets.token_urlsafe(24), part.name, [part.role.value], office.now(), language=part.language
    )


async def _case(office: Office, secretary: Account) -> CaseId:
    cases = office.registry.docket.cases
    found = await cases.find(CASE)
    if found is None:
        found = await cases.create(CASE, office.now(), secretary.id, erdr_number=ERDR)
    return found.id


async def _live(office: Office, case: CaseId) -> HearingId | None:
    """The rehearsal that was under way, unless it is from another day."""
    for listing in await office.registry.docket.hearings.of_case(case):
        if listing.phase not in OVER and office.now() - listing.scheduled_at < 12 * HOUR:
            return listing.id
    return None


async def _list(office: Office, case: CaseId, judge: Account, secretary: Account) -> HearingId:
    now, hearing = office.now(), ids.new_hearing()
    by = Actor(PersonId(secretary.id), Role.COURT_SECRETARY)
    listing = a.ListHearing(
        case=case,
        kind="sanction",
        publicity="open",
        scheduled_at=now + BEGINS_IN,
        language="kk",
        remote_ground="by_order_of_judge",
        measure="custody",
        detained_at=now - 30 * HOUR,
        limit_hours=48,
        received_at=now - 2 * HOUR,
    )
    await asking.perform(office, hearing, listing, by)
    sits = await _seat(office, hearing, case, JUDGE, by, judge.id)
    writes = await _seat(office, hearing, case, SECRETARY, by, secretary.id)
    for part in PARTIES:
        person = await _seat(office, hearing, case, part, by)
        if part.view is not None:
            await asking.perform(office, hearing, a.RecordView(person, part.view), by)
    order = await office.registry.docket.texts.deposit(case, "Жаттығу: отырыс бейнебайланыс арқылы өткізілсін.")
    await asking.perform(office, hearing, a.OrderRemote(order), Actor(sits, Role.INVESTIGATING_JUDGE))
    clerk = Actor(writes, Role.COURT_SECRETARY)
    await asking.perform(office, hearing, a.OpenLobby(), clerk)
    camera = (await office.clerk.load(hearing)).people[sits].seat
    await asking.perform(office, hearing, a.NameCourtCamera(camera), clerk)
    return hearing


async def _seat(
    office: Office, hearing: HearingId, case: CaseId, part: Part, by: Actor, account: str | None = None
) -> PersonId:
    person = await _person(office, case, part, account)
    identity = await office.registry.docket.texts.deposit(case, f"{part.name}\n{part.iin}")
    act = a.AddParticipant(
        person=person.id,
        role=part.role.value,
        seat=ids.new_seat(),
        place=part.place.value,
        language=part.language,
        identity=identity,
    )
    await asking.perform(office, hearing, act, by)
    return person.id


async def _person(office: Office, case: CaseId, part: Part, account: str | None) -> Person:
    persons = office.registry.docket.persons
    for known in await persons.of_case(case):
        if known.iin == part.iin:
            return known
    return await persons.add(
        case, part.name, iin=part.iin, account=account, organisation=part.organisation, facility=part.facility
    )


@contextlib.asynccontextmanager
async def company(server: str, stage: Stage) -> AsyncIterator[None]:
    """The players, in a process of their own while this lasts. They hear their secrets by pipe, never by argument."""
    playing = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "web.rehearsal", stdin=asyncio.subprocess.PIPE, cwd=ROOT
    )
    told = {"server": server, "hearing": stage.hearing, "passes": dict(stage.secrets)}
    assert playing.stdin is not None
    playing.stdin.write(json.dumps(told).encode() + b"\n")
    await playing.stdin.drain()
    log.info("players are coming", count=len(stage.secrets))
    try:
        yield
    finally:
        playing.stdin.close()
        try:
            await asyncio.wait_for(playing.wait(), LEAVING_SECONDS)
        except TimeoutError:
            playing.kill()
            await playing.wait()
