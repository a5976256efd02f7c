"""From two real cameras and microphones over the relay and the tapes to a file that a real Chromium plays and seeks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import av
import pytest
from aiohttp import web
from playwright.async_api import Page

from hearing.floor import NOBODY, Floor
from hearing.participants import SeatId
from media.record.finalise import Chapter, Finished, finalise
from media.record.recorder import Recorder
from media.record.verify import verify_tapes
from media.wire.clock import now_ns
from tests.browser.stage import Stage, eventually, line_up
from tests.media.record.synthetic import Sender, film, vp8
from tests.media.record.test_h264 import a_hearing, filming

KEY = bytes(range(32))
JUDGE, SUSPECT = SeatId("s-judge"), SeatId("s-suspect")
BOTH = {JUDGE: frozenset({SUSPECT}), SUSPECT: frozenset({JUDGE})}
TALKING = Floor(hears=BOTH, sees=BOTH, recorded_sound=frozenset({JUDGE, SUSPECT}), recorded_video=JUDGE)
PLAYER = """<!doctype html><video id="v" src="/hearing.webm" preload="auto" muted></video>"""
STATIC = Path(__file__).parents[2] / "web" / "static"
REELS = """<!doctype html><video id="v" src="/part/0" preload="auto" muted
  data-parts='[{"at": 0, "src": "/part/0"}, {"at": %s, "src": "/part/1"}]'>
<track kind="captions" src="/captions.vtt"></video>
<script type="module">
import { film } from "/static/js/film.js";
window.reel = film(document.getElementById("v"));
</script>"""
CAPTIONS = {"first": (1.0, 3.0), "across": (11.6, 12.8), "second": (13.0, 15.0)}
CROSS = """async (from) => {
  const v = document.getElementById("v"), seen = [];
  while (!window.reel) await new Promise(ok => setTimeout(ok, 20));
  const [track] = v.textTracks, said = () => [...track.activeCues ?? []].map((cue) => cue.text).join();
  const state = () => JSON.stringify({
    at: window.reel.at, said: said(), src: v.currentSrc, ready: v.readyState, seeking: v.seeking, time: v.currentTime,
    cues: [...track.cues].map((cue) => [cue.startTime, cue.endTime]),
  });
  track.mode = "showing";
  const until = async (what, holds) => {
    const patience = performance.now() + 20000;
    while (!holds()) {
      if (performance.now() > patience) throw new Error(`${what} did not come: ${state()}`);
      seen.push([window.reel.at, said()]);
      await new Promise(ok => setTimeout(ok, 50));
    }
  };
  window.reel.at = from;
  v.playbackRate = 2;
  await v.play();
  await until("the second file", () => v.currentSrc.endsWith("/part/1") && v.currentTime > 0.5);
  const rate = v.playbackRate, crossing = seen.length;
  window.reel.at = 1.5;
  await until("the first file", () => v.currentSrc.endsWith("/part/0") && v.currentTime > 1 && !v.seeking);
  v.pause();
  window.reel.at = from + 2.5;
  await until("the second again", () => v.currentSrc.endsWith("/part/1") && v.readyState > 1 && said() === "second");
  const last = window.reel.at;
  window.reel.at = 2;
  await until("the first again", () => v.currentSrc.endsWith("/part/0") && v.readyState > 1 && said() === "first");
  return {seen, crossing, rate, last, length: window.reel.length(12)};
}"""
WATCH = """async ([from, to]) => {
  const v = document.getElementById("v");
  const ready = (ok, no) => { v.onloadedmetadata = ok; v.onerror = () => no(v.error.message); };
  if (v.readyState < 1) await new Promise(ready);
  v.currentTime = from;
  await new Promise(ok => v.onseeked = ok);
  const landed = v.currentTime, before = v.getVideoPlaybackQuality().totalVideoFrames;
  await v.play();
  await new Promise((ok, no) => {
    v.ontimeupdate = () => v.currentTime >= to && ok();
    v.onerror = () => no(v.error.message);
    setTimeout(() => no("it does not advance: " + v.currentTime), 15000);
  });
  v.pause();
  return {landed, at: v.currentTime, duration: v.duration, width: v.videoWidth,
          frames: v.getVideoPlaybackQuality().totalVideoFrames - before};
}"""


async def _frames(page: Page, more: int) -> None:
    encoded = (await page.evaluate("outbound('video')"))["framesEncoded"]
    await eventually(page, f"(await outbound('video')).framesEncoded > {encoded + more}")


async def _hold(stage: Stage, folder: Path) -> None:
    """A short hearing: five seconds of talk, a recess, five more seconds."""
    recorder = Recorder(folder, KEY, clock=now_ns, fresh_picture=stage.courtroom.fresh_picture)
    stage.courtroom.listen(recorder.received)
    judge, suspect = await stage.enter(JUDGE), await stage.enter(SUSPECT)
    await line_up(stage.courtroom, JUDGE, SUSPECT)
    await stage.negotiate(judge, suspect)
    for floor, frames in ((TALKING, 75), (NOBODY, 30), (TALKING, 75)):
        stage.courtroom.apply(floor)
        recorder.apply(floor)
        await _frames(judge, frames)
    heads = await recorder.close()
    assert verify_tapes(folder, KEY, heads) == []


@asynccontextmanager
async def _shown(page: Page, source: str, *files: Path) -> AsyncIterator[None]:
    async def page_source(_: web.Request) -> web.Response:
        return web.Response(text=source, content_type="text/html")

    async def recording(request: web.Request) -> web.FileResponse:
        return web.FileResponse(files[int(request.match_info.get("n", 0))])

    async def captions(_: web.Request) -> web.Response:
        cues = [f"00:{start:06.3f} --> 00:{end:06.3f}\n{text}\n" for text, (start, end) in CAPTIONS.items()]
        return web.Response(text="\n".join(["WEBVTT\n", *cues]), content_type="text/vtt")

    app = web.Application()
    app.router.add_get("/", page_source)
    app.router.add_get("/hearing.webm", recording)
    app.router.add_get("/part/{n}", recording)
    app.router.add_get("/captions.vtt", captions)
    app.router.add_static("/static", STATIC)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await page.goto(f"http://localhost:{runner.addresses[0][1]}/")
    yield
    await runner.cleanup()


async def _play(page: Page, file: Path, *moments: tuple[float, float]) -> list[dict[str, Any]]:
    async with _shown(page, PLAYER, file):
        return [await page.evaluate(WATCH, list(moment)) for moment in moments]


def _streams(file: Path) -> list[tuple[str, str | None]]:
    with av.open(str(file)) as container:
        return [(stream.type, stream.metadata.get("title")) for stream in container.streams]


async def test_what_two_browsers_said_plays_and_seeks_in_a_third(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "tapes"
    await _hold(stage, folder)
    titles = {JUDGE: "Судья", SUSPECT: "Подозреваемый"}
    made: Finished = await asyncio.to_thread(
        finalise, folder, KEY, tmp_path / "hearing.webm", titles, [Chapter(0, "Ашылу")], mix_title="Барлығы"
    )
    assert _streams(made.files[0]) == [
        ("video", None),
        ("audio", "Барлығы"),
        ("audio", "Судья"),
        ("audio", "Подозреваемый"),
    ]
    assert len(made.segments) == 2
    again = made.segments[1].file_ns / 1e9
    first, second, back = await _play(
        await stage.visitor(), made.files[0], (0.0, 1.5), (again + 1.5, again + 3.0), (0.5, 1.0)
    )
    for seen, asked in ((first, 0.0), (second, again + 1.5), (back, 0.5)):
        assert seen["landed"] == pytest.approx(asked, abs=0.05)
        assert seen["frames"] > 5
        assert seen["width"] == 320
        assert seen["duration"] == pytest.approx(made.duration_ns / 1e9, abs=0.2)


async def test_a_recording_in_h264_plays_and_seeks_where_the_browser_decodes_it(screen: Page, tmp_path: Path) -> None:
    made = await asyncio.to_thread(a_hearing, tmp_path, filming())
    async with _shown(screen, PLAYER, made.files[0]):
        if not await screen.evaluate("""MediaSource.isTypeSupported('video/mp4; codecs="avc1.42c01f,opus"')"""):
            pytest.skip("this Chromium decodes no H.264")
    for seen, asked in zip(
        await _play(screen, made.files[0], (0.0, 1.5), (7.0, 8.0), (3.0, 4.0)), (0.0, 7.0, 3.0), strict=True
    ):
        assert seen["landed"] == pytest.approx(asked, abs=0.05)
        assert seen["frames"] > 5
        assert seen["width"] == 160
        assert seen["duration"] == pytest.approx(12, abs=0.2)


async def test_several_files_of_one_recording_play_on_as_one(stage: Stage, tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        made = await asyncio.to_thread(a_hearing, tmp_path / name, film(Sender(JUDGE, "video", 7), vp8(6)))
        files.append(made.files[0])
    page = await stage.visitor()
    async with _shown(page, REELS % 12, *files):
        seen = await page.evaluate(CROSS, 11.0)
    assert seen["rate"] == 2, "the speed stays"
    crossing = [place for place, _ in seen["seen"][: seen["crossing"]]]
    assert crossing == sorted(crossing), "it goes on without a step back"
    assert 12 < crossing[-1] < 14
    assert seen["last"] == pytest.approx(13.5, abs=0.1)
    assert seen["length"] == 12
    captions = {text for _, text in seen["seen"][: seen["crossing"]]}
    assert captions <= {"", "across"}, "those of the other file do not show"
