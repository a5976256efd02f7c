"""Staff of the court who come in by the sign-in page."""

from __future__ import annotations

from playwright.async_api import Page

from tests.web.house import PASSWORD


async def sign_in(page: Page, base: str, iin: str, lang: str) -> None:
    await page.goto(f"{base}/signin?lang={lang}")
    await page.locator("input[name=iin]").fill(iin)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/board*")
