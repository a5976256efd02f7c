"""The own electronic signature in a real browser: through NCALayer's stand-in, with its refusals in words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web
from playwright.async_api import BrowserContext, Page

from hearing.participants import HearingId
from hearing.registry.office import Office as Registry
from tests.browser.live import faults
from tests.browser.loops import fixture
from tests.browser.ncalayer import NcaLayer, listening
from tests.browser.staff import sign_in
from tests.hearing.registry.national import Holder, authority, person
from tests.web.house import JUDGE_IIN, SECRETARY, House
from web.office import OFFICE

REACH = """(address) => new Promise((told) => {
  document.addEventListener("securitypolicyviolation", (event) => told(event.effectiveDirective));
  try { new WebSocket(address).onopen = () => told("open"); } catch (wrong) { told(wrong.name); }
})"""


@dataclass(frozen=True, slots=True)
class Signing:
    """A court with one closed hearing, the national authority, and its program on the user's machine."""

    house: House
    hearing: HearingId
    base: str
    layer: NcaLayer
    root: Holder

    async def page(self, context: BrowserContext, iin: str, lang: str, path: str = "/minutes") -> Page:
        page = await context.new_page()
        await sign_in(page, self.base, iin, lang)
        await page.goto(f"{self.base}/file/{self.hearing}{path}")
        return page


@fixture
async def signing(tmp_path: Path) -> AsyncIterator[Signing]:
    async with await Registry.open(tmp_path / "data") as registry:
        house = House(registry, tmp_path)
        await house.hire()
        hearing = await house.list_sanction()
        await house.hold(hearing)
        root = authority(tmp_path / "root", house.at)
        async with listening(tmp_path / "layer", house.at) as layer:
            app = house.app()
            runner = web.AppRunner(app)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            base = f"http://localhost:{runner.addresses[0][1]}"
            roots = (root.certificate,)
            app._state[OFFICE] = replace(house.office, origin=base, ncalayer=layer.address, roots=roots)
            yield Signing(house, hearing, base, layer, root)
            await runner.cleanup()


@fixture
async def trusting(laptop: BrowserContext) -> AsyncIterator[BrowserContext]:
    """A browser that takes the stand-in's certificate, as one does where NCALayer is installed."""
    assert laptop.browser is not None
    context = await laptop.browser.new_context(viewport={"width": 1366, "height": 768}, ignore_https_errors=True)
    yield context
    await context.close()


async def test_the_judge_signs_the_minutes_with_ncalayer_and_the_page_says_how_it_stands(
    signing: Signing, laptop: BrowserContext, trusting: BrowserContext, tmp_path: Path
) -> None:
    signing.layer.signer = person(tmp_path / "judge", signing.root, JUDGE_IIN, signing.house.at)
    page = await signing.page(trusting, JUDGE_IIN, "kk")
    assert await page.get_by_role("button", name="NCALayer арқылы қол қою").count() == 0
    await page.get_by_role("button", name="Хаттамаға қол қою").click()
    button = page.get_by_role("button", name="NCALayer арқылы қол қою")
    await button.wait_for()
    assert await faults(page) == []
    await button.click()
    await page.get_by_text("сертификаттар тізбегімен бірге тексерілді").wait_for()
    assert [method for method, _ in signing.layer.asked] == ["getActiveTokens", "createCAdESFromBase64"]
    (added,) = (await signing.house.state(signing.hearing)).electronic.values()
    assert (added.signature, added.chain) == ("checked", "checked")
    assert await button.count() == 0
    assert await faults(page) == []


async def test_a_closed_window_another_persons_key_and_no_ncalayer_are_told_and_can_be_tried_again(
    signing: Signing, laptop: BrowserContext, trusting: BrowserContext, tmp_path: Path
) -> None:
    page = await signing.page(trusting, SECRETARY, "ru")
    await page.get_by_role("button", name="Подписать протокол").click()
    button = page.get_by_role("button", name="Подписать через NCALayer")
    await button.click()
    await page.get_by_role("status").filter(has_text="окно NCALayer закрыто").wait_for()
    signing.layer.signer = person(tmp_path / "judge", signing.root, JUDGE_IIN, signing.house.at)
    await button.click()
    await page.get_by_role("status").filter(has_text="Сертификат другого лица").wait_for()
    await page.evaluate("document.getElementById('own-signature').dataset.ncalayer = 'wss://127.0.0.1:9/'")
    await button.click()
    await page.get_by_role("status").filter(has_text="NCALayer не отвечает").wait_for()
    assert (await signing.house.state(signing.hearing)).electronic == {}
    signing.layer.signer = person(tmp_path / "own", signing.root, SECRETARY, signing.house.at)
    await page.reload()
    await button.click()
    await page.get_by_text("проверена вместе с цепочкой сертификатов").wait_for()


async def test_no_other_page_reaches_ncalayer(
    signing: Signing, laptop: BrowserContext, trusting: BrowserContext
) -> None:
    page = await signing.page(trusting, SECRETARY, "kk", "")
    assert await page.evaluate(REACH, signing.layer.address) == "connect-src"
    assert signing.layer.visits == 0


async def test_the_signatures_fit_a_phone(signing: Signing, phone: BrowserContext) -> None:
    page = await signing.page(phone, SECRETARY, "ru")
    await page.get_by_role("button", name="Подписать протокол").click()
    await page.get_by_role("button", name="Подписать через NCALayer").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
