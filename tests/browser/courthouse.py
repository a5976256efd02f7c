"""A real courthouse for browser tests: the server in a process of its own, a listed hearing, and people in browsers.

Everybody has a Chromium of their own, since a microphone's sound file belongs to the whole browser. What the tests wait
for is always a condition, never a span of time.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import sys
import time
import wave
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import aiohttp
import av
import numpy as np
from playwright.async_api import Browser, Page, Playwright, async_playwright, expect

from hearing.cases import check_digit
from tests.browser.chromium import executable_path, launch_args
from web.rehearsal.lines import speakers
from web.rehearsal.picture import loops
from web.rehearsal.player import Player

ROOT = Path(__file__).parents[2]
VOICES = ROOT / "config" / "rehearsal" / "voices"
MODEL = ROOT / "config" / "rehearsal" / "asr-test-model"
SLOW_CAMERA = "--use-fake-device-for-media-stream=fps=3"
"""Few pictures a second: five browsers that encode and decode each other share two cores with the server."""
PASSWORD = "a long enough password"
PATIENCE_MS = 90_000
PEOPLE = {
    "prosecutor": ("prosecutor", "elsewhere"),
    "suspect": ("suspect", "facility"),
    "counsel": ("defence_counsel", "elsewhere"),
    "witness": ("witness", "elsewhere"),
}
BORN = {"judge": "80010140001", "secretary": "95020240001"}


def number(name: str) -> str:
    """A valid, invented IIN."""
    return f"{BORN[name]}{check_digit(BORN[name])}"


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def sound_file(folder: Path, name: str, voice: str | None, pause: float = 4.0) -> Path:
    """A WAV that Chromium plays into the microphone again and again: a spoken sentence and a pause, or a low tone."""
    rate = 48_000
    pieces: list[Any] = []
    if voice is not None:
        resampler = av.AudioResampler("s16", "mono", rate)
        with av.open(str(VOICES / voice)) as container:
            for frame in container.decode(audio=0):
                pieces += [out.to_ndarray().reshape(-1) for out in resampler.resample(frame)]
        pieces.append(np.zeros(int(pause * rate), np.int16))
    else:
        t = np.arange(rate * 2) / rate
        pieces.append((2000 * np.sin(2 * np.pi * 220 * t)).astype(np.int16))
    path = folder / f"{name}.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(np.concatenate(pieces).astype("<i2").tobytes())
    return path


class Api:
    """A member of the court at the JSON door."""

    def __init__(self, session: aiohttp.ClientSession, base: str, token: str) -> None:
        self._session = session
        self._base = base
        self._headers = {"Authorization": f"Bearer {token}"}

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        async with self._session.request(
            method, f"{self._base}/api/v1{path}", json=body, headers=self._headers
        ) as answer:
            text = await answer.text()
            assert answer.status < 400, f"{method} {path}: {answer.status} {text}"
            return json.loads(text) if answer.content_type == "application/json" else text

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
        for name, role in (("judge", "investigating_judge"), ("secretary", "court_secretary")):
            code, out = await self.command("account", number(name), f"Сынақ {name}", role, typed=PASSWORD + "\n")
            assert code == 0, out

    async def sign_in(self, session: aiohttp.ClientSession, name: str) -> tuple[Api, str]:
        body = {"iin": number(name), "password": PASSWORD}
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


class Guest:
    """One person in a browser of their own."""

    def __init__(self, name: str, page: Page, browser: Browser) -> None:
        self.name = name
        self.page = page
        self.browser = browser
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def button(self, act: str, person: str | None = None) -> Any:
        who = f'[data-person="{person}"]' if person is not None else ""
        return self.page.locator(f'button[data-act="{act}"]{who}').first

    async def press(self, act: str, person: str | None = None, **fields: str) -> None:
        """Press the button of an act, wherever the page keeps it, and fill in the form that it asks for."""
        button = self.button(act, person)
        if not await button.is_visible():
            await self._uncover(button, person)
        await button.click(timeout=PATIENCE_MS)
        dialog = self.page.locator("dialog[open]")
        if fields or act in ("close_hearing", "retire"):
            await expect(dialog).to_be_visible(timeout=PATIENCE_MS)
            for name, value in fields.items():
                choice = dialog.locator(f'input[type=radio][value="{value}"]')
                if await choice.count():
                    await choice.check()
                    continue
                entry = dialog.locator(f'[name="{name}"]')
                if await entry.evaluate("e => e.tagName") == "SELECT":
                    await entry.select_option(value)
                else:
                    await entry.fill(value)
            await dialog.locator("button.go").click()
            await expect(dialog).to_have_count(0, timeout=PATIENCE_MS)

    async def _uncover(self, button: Any, person: str | None) -> None:
        await expect(self.page.locator("#main")).to_be_visible(timeout=PATIENCE_MS)
        row = self.page.locator(f'li[data-person="{person}"] button[aria-expanded="false"]')
        if person is not None and await row.count():
            await row.first.click()
        menu = self.page.locator("#more")
        if not await button.is_visible() and await menu.count():
            await menu.click()

    async def phase(self, *phases: str) -> None:
        await self.page.wait_for_function(
            "(phases) => phases.includes(document.documentElement.dataset.phase)", arg=phases, timeout=PATIENCE_MS
        )

    async def stats(self) -> dict[str, Any]:
        """What this browser received over its hearing connection, from ``getStats``."""
        found: dict[str, Any] = await self.page.evaluate(STATS)
        return found


STATS = """async () => {
  const out = {frames: 0, audio: 0, video: 0, bytes: 0, tracks: 0};
  for (const pc of window.testPeers ?? []) {
    if (pc.connectionState === "closed") continue;
    for (const s of (await pc.getStats()).values()) {
      if (s.type !== "inbound-rtp") continue;
      if (s.kind === "video") { out.frames += s.framesDecoded ?? 0; out.video += s.packetsReceived ?? 0; }
      else out.audio += s.packetsReceived ?? 0;
      out.bytes += s.bytesReceived ?? 0;
      out.tracks += 1;
    }
  }
  return out;
}"""

WATCH_PEERS = """(() => {
  const Real = window.RTCPeerConnection;
  window.testPeers = [];
  window.RTCPeerConnection = class extends Real {
    constructor(...args) { super(...args); window.testPeers.push(this); }
  };
})();"""


def player(house: Courthouse, listed: Listed, name: str) -> Player:
    """A party played by a program, as in a rehearsal: a real WebRTC client that costs less than a browser."""
    role = PEOPLE[name][0]
    secret = listed.links[name].partition("#")[2]
    return Player(house.url, listed.hearing, role, secret, speakers()[role].lines, loops(role), 2_800)


class Company:
    """Everybody's browsers. Used as a context; all are closed at its end.

    They step back behind the server, which on its own machine would not share its cores with five browsers.
    """

    def __init__(self, house: Courthouse, folder: Path) -> None:
        self._house = house
        self._folder = folder
        self._stack = AsyncExitStack()
        self._playwright: Playwright | None = None
        self.guests: dict[str, Guest] = {}
        self._chromium = folder / "chromium"

    async def __aenter__(self) -> Self:
        self._playwright = await self._stack.enter_async_context(async_playwright())
        program = executable_path() or self._playwright.chromium.executable_path
        self._chromium.write_text(f'#!/bin/sh\nexec nice -n 10 "{program}" "$@"\n')
        self._chromium.chmod(0o755)
        return self

    async def __aexit__(self, wrong: type[BaseException] | None, *_: object) -> None:
        for guest in self.guests.values():
            if wrong is not None:
                await guest.page.screenshot(path=self._folder / f"{guest.name}.png")
            await guest.browser.close()
        await self._stack.aclose()

    async def invite(self, name: str, voice: str | None = None) -> Guest:
        assert self._playwright is not None
        wav = await asyncio.to_thread(sound_file, self._folder, name, voice)
        browser = await self._playwright.chromium.launch(
            executable_path=executable_path(),
            args=[*launch_args(), SLOW_CAMERA, f"--use-file-for-fake-audio-capture={wav}"],
        )
        context = await browser.new_context(viewport={"width": 1100, "height": 700}, locale="ru-RU")
        await context.add_init_script(WATCH_PEERS)
        page = await context.new_page()
        self.guests[name] = Guest(name, page, browser)
        return self.guests[name]

    async def staff(self, name: str, hearing: str, voice: str | None = None) -> Guest:
        """The judge or the secretary signs in by the form, as they do every morning."""
        guest = await self.invite(name, voice)
        await guest.page.goto(f"{self._house.url}/signin?lang=ru")
        await guest.page.locator('[name="iin"]').fill(number(name))
        await guest.page.locator('[name="password"]').fill(PASSWORD)
        await guest.page.locator('form[action^="/signin"] button[type="submit"]').click()
        await guest.page.wait_for_url(re.compile("/board"), timeout=PATIENCE_MS)
        await guest.page.goto(f"{self._house.url}/sit/{hearing}")
        return guest

    async def party(self, name: str, link: str, voice: str | None = None) -> Guest:
        """Somebody with a pass opens the link, and walks through the lobby to the chair of the waiting room."""
        guest = await self.invite(name, voice)
        await guest.page.goto(link)
        await guest.page.wait_for_url(re.compile("/sit/"), timeout=PATIENCE_MS)
        return guest


async def walk_lobby(guest: Guest) -> None:
    """Rules, devices, link test: the way of a participant at their own device."""
    page = guest.page
    await page.locator("#tick").check(timeout=PATIENCE_MS)
    await guest.button("acknowledge_rules").click()
    await page.locator('[data-local="open"]').click(timeout=PATIENCE_MS)
    await page.locator('[data-local="ring"]').click(timeout=PATIENCE_MS)
    await page.locator('[data-local="heard"]').click(timeout=PATIENCE_MS)
    await guest.button("report_devices").click(timeout=PATIENCE_MS)
    await page.locator('[data-local="probe"]').click(timeout=PATIENCE_MS)
    await page.locator('[data-local="onward"]').click(timeout=PATIENCE_MS)


async def walk_kiosk(guest: Guest) -> None:
    """The same way as the suspect walks it: one button at a time."""
    for step in ("ready", "understood", "see", "spoke", "ring", "heard"):
        await guest.page.locator(f'[data-local="{step}"]').click(timeout=PATIENCE_MS)
    await expect(guest.page.locator('[data-step="wait"]')).to_be_visible(timeout=PATIENCE_MS)
