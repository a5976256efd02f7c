"""From the click that lets somebody in to the court's first picture on their page, in real Chromium.

Each time another person's browser, which has nothing in its cache: the page of the code, the click, the hearing page,
its devices, its connection, and the first frame of the court camera that was painted. The clock is the browser's.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser, async_playwright

from tests.browser.chromium import executable_path, launch_args
from tests.browser.launching import AWAKE

PATIENCE_S = 60

WATCH = """(() => {
  const now = () => performance.timeOrigin + performance.now();
  addEventListener("click", (event) => {
    if (event.target.closest("#enter button")) sessionStorage.setItem("clicked", now());
  }, true);
  const seen = new Set();
  new MutationObserver(() => {
    for (const video of document.querySelectorAll('figure[data-seat="SEAT"] video')) {
      if (seen.has(video)) continue;
      seen.add(video);
      video.requestVideoFrameCallback((at) => {
        const painted = performance.timeOrigin + at;
        window.painted(painted - Number(sessionStorage.getItem("clicked")));
      });
    }
  }).observe(document, { childList: true, subtree: true });
})();"""


@asynccontextmanager
async def court(backend: str) -> AsyncIterator[dict[str, Any]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.relay.join_court", backend),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        while not (line := await process.stdout.readline()).startswith(b'{"url"'):
            if not line:
                raise RuntimeError("the court did not open")
        yield json.loads(line)
    finally:
        process.stdin.close()
        await process.wait()


async def join(browser: Browser, told: dict[str, Any]) -> float:
    """Milliseconds of one join."""
    painted: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    context = await browser.new_context(viewport={"width": 1366, "height": 768}, permissions=["camera", "microphone"])

    def seen(ms: float) -> None:
        if not painted.done():
            painted.set_result(ms)

    await context.expose_function("painted", seen)
    await context.add_init_script(WATCH.replace("SEAT", told["seat"]))
    try:
        page = await context.new_page()
        await page.goto(f"{told['url']}/enter")
        await page.locator("#code").fill(told["code"])
        await page.locator('#enter button[type="submit"]').click()
        async with asyncio.timeout(PATIENCE_S):
            return await painted
    finally:
        await context.close()


async def joins(backend: str, count: int) -> list[float]:
    """That many joins, one after another, in milliseconds; a first one warms the browser and does not count."""
    async with court(backend) as told, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable_path(), args=launch_args() + AWAKE)
        await join(browser, told)
        spans = [await join(browser, told) for _ in range(count)]
        await browser.close()
    return spans


if __name__ == "__main__":
    print([round(ms) for ms in asyncio.run(joins(sys.argv[1], int(sys.argv[2])))])
