"""The page's line to the court, in a real browser: it comes back soon, however long the court was away."""

from __future__ import annotations

from playwright.async_api import BrowserContext

from tests.browser.fake_court import FakeCourt

AWAY = 30
SOON_MS = 2000
"""Of the five seconds in which everybody is to be back, media need the others."""

TRIED = """async (times) => {
  const { Line } = await import("/static/js/socket.js");
  const waits = [];
  window.setTimeout = (_, ms) => waits.push(ms);
  window.WebSocket = class {};
  const line = new Line("/ws/h", { message() {}, state() {} });
  for (let n = 0; n < times; n++) {
    line.open();
    line.socket.onclose({ code: 1006 });
  }
  return waits;
}"""


async def test_a_page_never_waits_long_before_it_tries_again(court: FakeCourt, laptop: BrowserContext) -> None:
    page = await laptop.new_page()
    await page.goto(f"{court.base}/static/js/socket.js")
    waits: list[float] = await page.evaluate(TRIED, AWAY)
    assert len(waits) == AWAY
    assert max(waits) <= SOON_MS
    assert waits[0] < max(waits), "a short break is mended sooner"
    assert len({round(wait) for wait in waits[10:]}) > 1, "not all pages come at once"
