"""One test of one page: the court in its namespace, Chromium at home, and the page's own probe between them."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page

from hearing.participants import SeatId
from media.relay.courtroom import Courtroom
from media.relay.forwarder import choose
from media.relay.probe import ProbeFigures
from tests.browser.stage import court
from tests.media.namespaces import COURT_ADDRESS, Cable
from tests.media.narrow_wire import NarrowWire

SEAT = SeatId("s-tested")
SCRIPTS = Path("web/static/js")

PAGE = """<!doctype html><meta charset="utf-8"><title>link</title><script type="module">
import { Probe } from "/js/probe.js";
window.probe = new Probe({ change() {}, send: (said) => { if (said.t === "rtc.offer") window.offered = said.sdp; } });
</script>"""


@dataclass(frozen=True, slots=True)
class Row:
    """What was true of the line, and what the test said of each direction."""

    up_kbps: float
    down_kbps: float
    loss: float
    up: ProbeFigures
    down: ProbeFigures

    @property
    def each(self) -> Iterator[tuple[float, ProbeFigures]]:
        yield self.up_kbps, self.up
        yield self.down_kbps, self.down


def evenly(share: float, seed: int) -> Callable[[], bool]:
    """Of every 1/share packets one is lost, nobody knows which."""
    every, dice = round(1 / share), random.Random(seed)
    place, lost = 0, dice.randrange(every)

    def next_lost() -> bool:
        nonlocal place, lost
        hit = place == lost
        place += 1
        if place == every:
            place, lost = 0, dice.randrange(every)
        return hit

    return next_lost


class Lossy:
    """Loses its share of the media, and by itself of the reports, from the moment that the connection stands.

    Each of them by a pattern of its own, so that in any stretch of a test that share of its packets is lost, but for
    one or two. Handshake and checks, which are not what is measured, are in neither.
    """

    def __init__(self, share: float, seed: int) -> None:
        self._media, self._reports = evenly(share, seed), evenly(share, seed + 1000)
        self.on = False

    def __call__(self, _number: int, data: bytes) -> bool:
        if not self.on or len(data) < 2 or not 128 <= data[0] <= 191:
            return False
        return self._reports() if 192 <= data[1] <= 223 else self._media()


async def offered(page: Page, url: str) -> str:
    """Open the page and let it ask for a test; its offer."""
    await page.goto(url)
    await page.wait_for_function("window.probe")
    await page.evaluate("window.probe.start()")
    await page.wait_for_function("window.offered")
    sdp: str = await page.evaluate("window.offered")
    return sdp


async def probed(
    page: Page, courtroom: Courtroom, seat: SeatId, sdp: str, noisy: asyncio.Lock, begins: Callable[[], None]
) -> tuple[ProbeFigures, ProbeFigures]:
    """Answer a page that asked, and measure both directions, as the court does. One page at a time is ``noisy``."""
    calmed: list[asyncio.Task[None]] = []

    def progress(share: float, kbps: float, calm: bool) -> None:
        if calm and not calmed:
            news = {"phase": "up", "calm": True, "kbps": kbps}
            calmed.append(asyncio.create_task(page.evaluate("news => window.probe.take(news)", news)))

    async with noisy:
        answer = await courtroom.answer(seat, sdp, probe=True)
        await page.evaluate("sdp => window.probe.answer({ sdp })", answer)
        begins()
        up = await courtroom.probe(seat, "up", progress)
        await page.evaluate("window.probe.take({phase: 'down'})")
    down = await courtroom.probe(seat, "down", lambda *_: None)
    return up, down


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be true of a line while it is measured once."""

    up_kbps: float
    down_kbps: float
    loss: float = 0.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """Lines, each with a browser at its end, and one test at a time on each.

    A page's noise takes most of a core and what comes down next to nothing. So where there are two lines, one is
    measured down while the other is measured up, and never two up.
    """

    line: Cable
    browsers: Mapping[str, Browser]
    """By the home they live in."""

    async def each(self, runs: Iterable[Run], show: Callable[[Row], None]) -> None:
        """Show the rows of these runs as they come. Raises ``ProbeFailed``."""
        waiting, noisy = deque(runs), asyncio.Lock()

        async def work(home: str, browser: Browser) -> None:
            while waiting:
                show(await self._run(home, browser, waiting.popleft(), noisy))

        await asyncio.gather(*(work(home, browser) for home, browser in self.browsers.items()))

    async def _run(self, home: str, browser: Browser, asked: Run, noisy: asyncio.Lock) -> Row:
        self.line.shape(asked.up_kbps, asked.down_kbps, home)
        losing = [Lossy(asked.loss, asked.seed + way) for way in range(2)] if asked.loss else []

        def begins() -> None:
            for way in losing:
                way.on = True

        wire = NarrowWire(drop_up=losing[0], drop_down=losing[1], host=COURT_ADDRESS) if losing else None
        async with court(COURT_ADDRESS, wire=wire, forwarder=choose(), page=PAGE) as (courtroom, url):
            page = await browser.new_page()
            try:
                up, down = await probed(page, courtroom, SEAT, await offered(page, url), noisy, begins)
            finally:
                await page.close()
        return Row(asked.up_kbps, asked.down_kbps, asked.loss, up, down)
