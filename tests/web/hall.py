"""Pages at a sitting, without a browser: a socket of somebody who came by their pass, and what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientWebSocketResponse, CookieJar, WSMsgType, web
from aiohttp.test_utils import TestClient, TestServer

from tests.patience import PATIENCE_SECONDS
from tests.web.house import ORIGIN, Browser
from tests.web.sittings import Bench


@dataclass
class Hall:
    """A hearing before the court, and the way to a page of it."""

    bench: Bench
    stack: AsyncExitStack
    app: web.Application

    async def visitor(self) -> Browser:
        """Somebody whom nobody knows yet."""
        server = TestServer(self.app)
        return Browser(await self.stack.enter_async_context(TestClient(server, cookie_jar=CookieJar(unsafe=True))))

    async def come_in(self, name: str) -> Browser:
        visitor = await self.visitor()
        await visitor.come_in(await self.bench.house.pass_for(self.bench.id, name))
        return visitor

    @asynccontextmanager
    async def page(self, visitor: Browser, query: str = "") -> AsyncIterator[ClientWebSocketResponse]:
        """A page of this visitor, which has been shown the hearing."""
        async with visitor.client.ws_connect(f"/ws/{self.bench.id}{query}", headers={"Origin": ORIGIN}) as socket:
            yield socket


async def told(socket: ClientWebSocketResponse, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first message of which this holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            message: dict[str, Any] = await socket.receive_json()
            if holds(message):
                return message


def is_view(message: dict[str, Any]) -> bool:
    return bool(message["t"] == "view")


async def ended(socket: ClientWebSocketResponse) -> int | None:
    """With which code the court closed this page: the frame says it, also where our answer finds the line gone."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            message = await socket.receive()
            if message.type is WSMsgType.CLOSE:
                return int(message.data)
            if message.type in (WSMsgType.CLOSED, WSMsgType.ERROR):
                return socket.close_code


@asynccontextmanager
async def hall_of(bench: Bench) -> AsyncIterator[Hall]:
    """The door of this court's pages."""
    async with AsyncExitStack() as stack:
        yield Hall(bench, stack, bench.app())
