"""A real courthouse for browser tests: the server in a process of its own, and a listed hearing.

What the tests wait for is always a condition, never a span of time.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp

from hearing.registry.office import Office
from tests.web.house import JUDGE_IIN, PASSWORD, SECRETARY

ROOT = Path(__file__).parents[2]
VOICES = ROOT / "config" / "rehearsal" / "voices"
MODEL = ROOT / "config" / "rehearsal" / "asr-test-model"
PATIENCE_SECONDS = 180
"""So long a test waits for what must come before it calls it missing."""
LOOK_SECONDS = 0.25
"""So often it looks: each look is noted by the court, and what is waited for needs the processor too."""
PEOPLE = {
    "prosecutor": ("prosecutor", "elsewhere"),
    "suspect": ("suspect", "facility"),
    "counsel": ("defence_counsel", "elsewhere"),
    "witness": ("witness", "elsewhere"),
}
IINS = {"judge": JUDGE_IIN, "secretary": SECRETARY}


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Api:
    """A member of the court at the JSON door."""

    def __init__(self, session: aiohttp.ClientSession, base: str, token: str) -> None:
        self._session = session
        self._base = base
        self.token = token
        self._headers = {"Authorization": f"Bearer {token}"}

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        async with self._session.request(
            method, f"{self._base}/api/v1{path}", json=body, headers=self._headers
        ) as answer:
            text = await answer.text()
            assert answer.status < 400, f"{method} {path}: {answer.status} {text}"
            return json.loads(text) if answer.content_type == "application/json" else text

    async def refusal(self, method: str, path: str, body: Any) -> dict[str, Any]:
        """What the law says no to."""
        async with self._session.request(
            method, f"{self._base}/api/v1{path}", json=body, headers=self._headers
        ) as answer:
            found: dict[str, Any] = await answer.json(content_type=None)
            assert answer.status >= 400, found
            return found

    async def bytes(self, path: str) -> bytes:
        async with self._session.get(f"{self._base}/api/v1{path}", headers=self._headers) as answer:
            assert answer.status < 400, f"{path}: {answer.status} {await answer.text()}"
            return await answer.read()


@dataclass
class Courthouse:
    """The running server and everything needed to start it again on the same data."""

    folder: Path
    port: int = field(default_factory=free_port)
    media_port: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM))
    relay_port: int = field(default_factory=free_port)
    """Where a test starts a TURN relay, if it does."""
    settings: Mapping[str, str] = field(default_factory=dict)
    process: asyncio.subprocess.Process | None = None
    log: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "TYNDAU_DATA": str(self.folder),
            "TYNDAU_PORT": str(self.port),
            "TYNDAU_PUBLIC_URL": self.url,
            "TYNDAU_MEDIA__PORT": str(self.media_port),
            "TYNDAU_MEDIA__ANNOUNCED": '["127.0.0.1"]',
            "TYNDAU_SPEECH__MODEL": str(MODEL),
            "TYNDAU_LOG_FORMAT": "plain",
            "PYTHONUNBUFFERED": "1",
            **self.settings,
        }

    async def open(self) -> Self:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "web",
            cwd=ROOT,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        assert self.process.stdout is not None
        while True:
            line = (await self.process.stdout.readline()).decode()
            assert line, "the server died: " + "".join(self.log[-40:])
            self.log.append(line)
            if "court open" in line:
                break
        self._reading = asyncio.create_task(self._read(self.process.stdout))
        return self

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            self.log.append(line.decode())

    async def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        await self._reading

    async def close(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await self.process.wait()
            await self._reading

    @asynccontextmanager
    async def sitting(self) -> AsyncIterator[Self]:
        """Open while this lasts, with a judge and a secretary; what it logged last is shown where a test failed."""
        await self.accounts()
        await self.open()
        yield self
        await self.close()
        print("".join(self.log[-60:]))

    async def command(self, *arguments: str, typed: str = "") -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "web",
            *arguments,
            cwd=ROOT,
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await process.communicate(typed.encode())
        return process.returncode or 0, out.decode()

    async def accounts(self) -> None:
        async with await Office.open(self.folder, self.settings.get("TYNDAU_DATABASE")) as office:
            for name, role in (("judge", "investigating_judge"), ("secretary", "court_secretary")):
                await office.docket.accounts.create(IINS[name], PASSWORD, f"Сынақ {name}", [role], time.time())

    async def sign_in(self, session: aiohttp.ClientSession, name: str) -> tuple[Api, str]:
        body = {"iin": IINS[name], "password": PASSWORD}
        async with session.post(f"{self.url}/api/v1/session", json=body) as answer:
            found = await answer.json()
            assert answer.status < 400, found
        session.cookie_jar.clear()
        return Api(session, self.url, found["token"]), found["account"]["id"]


@dataclass
class Listed:
    """A hearing on the list, with a link for everyone."""

    hearing: str
    case: str
    people: dict[str, str]
    links: dict[str, str]
    secretary: Api
    judge: Api

    async def entries(self) -> list[dict[str, Any]]:
        """The journal as it lies there now."""
        text = await self.secretary.call("GET", f"/hearings/{self.hearing}/journal")
        return [json.loads(line) for line in text.splitlines() if line]

    async def fact(self, name: str, **fields: Any) -> dict[str, Any]:
        """Wait until the journal holds an entry whose fact has this name and these fields."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                for entry in await self.entries():
                    if entry["fact"]["fact"] == name and fields.items() <= entry["fact"].items():
                        return entry
                await asyncio.sleep(LOOK_SECONDS)

    async def seats(self) -> dict[str, str]:
        """The seat of everybody, by the names that the test gave them."""
        added = [e["fact"] for e in await self.entries() if e["fact"]["fact"] == "ParticipantAdded"]
        return {name: next(f["seat"] for f in added if f["person"] == p) for name, p in self.people.items()}


async def list_hearing(house: Courthouse, session: aiohttp.ClientSession, *names: str, **changes: Any) -> Listed:
    """A case and a sanction hearing, by the API alone, as another system of the court would do it."""
    secretary, _ = await house.sign_in(session, "secretary")
    judge, judge_id = await house.sign_in(session, "judge")
    now = time.time()
    case = await secretary.call(
        "POST", "/cases", {"court_number": "7585-24-00-2/101", "erdr_number": "247500031000123"}
    )
    listing = {
        "case": case["id"],
        "kind": "sanction",
        "publicity": "open",
        "scheduled_at": now + 300,
        "language": "ru",
        "remote_ground": "by_order_of_judge",
        "measure": "custody",
        "detained_at": now - 20 * 3600,
        "limit_hours": 48,
        "received_at": now - 3600,
        "judge": judge_id,
        **changes,
    }
    hearing = (await secretary.call("POST", "/hearings", listing))["id"]
    at = f"/hearings/{hearing}"
    people: dict[str, str] = {}
    links: dict[str, str] = {}
    for name in names or tuple(PEOPLE):
        role, place = PEOPLE[name]
        person = {"role": role, "place": place, "language": "ru", "name": f"Имярек {name}"}
        people[name] = (await secretary.call("POST", at + "/participants", person))["person"]
        links[name] = (await secretary.call("POST", at + "/passes", {"person": people[name]}))["link"]
    for person in (await secretary.call("GET", at))["people"]:
        if person["role"] in ("investigating_judge", "court_secretary"):
            people["judge" if person["role"] == "investigating_judge" else "secretary"] = person["person"]
    order = {"act": "order_remote", "order": "№ 1: провести по видеосвязи"}
    await judge.call("POST", at + "/acts", order)
    return Listed(hearing, case["id"], people, links, secretary, judge)
