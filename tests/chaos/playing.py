"""How soon a long recording plays: made from tapes of any length, served by the real server, opened in a real Chromium.

Nobody waits for the hearing itself: its packets are written straight to tapes. Each try is a browser that knows nothing
yet. It presses Play as soon as the page takes it, and then jumps to the middle; the time counts until the picture moves
and sound has been decoded.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page

from benchmarks.bench_record import SEATS, Made, making
from hearing.participants import Actor, HearingId, PersonId, Role
from hearing.registry.office import Office as Registry
from tests.browser.courthouse import Courthouse
from tests.browser.launching import launched
from tests.browser.staff import sign_in
from tests.chaos.rows import Row
from tests.web.house import JUDGE_IIN, House
from web import review
from web.closing import keep_recording
from web.desk import add_participant

BAR_SECONDS = 2.0
WATCH = """() => {
  window.begins = (kind, from) => new Promise((done) => addEventListener(kind, () => {
    const at = performance.now(), video = document.getElementById("video"), sound = video.webkitAudioDecodedByteCount;
    let first = null;
    const look = (_, shown) => {
      if (shown.mediaTime < from) first = null;
      else if (first === null) first = shown.mediaTime;
      else if (shown.mediaTime > first && video.webkitAudioDecodedByteCount > sound) {
        return done((performance.now() - at) / 1000);
      }
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  }, { once: true, capture: true }));
}"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A case file with a recording: where it is, and who may look."""

    url: str
    hearing: HearingId
    seconds: float


def recording(minutes: int, tries: int) -> list[Row]:
    """Make a recording with eight voices, and play it."""
    with tempfile.TemporaryDirectory() as name:
        return asyncio.run(_recording(Path(name), minutes, tries))


async def _recording(folder: Path, minutes: int, tries: int) -> list[Row]:
    async with _served(folder, minutes) as (made, shown), launched() as browser:
        waits = [await _try(browser, shown) for _ in range(tries)]
    speed = f"{made.times:.0f} x real time, {made.per_core:.0f} x per core"
    first, jumped = zip(*waits, strict=True)
    return [
        Row(f"finalise {minutes} min, eight voices", speed, "40 x on two cores", made.times >= 40),
        _row(f"play {minutes} min, {tries} tries: from the press", first),
        _row(f"play {minutes} min: from a jump to the middle", jumped),
    ]


def _row(what: str, waits: tuple[float, ...]) -> Row:
    worst = max(waits)
    return Row(
        what, f"{statistics.median(waits):.2f} s, {worst:.2f} s at worst", f"{BAR_SECONDS:g} s", worst < BAR_SECONDS
    )


async def _try(browser: Browser, shown: Shown) -> tuple[float, float]:
    """Seconds from the press on Play, and from a jump while it plays, until picture and sound go on there."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.add_init_script(f"({WATCH})()")
    await sign_in(page, shown.url, JUDGE_IIN, "kk")
    await page.goto(f"{shown.url}/file/{shown.hearing}", wait_until="domcontentloaded")
    await page.evaluate("window.pressed = window.begins('click', 0), null")
    await page.locator("#play").click()
    pressed = await _waited(page, "window.pressed")
    middle = shown.seconds / 2
    await page.evaluate("(from) => { window.jumped = window.begins('input', from); }", middle)
    await page.locator("#seek").fill(str(int(middle) + 1))
    jumped = await _waited(page, "window.jumped")
    await context.close()
    return pressed, jumped


async def _waited(page: Page, promise: str) -> float:
    return float(await page.evaluate(promise))


@asynccontextmanager
async def _served(folder: Path, minutes: int) -> AsyncIterator[tuple[Made, Shown]]:
    """A server in a process of its own, on the folder of a court that has held such a hearing."""
    data = folder / "data"
    async with await Registry.open(data) as registry:
        house = House(registry, folder)
        await house.hire()
        hearing = await _held(house)
        seats = list((await house.state(hearing)).seats)[: len(SEATS)]
        made = await asyncio.to_thread(making, minutes, folder, seats)
        await keep_recording(house.office, hearing, made.recording)
        await review.split_voices(house.office, hearing, folder)
    court = Courthouse(data)
    await court.open()
    try:
        yield made, Shown(court.url, hearing, made.recording.duration_ns / 1e9)
    finally:
        await court.close()


async def _held(house: House) -> HearingId:
    """A closed hearing with eight seats."""
    hearing = await house.list_sanction()
    clerk = Actor(PersonId("a-test"), Role.COURT_SECRETARY)
    while len((await house.state(hearing)).seats) < len(SEATS):
        guest = {"name": "Сынақ маман", "role": Role.SPECIALIST, "place": "elsewhere", "language": "kk"}
        await add_participant(house.office, clerk, hearing, guest)
    await house.hold(hearing)
    await house.transcribe(hearing)
    return hearing
