"""Starting a Chromium whose pages are all awake: each is on somebody's desk, though only one window is in front."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.async_api import Browser, async_playwright

from tests.browser.chromium import executable_path, launch_args

AWAKE = [
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
]
"""Several pages share one screen; those behind must go on like those in front."""
POLITE = ("nice", "-n", "10")
"""Visitors step back behind the server, which on its own machine would not share its cores with them."""


@asynccontextmanager
async def launched(*within: str, args: Sequence[str] = ()) -> AsyncIterator[Browser]:
    """``within`` is a command that starts it, for instance in a network namespace."""
    async with async_playwright() as playwright:
        program = executable_path() or playwright.chromium.executable_path
        with TemporaryDirectory() as folder:
            start = Path(folder) / "chromium"
            start.write_text(f'#!/bin/sh\nexec {" ".join(within)} "{program}" "$@"\n')
            start.chmod(0o755)
            every = [*launch_args(), *AWAKE, *args]
            browser = await playwright.chromium.launch(executable_path=str(start), args=every)
            yield browser
            await browser.close()
