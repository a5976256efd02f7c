"""Who answers at a node's address: that node, another, something else, or nobody."""

from __future__ import annotations

import pytest
from aiohttp import web

from tests.web.serving import served
from tests.web.test_venue import free_port
from web.neighbours import who_answers


@pytest.mark.parametrize(
    ("body", "name"), [('{"status": "ok", "instance": "7f"}', "7f"), ("<html>", ""), ("[]", ""), ('{"a": 1}', "")]
)
async def test_whoever_answers_is_somebody(body: str, name: str) -> None:
    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text=body)

    app = web.Application()
    app.router.add_get("/healthz", healthz)
    async with served(app) as url:
        assert await who_answers(url) == name


async def test_where_nothing_listens_nobody_answers() -> None:
    assert await who_answers(f"http://127.0.0.1:{free_port()}") is None
