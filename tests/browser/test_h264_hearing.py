"""A hearing in which a hall camera comes by WHIP and sends H.264, from its first packet to what a reader plays."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page

from hearing.hearings import Hearing
from hearing.registry.bundles import BUNDLE
from media.relay.lines import camera_of
from tests.browser.test_case_file_player import until
from tests.clients.running import running
from tests.web.bags import TOOLS, faults, take_bundle, tool
from tests.web.house import Browser
from tests.web.serving import served
from tests.web.sittings import MODEL
from tests.web.stand import Stand, ffmpegs_key, standing
from web.office import RECORDING

DECODES = """MediaSource.isTypeSupported('video/mp4; codecs="avc1.42c01f,opus"')"""
SHOWN = """window.shown = (part, at, word) => {
  const v = document.getElementById("video"), now = document.querySelector("#words-list .now");
  const cues = [...v.textTracks[0].activeCues ?? []].map((cue) => cue.text).join();
  const right = (new URL(v.currentSrc).searchParams.get("part") ?? "1") === part;
  return right && !v.seeking && v.readyState > 1 && v.videoWidth > 0 && v.getVideoPlaybackQuality().totalVideoFrames > 2
    && now?.dataset.at === at && cues.includes(word);
};"""


async def hold(stand: Stand, folder: Path) -> Hearing:
    """The judge's own camera films the beginning, the hall's the rest; both parts have words. Then it is closed."""
    court, who = stand.court, camera_of(await stand.seat("judge"))
    courtroom = (await court.sitting()).courtroom
    await court.speakers["prosecutor"]._visitor.offer()
    await court.speakers["judge"].say("investigating_judge-3")
    for step in ("composition", "motion_announced", "rights_explained"):
        await court.ask("judge", "take_step", step=step)
    url = str(stand.client.make_url(f"/whip/{court.id}"))
    options = (url, await stand.token("judge"), "picture", *ffmpegs_key(folder))
    async with running(sys.executable, "ffmpeg.py", "whip", *options) as camera:
        await camera.until(lambda c: c.count("sent video") > 3 * 15)
        await court.speakers["suspect"].say("suspect-2")
        for step in ("prosecutor_heard", "suspect_heard", "counsel_heard"):
            await court.ask("judge", "take_step", step=step)
        await camera.until(lambda c: c.count("sent video") > 8 * 15)
        assert courtroom.has_peer(who)
        await court.house.rule(court.id, "Күдіктінің тұрақты тұрғылықты жері расталмаған.")
        return await court.until(lambda h: any(sealed.kind == BUNDLE for sealed in h.files.values()))


async def test_a_hearing_filmed_in_h264_is_closed_sealed_checked_and_played(
    tmp_path: Path, laptop: BrowserContext
) -> None:
    async with standing(tmp_path, model=MODEL) as stand:
        hearing = await hold(stand, tmp_path)
        kinds = [sealed.kind for sealed in hearing.files.values()]
        assert hearing.transcript is not None
        assert kinds.count(RECORDING) >= 2
        browser = Browser(stand.client)
        await browser.come_in(await stand.court.house.pass_for(stand.court.id, "counsel"))
        folder = await take_bundle(browser, stand.court.id, tmp_path)
        assert faults(folder) == []
        assert [tool(folder, *command) for command in TOOLS] == [0] * len(TOOLS)
        kept = sorted(path.suffix for path in (folder / "data" / "recording").iterdir())
        assert {".webm", ".mp4"} == set(kept)
        async with served(stand.court.app()) as address:
            await laptop.add_cookies(
                [{"name": one.key, "value": one.value, "url": address} for one in browser.client.session.cookie_jar]
            )
            page = await laptop.new_page()
            await page.add_init_script(SHOWN)
            await page.goto(f"{address}/file/{stand.court.id}?lang=kk")
            await _play(page)


async def _play(page: Page) -> None:
    """From a press on a line of each file: its picture moves, its line is the current one, its caption shows."""
    if not await page.evaluate(DECODES):
        pytest.skip("this Chromium decodes no H.264")
    await page.locator("#captions").click()
    lines = page.locator("#words-list li[data-until]")
    for line, part in ((lines.last, "2"), (lines.first, "1"), (lines.last, "2")):
        word, at = (await line.locator(".said").inner_text()).split()[0], await line.get_attribute("data-at")
        await line.locator(".who button").first.click()
        await until(page, f"shown({part!r}, {at!r}, {word!r})")
