"""The way in: the pass, the rules, devices and the link, at a laptop, a phone and a kiosk."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext

from tests.browser.fake_court import FakeCourt
from tests.browser.fake_lobby import lobby
from tests.browser.fake_views import STATES
from tests.browser.live import arrive, faults


async def test_the_rules_must_be_ticked(court: FakeCourt, phone: BrowserContext) -> None:
    page = await arrive(phone, court, "lobby-rules")
    go = page.locator("button[data-act=acknowledge_rules]")
    await go.click()
    await page.get_by_text("Алдымен осы белгіні қойыңыз").wait_for()
    await page.locator("#tick").check()
    await go.click()
    await court.until(t="act", act="acknowledge_rules")


async def test_devices_are_tried_and_reported_as_they_are(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "lobby-devices")
    await page.locator("[data-local=open]").click()
    await page.locator(".check.ok", has_text="көріп тұрсыз").wait_for()
    await page.locator(".check.ok", has_text="сөз айтыңыз").wait_for()
    await page.locator("[data-local=ring]").click()
    await page.locator("[data-local=heard]").click()
    assert await faults(page) == []
    await page.locator("button[data-act=report_devices]").click()
    said = await court.until(t="act", act="report_devices")
    assert (said["camera"], said["microphone"], said["loudspeaker"]) == (True, True, True)
    assert all(len(label) == 16 for label in said["labels"])


async def test_the_link_is_measured_by_the_court_alone(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "lobby-link")
    await page.locator("[data-local=probe]").click()
    offer = await court.until(t="rtc.offer", probe=True)
    assert offer["sdp"].count("m=video") == 12, "what fills the line, ten tiny pictures, and padding back"
    await court.push({"t": "rtc.probe", "phase": "up", "progress": 0.5, "up_kbps": 2400})
    await page.get_by_text("2,4").first.wait_for()
    await court.push({"t": "rtc.probe", "phase": "done", "progress": 1, "up_kbps": 2400, "down_kbps": 3100})
    await page.get_by_text("3,1").first.wait_for()


async def test_a_kiosk_goes_from_sentence_to_sentence_without_typing(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await arrive(laptop, court, "kiosk-start")
    await page.locator("[data-local=ready]").click()
    await page.locator("[data-local=understood]").click()
    await court.until(t="act", act="acknowledge_rules")
    court.changes["kiosk-start"] = STATES["kiosk-start"]("kk")
    view = STATES["kiosk-start"]("kk")
    view["hearing"]["people"][0]["rules_ok"] = True
    await court.push(view)
    for step in ("see", "spoke", "ring", "heard"):
        await page.locator(f"[data-local={step}]").click()
    said = await court.until(t="act", act="report_devices")
    assert said["camera"]
    assert said["loudspeaker"]
    await court.until(t="rtc.offer", probe=True)


async def test_a_pass_travels_in_the_fragment_and_leads_to_the_seat(court: FakeCourt, phone: BrowserContext) -> None:
    page = await phone.new_page()
    await page.goto(f"{court.base}/enter?lang=kk#wrong")
    await page.get_by_text("no such pass").wait_for()
    assert page.url.endswith("/enter?lang=kk")
    assert await faults(page) == []
    await page.locator("#code").fill("RIGHT")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/sit/lobby-rules")
    assert (await court.until(t="exchange", code="RIGHT"))["t"] == "exchange"


async def test_a_person_who_waits_is_told_nothing_of_the_others(court: FakeCourt, laptop: BrowserContext) -> None:
    court.changes["lobby-wait"] = lobby("kk")
    page = await arrive(laptop, court, "lobby-wait")
    assert "Күтіп отырғандар: 3" in await page.locator("main").inner_text()
    assert await page.locator(".roll").count() == 0


DENIED = "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('no', 'NotAllowedError'); };"
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
AGENTS = {
    "chrome": f"Mozilla/5.0 (Windows NT 10.0) {KIT} Chrome/140.0 Safari/537.36 Edg/140.0",
    "firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "safari": f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {KIT} Version/18.0 Safari/605.1.15",
    "android": f"Mozilla/5.0 (Linux; Android 14) {KIT} Chrome/140.0 Mobile Safari/537.36",
    "ios": f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) {KIT} Version/18.0 Mobile Safari/604.1",
}


@pytest.mark.parametrize("family", AGENTS)
async def test_a_denied_permission_is_explained_with_a_drawing_of_the_browser_at_hand(
    court: FakeCourt, laptop: BrowserContext, family: str
) -> None:
    assert laptop.browser is not None
    context = await laptop.browser.new_context(user_agent=AGENTS[family], viewport={"width": 360, "height": 740})
    await context.add_init_script(DENIED)
    for state, press in (("lobby-devices", "open"), ("kiosk-start", "ready")):
        page = await arrive(context, court, state, "ru")
        await page.click(f'[data-local="{press}"]')
        if state == "kiosk-start" and await page.locator('[data-local="understood"]').count():
            await page.close()
            continue
        shown = page.locator(f'.permission[data-family="{family}"]')
        await shown.wait_for()
        assert await shown.locator("svg[role=img] .number").all_text_contents() == ["1", "2"]
        assert len(await shown.locator("li").all_inner_texts()) == 3
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        assert await faults(page) == []
    await context.close()


async def test_the_sentence_is_read_aloud_and_the_page_says_how_it_went(
    court: FakeCourt, phone: BrowserContext
) -> None:
    page = await arrive(phone, court, "lobby-devices", "ru")
    await page.click('[data-local="open"]')
    await page.get_by_text("звук и изображение хорошие").wait_for()
    await page.click('[data-local="read"]')
    await court.until(t="rtc.voice", reading="start")
    await court.push({"t": "rtc.voice", "phase": "listening"})
    await page.get_by_text("Голос не сохраняется").wait_for()
    assert await faults(page) == []
    await page.click('[data-local="read"]')
    await court.until(t="rtc.voice", reading="stop")
    await court.push({"t": "rtc.voice", "phase": "done", "mark": "by_ear"})
    await page.get_by_text("Секретарь послушает вас сам").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_a_microphone_that_says_nothing_is_offered_for_change(court: FakeCourt, laptop: BrowserContext) -> None:
    assert laptop.browser is not None
    context = await laptop.browser.new_context()
    await context.add_init_script(
        "navigator.mediaDevices.enumerateDevices = async () => ['a', 'b'].map((id) => "
        "({kind: 'audioinput', deviceId: id, label: `Microphone ${id}`}));"
        "AnalyserNode.prototype.getFloatTimeDomainData = (samples) => samples.fill(0);"
    )
    page = await arrive(context, court, "lobby-devices", "ru")
    await page.click('[data-local="open"]')
    await page.get_by_text("Выберите другой микрофон").wait_for()
    assert await page.locator(".picker option").all_inner_texts() == ["Microphone a", "Microphone b"]
    await context.close()
