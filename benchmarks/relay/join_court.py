"""A whole court as a process of its own, for whoever joins its hearing in a real browser.

``python -m benchmarks.relay.join_court auto|native|python`` holds an open hearing of the parties, whose court camera is
a load client with true pictures, and says ``{"url", "code", "seat"}``: where to knock, with which code, and the court's
seat. It goes on until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.relay.actor import SIZES, Actor, pictures, sound
from hearing.participants import Role
from media.relay.forwarder import choose
from media.relay.lines import camera_of
from tests.browser.bench_pages import add, doors_of
from tests.web.sittings import Bench, bench

JOINER = "victim"
"""Admitted, and nobody whose absence stops the hearing."""


async def film(held: Bench) -> Actor:
    """The court's own camera, beside the judge's page."""
    seat = await held.house.seat(held.id, "judge")
    camera = Actor(False, (sound(8000), sound(8)), {"": pictures(*SIZES["f"])})
    courtroom = (await held.sitting()).courtroom
    await camera.connect(await courtroom.answer(camera_of(seat), camera.offer()))
    return camera


async def serve(backend: Any, folder: Path) -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with bench(folder, model=None) as held, doors_of(held) as doors:
        held.court.forwarder = choose(backend)
        await add(held, JOINER, Role.VICTIM, "kk")
        await held.open(JOINER)
        await held.speakers.pop(JOINER).leave()
        camera = await film(held)
        acting = asyncio.create_task(camera.act(0))
        sheet = await held.house.pass_for(held.id, JOINER)
        told = {"url": doors.url, "code": sheet.code, "seat": await held.house.seat(held.id, "judge")}
        print(json.dumps(told), flush=True)
        await reader.read()
        acting.cancel()
        await camera.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as where:
        uvloop.run(serve(sys.argv[1], Path(where) / "data"))
