"""A participant whose network lets no UDP out: the relay carries the hearing over TCP, and the link test says so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, expect

from tests.browser.company import PATIENCE_MS, Company, Guest, hear, walk_lobby
from tests.browser.coturn import SECRET, TURNSERVER, coturn
from tests.browser.courthouse import Courthouse, Listed, list_hearing
from tests.browser.launching import POLITE, launched
from tests.browser.loops import fixture
from tests.media.namespaces import possible
from tests.media.walled import COURT_ADDRESS, walled
from web.languages import Languages

pytestmark = pytest.mark.skipif(not possible() or TURNSERVER is None, reason="needs root, iproute2 and coturn")

WORDS = Languages.load().catalogues["ru"]
CHOSEN = """async () => {
  const pc = window.testPeers.find((pc) => pc.connectionState === "connected");
  const stats = await pc.getStats();
  const all = [...stats.values()];
  const pair = stats.get(all.find((s) => s.type === "transport").selectedCandidatePairId);
  const local = stats.get(pair.localCandidateId);
  return { type: local.candidateType, relay: local.relayProtocol };
}"""


@pytest.fixture
def wall() -> Iterator[str]:
    with walled("udp") as name:
        yield name


@fixture
async def reached(wall: str, tmp_path: Path) -> AsyncIterator[Courthouse]:
    """A court that people behind the wall reach over TCP, and that knows of a relay, which does not run yet."""
    house = Courthouse(tmp_path / "data")
    house.settings = {
        "TYNDAU_HOST": "0.0.0.0",
        "TYNDAU_MEDIA__ANNOUNCED": f'["{COURT_ADDRESS}"]',
        "TYNDAU_TURN__URLS": f'["turn:{COURT_ADDRESS}:{house.relay_port}?transport=tcp"]',
        "TYNDAU_TURN__SECRET": SECRET,
    }
    async with house.sitting():
        yield house


@fixture
async def listed(reached: Courthouse) -> AsyncIterator[Listed]:
    async with aiohttp.ClientSession() as session:
        yield await list_hearing(reached, session, "counsel")


async def says(guest: Guest, *keys: str) -> None:
    for key in keys:
        await expect(guest.page.locator("#main")).to_contain_text(WORDS[key], timeout=PATIENCE_MS)


async def test_without_udp_the_relay_carries_the_hearing_and_without_a_relay_nothing_does(
    reached: Courthouse, listed: Listed, loud: Browser, wall: str, tmp_path: Path
) -> None:
    origin = f"http://{COURT_ADDRESS}:{reached.port}"
    safe = [f"--unsafely-treat-insecure-origin-as-secure={origin}"]
    async with (
        launched("ip", "netns", "exec", wall, *POLITE, args=safe) as away,
        Company(reached, loud, tmp_path) as inside,
        Company(reached, away, tmp_path) as outside,
    ):
        secretary = await inside.staff("secretary", listed.hearing)
        async with coturn(COURT_ADDRESS, reached.relay_port, tmp_path / "coturn"):
            counsel = await outside.party("counsel", listed.links["counsel"].replace(reached.url, origin))
            await walk_lobby(counsel)
            tested = (await listed.fact("LinkTested"))["fact"]
            assert tested["path"] == "turn_tcp"
            assert min(tested["up_kbps"], tested["down_kbps"]) > 1000
            await counsel.page.locator('[data-step="link"] button').first.click()
            await says(counsel, "js.verdict.turn_tcp", "js.verdict.turn_tcp.help")
            act = await secretary.read(f"{reached.url}/file/{listed.hearing}/link-test?paper=ru")
            assert WORDS["path.turn_tcp"] in act

            await secretary.press("begin_talk", listed.people["counsel"])
            for listener, speaker in ((counsel, secretary), (secretary, counsel)):
                await hear(speaker, listener, packets=100)
                await listener.receives("frames", 10)
            chosen: dict[str, Any] = await counsel.page.evaluate(CHOSEN)
            assert chosen == {"type": "relay", "relay": "tcp"}

        await counsel.page.locator('[data-local="probe"]').click()
        await says(counsel, "js.probe.no_way", "js.probe.no_way.help")
        assert [e for g in (secretary, counsel) for e in g.errors] == []
