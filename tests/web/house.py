"""A court for tests of pages and API: an office in a folder, a clock by hand, people with accounts, and a hearing."""

from __future__ import annotations

import functools
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from config import editions
from hearing import acts as a
from hearing.cases import check_digit
from hearing.edition import Editions, parse
from hearing.hearings import Hearing
from hearing.participants import SYSTEM, Actor, CaseId, HearingId, PersonId, Role, SeatId
from hearing.registry.accounts import Account
from hearing.registry.clerk import Clerk
from hearing.registry.office import Office as Registry
from hearing.rules import decide
from hearing.utterances import Utterance, Word, utterance_id
from tests.hearing.registry.quick import quick
from transcripts.transcript import digest
from web import api, doors, pages
from web.asking import ask, perform
from web.desk import add_participant
from web.issuing import issue_pass
from web.languages import Languages
from web.notifier import FileNotifier
from web.office import OFFICE, Office
from web.passes import PassSheet

EDITION = parse(editions.read())
ALMATY = timezone(timedelta(hours=5))
NOW = datetime(2026, 11, 20, 10, 38, tzinfo=UTC).timestamp()
HOUR = 3600.0
PASSWORD = "құпия-сөз-42"
ORIGIN = "http://localhost:8080"
JUDGE_IIN, SECRETARY_IIN, OTHER_IIN = "061211600012", "900101300017", "850505400015"
PEOPLE = {
    "prosecutor": ("Боранбаев Қуат Серікұлы", Role.PROSECUTOR, "elsewhere", "Прокуратура"),
    "suspect": ("Досанов Нұрлан Ақанұлы", Role.SUSPECT, "facility", "Уақытша ұстау изоляторы"),
    "counsel": ("Мұсабекова Тоғжан Ерланқызы", Role.DEFENCE_COUNSEL, "elsewhere", None),
    "witness": ("Ермеков Жандос Болатұлы", Role.WITNESS, "elsewhere", None),
}


def valid_iin(first: str) -> str:
    """An IIN with the right last digit for these eleven digits."""
    return f"{first}{check_digit(first)}"


SECRETARY = valid_iin(SECRETARY_IIN[:11])
spoken = functools.cache(Languages.load)
"""The court's languages do not change between tests, and reading them costs more than most."""


@dataclass
class House:
    """Everything a test asks for. ``at`` is the clock: set it, nobody waits."""

    registry: Registry
    folder: Path
    at: float = NOW
    people: dict[str, PersonId] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        quick(self.registry)
        self.office = Office(
            registry=self.registry,
            clerk=Clerk(self.registry, partial(decide, edition=EDITION)),
            editions=Editions(EDITION),
            languages=spoken(),
            notifier=FileNotifier(self.folder / "letters.txt"),
            now=lambda: self.at,
            zone=ALMATY,
            origin=ORIGIN,
            court="Алматы қаласының мамандандырылған тергеу соты",
        )

    async def hire(self) -> None:
        """Accounts of a judge and a secretary."""
        make = self.registry.docket.accounts.create
        for name, iin, full, role in (
            ("judge", JUDGE_IIN, "Сағынтаев Асқар Маратұлы", Role.INVESTIGATING_JUDGE),
            ("secretary", valid_iin(SECRETARY_IIN[:11]), "Ғалымова Сәуле Бекқызы", Role.COURT_SECRETARY),
        ):
            self.accounts[name] = await make(iin, PASSWORD, full, [role], self.at, "kk")

    def app(self) -> web.Application:
        app = web.Application(middlewares=[doors.doorkeeper])
        app[OFFICE] = self.office
        app.add_routes(pages.routes(self.office))
        app.add_routes(api.routes(self.office))
        app.router.add_static("/static/", Path(doors.__file__).parent / "static")
        return app

    # --- the hearing ---------------------------------------------------------------------------------------------

    async def list_sanction(self, number: str = "7585-24-00-2/101", **changes: object) -> HearingId:
        """A case with a listed sanction hearing and its people."""
        from hearing.registry import ids

        docket = self.registry.docket
        case = await docket.cases.create(
            number, self.at, "a-test", erdr_number="241234567890123", subject="Бұлтартпау шарасын санкциялау туралы"
        )
        values: dict[str, Any] = {
            "kind": "sanction",
            "publicity": "open",
            "scheduled_at": self.at + 7 * 60,
            "language": "kk",
            "remote_ground": "by_order_of_judge",
            "measure": "custody",
            "detained_at": self.at - 38 * HOUR,
            "limit_hours": 48,
            "received_at": self.at - 2 * HOUR,
            **changes,
        }
        hearing_id = ids.new_hearing()
        clerk = Actor(PersonId("a-test"), Role.COURT_SECRETARY)
        await perform(self.office, hearing_id, a.ListHearing(case=CaseId(case.id), **values), clerk)
        for name, role in (("judge", Role.INVESTIGATING_JUDGE), ("secretary", Role.COURT_SECRETARY)):
            own = {"account": self.accounts[name].id, "role": role, "place": "courtroom", "language": "kk"}
            self.people[name] = await add_participant(self.office, clerk, hearing_id, own)
        for number_, (name, (full, role, place, room)) in enumerate(PEOPLE.items()):
            fields: dict[str, Any] = {
                "name": full, "role": role, "place": place, "room": room, "language": "kk", "view": "agrees",
                "iin": valid_iin(f"8{number_}050530001"), "contact": f"{name}@example.kz",
            }  # fmt: skip
            self.people[name] = await add_participant(self.office, clerk, hearing_id, fields)
        return hearing_id

    async def state(self, hearing_id: HearingId) -> Hearing:
        return await self.office.clerk.load(hearing_id)

    async def seat(self, hearing_id: HearingId, name: str) -> SeatId:
        return (await self.state(hearing_id)).people[self.people[name]].seat

    async def ask(self, hearing_id: HearingId, who: str, act: str, after: float = 1.0, **fields: Any) -> None:
        self.at += after
        hearing = await self.state(hearing_id)
        by = SYSTEM if who == "system" else Actor(self.people[who], hearing.people[self.people[who]].role)
        await ask(self.office, hearing_id, act, fields, by)

    async def gather(self, hearing_id: HearingId) -> None:
        """Order, lobby, arrivals, tests and admission of everyone but the witness."""
        await self.ask(hearing_id, "judge", "order_remote", order="2026 жылғы 20 қарашадағы № 14 қаулы")
        await self.ask(hearing_id, "secretary", "open_lobby")
        for name in ("judge", "secretary", *PEOPLE):
            seat = await self.seat(hearing_id, name)
            await self.ask(hearing_id, "system", "arrive", seat=seat)
            if name in PEOPLE:
                await self.prepare(hearing_id, name, 2400 + 350 * len(name))
                await self.ask(hearing_id, "secretary", "confirm_identity", person=self.people[name])
            if name in PEOPLE and name != "witness":
                await self.ask(hearing_id, "secretary", "admit", person=self.people[name])

    async def prepare(self, hearing_id: HearingId, name: str, kbps: int = 3000) -> None:
        """Rules, devices and the link test of somebody in the lobby."""
        await self.ask(hearing_id, name, "acknowledge_rules")
        await self.ask(hearing_id, name, "report_devices", camera=True, microphone=True, loudspeaker=True)
        await self.measure(hearing_id, name, kbps)

    async def measure(self, hearing_id: HearingId, name: str, kbps: int, *, busy: bool = False) -> None:
        await self.ask(
            hearing_id, "system", "note_link_test", seat=await self.seat(hearing_id, name), up_kbps=kbps,
            down_kbps=kbps + 800, rtt_ms=24, jitter_ms=3, loss=0.002, path="udp", browser="Chromium 140",
            device_busy=busy,
        )  # fmt: skip

    async def lose(self, hearing_id: HearingId) -> None:
        """Counsel's line is lost and back, the judge sums up; before it the suspect missed some of the prosecutor."""
        suspect, counsel, prosecutor = [
            await self.seat(hearing_id, who) for who in ("suspect", "counsel", "prosecutor")
        ]
        unheard: dict[str, Any] = {
            "seat": suspect,
            "speakers": [prosecutor],
            "medium": "sound",
            "start": self.at - 12,
            "seconds": 4,
        }
        await self.ask(hearing_id, "system", "note_unheard", **unheard)
        await self.ask(hearing_id, "system", "note_unheard", **{**unheard, "medium": "picture", "seconds": 9})
        await self.ask(hearing_id, "system", "note_line_below", seat=suspect, direction="down", kbps=420, loss=0.11)
        await self.ask(hearing_id, "system", "note_loss", 30, seat=counsel)
        await self.ask(hearing_id, "system", "pause_by_loss", 5, seats=[counsel], since=self.at, cause="line")
        await self.ask(hearing_id, "system", "arrive", 40, seat=counsel)
        await self.ask(hearing_id, "judge", "resume_after_loss", 3)
        await self.ask(hearing_id, "judge", "repair_gap", 20, summary="Прокурордың өтінішхаты қайталанды.")
        await self.ask(hearing_id, "counsel", "confirm_gap", 3, objects=False)
        await self.ask(hearing_id, "system", "note_line_recovered", 30, seat=suspect)

    async def hold(
        self, hearing_id: HearingId, *, lossy: bool = False, closed_part: bool = False, closed_oath: bool = False
    ) -> None:
        """The whole hearing: oath, private talk, decision, closing; if ``lossy``, with a line that is lost.

        ``closed_part``: one before the witness; ``closed_oath``: one in which the witness is heard.
        """
        await self.gather(hearing_id)
        witness = {"person": self.people["witness"]}
        await self.ask(hearing_id, "secretary", "name_court_camera", seat=await self.seat(hearing_id, "judge"))
        await self.ask(hearing_id, "secretary", "start_recording")
        await self.ask(hearing_id, "judge", "announce_opening")
        await self.ask(hearing_id, "system", "open_hearing", 6)
        for step in ("composition", "motion_announced", "rights_explained", "prosecutor_heard"):
            await self.ask(hearing_id, "judge", "take_step", 95, step=step)
        if lossy:
            await self.lose(hearing_id)
        if closed_part or closed_oath:
            await self.ask(hearing_id, "judge", "close_part", 5, ground=EDITION.closure_grounds[0], ruling="№ 15 қаулы")
        if closed_part:
            if lossy:
                missed = {"speakers": [await self.seat(hearing_id, "prosecutor")], "start": self.at + 4, "seconds": 7}
                seat = await self.seat(hearing_id, "counsel")
                await self.ask(hearing_id, "system", "note_unheard", 20, seat=seat, medium="sound", **missed)
            await self.ask(hearing_id, "judge", "open_part", 60)
        await self.ask(hearing_id, "judge", "call_witness", 30, **witness)
        await self.ask(hearing_id, "judge", "warn_witness", 20, **witness)
        await self.ask(hearing_id, "judge", "show_oath", 5, **witness)
        start, end = self.at + 4, self.at + 19
        heard = {"verdict": "heard", "start": start, "end": end, "sha256": "ab" * 32}
        await self.ask(hearing_id, "system", "note_oath_heard", 20, **witness, **heard)
        await self.ask(hearing_id, "judge", "accept_oath", 5, **witness)
        await self.ask(hearing_id, "judge", "begin_testimony", 2, **witness)
        await self.ask(hearing_id, "judge", "release_witness", 180, **witness)
        if closed_oath:
            await self.ask(hearing_id, "judge", "open_part", 60)
        await self.ask(hearing_id, "suspect", "allege_torture", 20)
        await self.ask(hearing_id, "judge", "order_check", 10)
        await self.ask(hearing_id, "judge", "begin_private_talk", 10)
        await self.ask(hearing_id, "judge", "end_private_talk", 180)
        for step in ("suspect_heard", "counsel_heard"):
            await self.ask(hearing_id, "judge", "take_step", 120, step=step)
        await self.rule(hearing_id, "Күдіктінің тұрақты тұрғылықты жері расталмаған.\nТергеуден жасырыну қаупі бар.")

    async def rule(self, hearing_id: HearingId, reasons: str) -> None:
        """From the deliberation room to the close."""
        await self.ask(hearing_id, "judge", "retire", 10)
        await self.ask(
            hearing_id, "judge", "decide", 400, outcome="sanction_short", days=10, reasons=reasons, bail_tenge=2_000_000
        )
        await self.ask(hearing_id, "judge", "return_from_deliberation", 5)
        await self.ask(hearing_id, "judge", "announce_decision", 60)
        for recipient in EDITION.kind("sanction").delivery:
            await self.ask(hearing_id, "secretary", "note_ruling_delivered", 15, recipient=recipient)
        await self.ask(hearing_id, "judge", "close_hearing", 20)

    async def transcribe(self, hearing_id: HearingId) -> None:
        """A transcript's lines, as the recogniser would give them."""
        opened = (await self.state(hearing_id)).opened_at or self.at
        said = [
            ("judge", 4, "Сот отырысы ашық деп жарияланады. Құқықтарыңыз түсінікті ме?"),
            ("suspect", 12, "Түсінікті."),
            ("judge", 40, "Прокурор, сөз сізге беріледі."),
            ("prosecutor", 60, "Күдіктіге екі ай мерзімге күзетпен ұстау түріндегі бұлтартпау шарасын санкциялауды "
             "сұраймын. Тұрақты мекенжайы расталмаған."),
            ("counsel", 130, "Қорғау тарапы қарсы. Күдіктінің отбасы бар, жұмыс істейді."),
            ("suspect", 190, "Мен бес жылдан бері бір мекенжайда тұрамын. Жұмысым бар, тергеуден жасырынбаймын."),
            ("witness", 445, "Мен сотқа іс бойынша өзіме белгілінің бәрін айтып беруге ант етемін."),
            ("judge", 500, "Куә, сұраққа жауап беріңіз."),
            ("witness", 520, "Ол күні үйде болдым, ештеңе көрген жоқпын."),
        ]  # fmt: skip
        book = self.registry.words
        version = await book.begin_version(hearing_id, (), self.at)
        lines = []
        for who, after, text in said:
            start, seat = opened + after, await self.seat(hearing_id, who)
            words = tuple(
                Word(word, start + i * 0.4, start + i * 0.4 + 0.35, 0.3 if word.startswith("мекенжай") else 0.95)
                for i, word in enumerate(text.split())
            )
            name = utterance_id(hearing_id, version, seat, int(start * 1e9))
            end, model = words[-1].end, "rehearsal/m@1"
            line = Utterance(name, hearing_id, seat, start, end, "kk", text, words, 0.9, 0.01, model, version)
            await book.add(line)
            lines.append(line)
        await book.complete_version(hearing_id, version, digest(lines), self.at)

    async def pass_for(self, hearing_id: HearingId, name: str) -> PassSheet:
        by = Actor(self.people["secretary"], Role.COURT_SECRETARY)
        return await issue_pass(self.office, by, hearing_id, self.people[name])


class Browser:
    """A client that behaves as a browser: keeps cookies, sends Origin, finds the CSRF value on the page."""

    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client
        self.csrf = ""

    async def get(self, path: str, **kwargs: Any) -> tuple[int, str]:
        async with self.client.get(path, **kwargs) as answer:
            text = await answer.text()
            self._note(text)
            return answer.status, text

    async def post(self, path: str, **fields: str) -> tuple[int, str, str]:
        """Status, text and the address one is sent on to."""
        data = {"csrf": self.csrf, **fields}
        async with self.client.post(path, data=data, headers={"Origin": ORIGIN}, allow_redirects=False) as answer:
            text = await answer.text()
            self._note(text)
            return answer.status, text, answer.headers.get("Location", "")

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> ClientResponse:
        """One call of the API with this browser's cookie."""
        sent = {"Origin": ORIGIN, "X-CSRF": self.csrf, **headers}
        answer = await self.client.request(method, f"/api/v1{path}", json=body, headers=sent)
        await answer.read()
        return answer

    async def sign_in(self, iin: str) -> None:
        await self.get("/signin")
        status, _, _ = await self.post("/signin", iin=iin, password=PASSWORD)
        assert status == 303
        answer = await self.call("GET", "/session")
        self.csrf = (await answer.json())["csrf"]

    async def come_in(self, sheet: PassSheet) -> str:
        secret = sheet.link.partition("#")[2]
        answer = await self.call("POST", "/passes/exchange", {"secret": secret})
        assert answer.status == 200
        found = await answer.json()
        self.csrf = found["csrf"]
        return str(found["go"])

    def _note(self, text: str) -> None:
        found = re.search(r'name="csrf" value="([^"]+)"', text)
        if found:
            self.csrf = found.group(1)


class Doors(Protocol):
    """A house, or a court that sits in one."""

    def app(self) -> web.Application: ...


@asynccontextmanager
async def visiting(house: Doors) -> AsyncIterator[Browser]:
    """A browser at the door of this house."""
    async with TestClient(TestServer(house.app()), cookie_jar=CookieJar(unsafe=True)) as client:
        yield Browser(client)
