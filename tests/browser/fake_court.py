"""A court that only acts: it serves the live pages and speaks the socket, with scripted views in place of a hearing.

``/sit/STATE`` shows the page in that state of ``fake_views.STATES``. What the page sends is kept in ``heard``.
"""

from __future__ import annotations

import asyncio
import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tests.browser.fake_parts import View
from tests.browser.fake_views import STATES
from web.rendering import modules

HERE = Path(__file__).parent
WEB = HERE.parents[1] / "web"
SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def catalogue(language: str) -> dict[str, str]:
    with (WEB / "locales" / language / "live.po").open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file) if m.id and m.string}


@dataclass
class FakeCourt:
    """What was heard from pages, and how to answer: ``refuse`` maps an act to the reason it is refused with."""

    heard: list[View] = field(default_factory=list)
    refuse: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    changes: dict[str, View] = field(default_factory=dict)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    silent: bool = False
    base: str = ""

    def app(self) -> web.Application:
        app = web.Application()
        app.add_routes(
            [
                web.get("/sit/{state}", self.page),
                web.get("/watch/{state}", self.page),
                web.get("/enter", self.page),
                web.get("/static/js/sit.js", self.staging),
                web.get("/static/js/watch.js", self.staging),
                web.post("/api/v1/passes/exchange", self.exchange),
                web.get("/ws/{state}", self.socket),
                web.static("/static", WEB / "static"),
            ]
        )
        return app

    async def page(self, request: web.Request) -> web.Response:
        language = request.query.get("lang", "kk")
        words = catalogue(language)
        pages = Environment(loader=FileSystemLoader(WEB / "templates"), autoescape=True, undefined=StrictUndefined)
        name = request.path.split("/")[1]
        text = pages.get_template(f"{name}.html").render(
            lang=language,
            _=lambda msgid: words.get(msgid, msgid),
            words=words,
            hearing_id=request.match_info.get("state", ""),
            csrf="csrf",
            page=name,
            modules=modules,
        )
        return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": SECURITY})

    async def staging(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(HERE / "staging.js", headers={"Content-Type": "text/javascript"})

    async def exchange(self, request: web.Request) -> web.Response:
        given = await request.json()
        await self.note({"t": "exchange", **given})
        if given.get("secret") == "right" or given.get("code") == "RIGHT":
            return web.json_response({"go": "/sit/lobby-rules", "hearing": "lobby-rules"})
        return web.json_response({"why": "no such pass"}, status=403)

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        state, language = request.match_info["state"], request.query.get("lang", "kk")
        if state.startswith("close-"):
            await ws.close(code=int(state.removeprefix("close-")))
            return ws
        self.sockets.append(ws)
        view = copy.deepcopy(self.changes.get(state) or STATES[state](language))
        await ws.send_json(view)
        await ws.send_json({"t": "rtc.wanted", "audio": 0, "video": 0, "fresh": False})
        await ws.send_json({"t": "rtc.levels", "levels": {"s-prosecutor": 0.5}})
        async for message in ws:
            if message.type is WSMsgType.TEXT:
                await self.answer(ws, message.json())
        return ws

    async def answer(self, ws: web.WebSocketResponse, message: View) -> None:
        await self.note(message)
        if message["t"] != "act" or self.silent:
            return
        if message["act"] in self.refuse:
            why, name = self.refuse[message["act"]]
            await ws.send_json({"t": "refused", "id": message["id"], "rule": "test", "why": why, "field": name})
        else:
            await ws.send_json({"t": "done", "id": message["id"]})

    async def note(self, message: View) -> None:
        async with self.news:
            self.heard.append(message)
            self.news.notify_all()

    async def until(self, **wanted: Any) -> View:
        """The first message that holds all of these values, once it has come."""

        def found() -> View | None:
            return next((m for m in self.heard if all(m.get(k) == v for k, v in wanted.items())), None)

        async with self.news, asyncio.timeout(10):
            await self.news.wait_for(lambda: found() is not None)
        message = found()
        assert message is not None
        return message

    async def push(self, message: View) -> None:
        for ws in self.sockets:
            if not ws.closed:
                await ws.send_json(message)

    async def hang_up(self, code: int) -> None:
        for ws in list(self.sockets):
            await ws.close(code=code)
        self.sockets.clear()
