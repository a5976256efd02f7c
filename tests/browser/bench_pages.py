"""Real pages before a court that sits in this process: some people come in Chromium, the others as plain visitors."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from playwright.async_api import Browser

from hearing.participants import Actor, PersonId, Role
from tests.browser.company import PATIENCE_MS, WATCH_PEERS, Guest
from tests.web.sittings import Bench
from web import api, doors, pages, wire
from web.court import COURT
from web.desk import add_participant, issue_pass
from web.office import OFFICE


@asynccontextmanager
async def doors_of(held: Bench) -> AsyncIterator[str]:
    """The pages, the API and the socket of this court; its address."""
    app = web.Application(middlewares=[doors.doorkeeper])
    app[COURT] = held.court
    app.add_routes([*pages.routes(held.house.office), *api.routes(held.house.office)])
    app.add_routes([web.get("/ws/{hearing}", wire.socket)])
    app.router.add_static("/static/", Path(doors.__file__).parent / "static")
    app[OFFICE] = held.house.office
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    object.__setattr__(held.house.office, "origin", origin)
    yield origin
    await runner.cleanup()


async def add(held: Bench, name: str, role: Role, language: str) -> None:
    clerk = Actor(PersonId("a-test"), Role.COURT_SECRETARY)
    fields: dict[str, Any] = {"name": f"Сынақ {name}", "role": role, "place": "elsewhere", "language": language}
    held.house.people[name] = await add_participant(held.house.office, clerk, held.id, fields)


async def guest(held: Bench, chromium: Browser, origin: str, name: str, language: str) -> Guest:
    """Somebody whose devices and line were tested opens their page."""
    context = await chromium.new_context(
        viewport={"width": 1000, "height": 640}, locale="ru-RU", permissions=["camera", "microphone"]
    )
    await context.add_init_script(WATCH_PEERS)
    await context.add_init_script(path=Path(__file__).parent / "microphone.js")
    page = await context.new_page()
    by = Actor(held.house.people["secretary"], Role.COURT_SECRETARY)
    sheet = await issue_pass(held.house.office, by, held.id, held.house.people[name])
    await held.ask(name, "acknowledge_rules")
    await held.ask(name, "report_devices", camera=True, microphone=True, loudspeaker=True)
    await held.house.measure(held.id, name, 3000)
    await page.goto(f"{origin}/enter#{sheet.link.partition('#')[2]}")
    await page.wait_for_url(re.compile("/sit/"), timeout=PATIENCE_MS)
    return Guest(name, page, language)
