"""People at their pages: everybody has a context of their own in one Chromium and walks as a person would.

Each has a microphone into which the test speaks: a real track, encoded and sent as any voice is.
"""

from __future__ import annotations

import asyncio
import base64
import re
from pathlib import Path
from typing import Any, Protocol, Self

from playwright.async_api import Browser, Page, expect

from tests.browser.courthouse import IINS, PATIENCE_SECONDS, PEOPLE, VOICES, Listed
from tests.web.house import PASSWORD

PATIENCE_MS = 1000 * PATIENCE_SECONDS


class House(Protocol):
    """Whatever court these people come to."""

    @property
    def url(self) -> str: ...


class Guest:
    """One person at a page of their own."""

    def __init__(self, name: str, page: Page, language: str = "ru") -> None:
        self.name = name
        self.page = page
        self.language = language
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(error.stack or str(error)))

    async def say(self, sentence: str) -> None:
        """Speak a sentence of the rehearsal, for instance "witness-2", into the microphone, to its end."""
        sound = (VOICES / f"{sentence}-{self.language}.ogg").read_bytes()
        await self.page.evaluate("sound => window.testSay(sound)", base64.b64encode(sound).decode())

    async def hum(self) -> None:
        """A second of sound that is no words."""
        await self.page.evaluate("window.testHum()")

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

    async def read(self, address: str) -> str:
        """What a page of the court tells this person, opened beside the live one."""
        beside = await self.page.context.new_page()
        await beside.goto(address)
        text = await beside.locator("main").inner_text()
        await beside.close()
        return text

    async def stats(self) -> dict[str, Any]:
        """What this browser received over its hearing connection, from ``getStats``."""
        found: dict[str, Any] = await self.page.evaluate(STATS)
        return found

    async def receives(self, what: str, more: int) -> dict[str, Any]:
        """Wait until this much more of something has arrived: "audio" and "video" packets, decoded "frames"."""
        start = (await self.stats())[what]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (found := await self.stats())[what] < start + more:
                await self.page.evaluate("() => new Promise((next) => setTimeout(next, 100))")
        return found


async def hear(speaker: Guest, *listeners: Guest, packets: int = 50) -> None:
    """Wait until so much sound has come to everybody."""
    await humming(speaker, asyncio.gather(*(listener.receives("audio", packets) for listener in listeners)))


class Voice(Protocol):
    """Whoever can be heard."""

    async def hum(self) -> None: ...


async def humming(voice: Voice, heard: asyncio.Future[Any]) -> None:
    """Be heard until something has come: on a narrow line silent voices rest."""
    while not heard.done():
        await voice.hum()
    await heard


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


class Company:
    """Everybody's pages. Used as a context; all are closed at its end."""

    def __init__(self, house: House, browser: Browser, folder: Path) -> None:
        """``folder`` is where pictures of the pages lie when a test went wrong."""
        self._house = house
        self._browser = browser
        self._folder = folder
        self.guests: dict[str, Guest] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, wrong: type[BaseException] | None, *_: object) -> None:
        for guest in self.guests.values():
            if wrong is not None:
                print(guest.name, await guest.stats(), guest.errors[:3])
                await guest.page.screenshot(path=self._folder / f"{guest.name}.png")
        for guest in self.guests.values():
            await guest.page.context.close()

    async def invite(self, name: str, language: str = "ru") -> Guest:
        context = await self._browser.new_context(
            viewport={"width": 1100, "height": 700}, locale="ru-RU", permissions=["camera", "microphone"]
        )
        await context.add_init_script(WATCH_PEERS)
        await context.add_init_script(path=Path(__file__).parent / "microphone.js")
        page = await context.new_page()
        self.guests[name] = Guest(name, page, language)
        return self.guests[name]

    async def staff(self, name: str, hearing: str) -> Guest:
        """The judge or the secretary signs in by the form, as they do every morning."""
        guest = await self.invite(name)
        await guest.page.goto(f"{self._house.url}/signin?lang=ru")
        await guest.page.locator('[name="iin"]').fill(IINS[name])
        await guest.page.locator('[name="password"]').fill(PASSWORD)
        await guest.page.locator('form[action^="/signin"] button[type="submit"]').click()
        await guest.page.wait_for_url(re.compile("/board"), timeout=PATIENCE_MS)
        await guest.page.goto(f"{self._house.url}/sit/{hearing}")
        return guest

    async def party(self, name: str, link: str, language: str = "ru") -> Guest:
        """Somebody with a pass opens the link, and walks through the lobby to the chair of the waiting room."""
        guest = await self.invite(name, language)
        await guest.page.goto(link)
        await guest.page.wait_for_url(re.compile("/sit/"), timeout=PATIENCE_MS)
        return guest

    async def public(self, link: str) -> Guest:
        """A citizen opens the observer's link; no camera, no microphone, no lobby."""
        guest = await self.invite("citizen")
        await guest.page.goto(link)
        return guest


async def walk_lobby(guest: Guest, tested: bool = True) -> None:
    """Rules, devices, and the link test if there is one: the way of a participant at their own device."""
    sentence = f"{PEOPLE[guest.name][0]}-1"
    page = guest.page
    await page.locator("#tick").check(timeout=PATIENCE_MS)
    await guest.button("acknowledge_rules").click()
    await page.locator('[data-local="open"]').click(timeout=PATIENCE_MS)
    await guest.say(sentence)
    await page.locator('[data-local="ring"]').click(timeout=PATIENCE_MS)
    await page.locator('[data-local="heard"]').click(timeout=PATIENCE_MS)
    await guest.button("report_devices").click(timeout=PATIENCE_MS)
    await expect(page.locator('[data-local="probe"]')).to_be_visible(timeout=PATIENCE_MS)
    if not tested:
        return
    await page.locator('[data-local="probe"]').click(timeout=PATIENCE_MS)
    await page.locator('[data-local="onward"]').click(timeout=PATIENCE_MS)


async def walk_kiosk(guest: Guest) -> None:
    """The same way as the suspect walks it: one button at a time."""
    for step in ("ready", "understood", "see", "spoke", "ring", "heard"):
        if step == "spoke":
            await guest.say("suspect-1")
        await guest.page.locator(f'[data-local="{step}"]').click(timeout=PATIENCE_MS)
    await expect(guest.page.locator('[data-step="wait"]')).to_be_visible(timeout=PATIENCE_MS)


async def gather(company: Company, listed: Listed, *parties: str, tested: bool = True) -> dict[str, Guest]:
    """Judge and secretary are at their pages and these parties in the lobby; they come all at once.

    Where they are not ``tested``, nobody but the suspect, whose kiosk does it unasked, has their line measured: the
    judge lets the others in without.
    """

    async def come(name: str) -> Guest:
        if name not in listed.links:
            return await company.staff(name, listed.hearing)
        guest = await company.party(name, listed.links[name])
        await (walk_kiosk(guest) if name == "suspect" else walk_lobby(guest, tested))
        return guest

    names = ("secretary", "judge", *parties)
    guests = dict(zip(names, await asyncio.gather(*map(come, names)), strict=True))
    if not tested:
        seats = await listed.seats()
        for name in parties:
            if name != "suspect":
                override = {"act": "override_link", "seat": seats[name], "reason": "Суд слышит участника без помех."}
                await listed.judge.call("POST", f"/hearings/{listed.hearing}/acts", override)
    return guests


async def admit(listed: Listed, secretary: Guest, *names: str) -> None:
    for name in names:
        await secretary.press("confirm_identity", listed.people[name])
        await secretary.press("admit", listed.people[name])


async def decide_and_close(listed: Listed, judge: Guest, secretary: Guest) -> None:
    """From the deliberation room to the sealed bundle, which is the last that is made of a hearing."""
    await judge.press("retire")
    await listed.fact("Retired")
    await judge.page.locator('button[data-act="decide"]').nth(1).click(timeout=PATIENCE_MS)
    dialog = judge.page.locator("dialog[open]")
    await dialog.locator('[name="days"]').fill("10")
    await dialog.locator('input[type=radio][value="especially_grave"]').check()
    await dialog.locator('[name="reasons"]').fill("Основания: тяжесть подозрения и риск скрыться.")
    await dialog.locator("button.go").click()
    await expect(dialog).to_have_count(0, timeout=PATIENCE_MS)
    await judge.press("return_from_deliberation")
    await judge.press("announce_decision")
    await listed.fact("DecisionAnnounced")
    await secretary.press("note_ruling_delivered")
    await judge.press("close_hearing")
    await listed.fact("Closed")
    await listed.fact("TranscriptSealed")
    await listed.fact("FileSealed", kind="bundle")
