"""From the restarted server's listening socket to everybody's media, in real Chromium, without a click.

The server is a process of its own, killed with SIGKILL in an open hearing of five pages and started again after it was
dead for some time: pages try less and less often, so a long absence is the harder one. Somebody is back when their
page has decoded a new picture and been brought new sound, and the court counts sound and pictures of theirs. Whom they
hear and see then is what the floor allows after a loss: the court. Between two restarts the judge goes on.
``python -m benchmarks.relay.back [--dead 0 6 20]``.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import uvloop
from playwright.async_api import expect

from tests.browser.company import PATIENCE_MS, Company, Guest, hear
from tests.browser.courthouse import Courthouse
from tests.browser.launching import launched
from tests.web.sittings import PARTIES, bench

DEAD_S = (0.0, 6.0, 20.0)
COURT = ("judge", "secretary")
LOOK_S = 0.05
MODEST = ["--disable-gpu", "--use-fake-device-for-media-stream=fps=10"]
"""Five pages that encode on one machine; what is measured is when something comes, not how much."""
BAR_S = 5.0

NEWS = """(kinds) => new Promise(async (done) => {
  const count = async () => {
    const found = new Map();
    for (const [place, pc] of window.testPeers.entries()) {
      if (pc.connectionState === "closed") continue;
      for (const s of (await pc.getStats()).values())
        if (s.type === "inbound-rtp")
          found.set(`${s.kind} ${place} ${s.id}`, s.kind === "audio" ? s.packetsReceived : s.framesDecoded ?? 0);
    }
    return found;
  };
  const before = await count();
  const look = async () => {
    const now = await count();
    const news = (kind) => [...now].some(([key, n]) => key.startsWith(kind) && n > (before.get(key) ?? 0));
    if (kinds.every(news)) done();
    else setTimeout(look, 50);
  };
  look();
})"""


@dataclass(frozen=True, slots=True)
class Back:
    """``seconds``: until the last of them was back."""

    backend: str
    dead: float
    seconds: float
    last: str


async def listening(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:
            await asyncio.sleep(0.005)
        else:
            writer.close()
            return


async def counted(url: str, session: aiohttp.ClientSession, seat: str) -> None:
    """Until the new server has had sound and a picture of this seat."""
    line = re.compile(
        rf'^tyndau_packets_received_total{{[^}}]*kind="(\w+)"[^}}]*seat="{seat}"[^}}]*}} [1-9]', re.MULTILINE
    )
    while True:
        async with session.get(f"{url}/metrics") as answer:
            if set(line.findall(await answer.text())) == {"audio", "video"}:
                return
        await asyncio.sleep(LOOK_S)


def awaited(name: str) -> list[str]:
    """What the floor lets come after a loss: judge and secretary sit in one room and only see one another."""
    return ["video"] if name in COURT else ["audio", "video"]


async def restarted(
    house: Courthouse, guests: dict[str, Guest], seats: dict[str, str], dead: float
) -> tuple[float, str]:
    """Kill, wait, start; seconds from the listening socket until the last was back, and who that was."""
    loop, spans = asyncio.get_running_loop(), {}
    await house.kill()
    await asyncio.sleep(dead)
    opening = asyncio.create_task(house.open())
    await listening(house.port)
    begin = loop.time()

    async def back(name: str, session: aiohttp.ClientSession) -> None:
        await asyncio.gather(guests[name].page.evaluate(NEWS, awaited(name)), counted(house.url, session, seats[name]))
        spans[name] = loop.time() - begin

    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE_MS / 1000):
        await asyncio.gather(*(back(name, session) for name in guests))
    await opening
    last = max(spans, key=lambda name: spans[name])
    return spans[last], last


async def go_on(guests: dict[str, Guest]) -> None:
    """The judge resumes as soon as the court lets them, and everybody is heard and seen again."""
    judge = guests["judge"]
    button = judge.button("resume_after_loss")
    await expect(button).not_to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
    await judge.press("resume_after_loss")
    await hear(guests["suspect"], *(guest for guest in guests.values() if guest.name != "suspect"))


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Courthouse, dict[str, str], dict[str, str], str]]:
    """A server before which an open hearing lies, as after a crash; seats, links and the hearing."""
    async with bench(folder, model=None) as held:
        await held.open()
        seats = {name: str(await held.house.seat(held.id, name)) for name in PARTIES}
        links = {name: (await held.house.pass_for(held.id, name)).link for name in PARTIES[2:]}
        origin = held.house.office.origin
    house = await Courthouse(folder).open()
    try:
        yield house, seats, {name: link.replace(origin, house.url) for name, link in links.items()}, held.id
    finally:
        await house.close()


async def returns(backends: Sequence[str], dead: Sequence[float]) -> AsyncIterator[Back]:
    """Every backend after every absence, in one hearing."""
    with TemporaryDirectory() as where:
        folder = Path(where)
        async with (
            opened(folder / "data") as (house, seats, links, hearing),
            launched(args=MODEST) as browser,
            Company(house, browser, folder) as company,
        ):
            for name in PARTIES:
                await (company.party(name, links[name]) if name in links else company.staff(name, hearing))
            await go_on(company.guests)
            for backend in backends:
                house.settings = {"TYNDAU_MEDIA__FORWARDER": backend}
                for absence in dead:
                    seconds, last = await restarted(house, company.guests, seats, absence)
                    yield Back(backend, absence, seconds, last)
                    await go_on(company.guests)


async def main(backends: Sequence[str], dead: Sequence[float]) -> None:
    async for one in returns(backends, dead):
        verdict = "held" if one.seconds <= BAR_S else "MISSED"
        print(
            f"{one.backend}, dead for {one.dead:g} s: {one.seconds:.2f} s, the last was {one.last}: {verdict}",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dead", type=float, nargs="+", default=DEAD_S, help="seconds")
    parser.add_argument("--backends", nargs="+", default=("python", "native"))
    asked = parser.parse_args()
    uvloop.run(main(asked.backends, asked.dead))
