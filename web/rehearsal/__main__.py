"""The players' own process: ``python -m web.rehearsal``, started by the server of a rehearsal.

It reads one JSON object from standard input: ``{"server": URL, "hearing": id, "passes": {role: secret}}``. Secrets
never stand in the arguments, which every user of a machine can read. It ends when the server closes the pipe.
"""

from __future__ import annotations

import asyncio
import json
import sys

import uvloop

from web.rehearsal.lines import speakers
from web.rehearsal.picture import Loops, loops
from web.rehearsal.player import Player
from web.rehearsal.stand_in import OTHER, StandIn

LINKS = {"suspect": 1_500}
"""What a role's link carries upwards, in kbit/s; a detention centre's is never good."""
GOOD_LINK = 2_800


async def play(server: str, hearing: str, passes: dict[str, str]) -> None:
    spoken = speakers()
    drawn: dict[str, Loops] = {role: await asyncio.to_thread(loops, role) for role in passes}
    taken: set[str] = set()
    async with asyncio.TaskGroup() as company:
        for role, secret in passes.items():
            part = (server, hearing, role, secret, spoken[role].lines, drawn[role], LINKS.get(role, GOOD_LINK))
            player = StandIn(*part, taken=taken) if role in OTHER else Player(*part)
            company.create_task(player.play())


async def _until_the_server_goes(reader: asyncio.StreamReader) -> None:
    while await reader.read(1024):
        pass


async def main() -> None:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    told = json.loads(await reader.readline())
    playing = asyncio.create_task(play(told["server"], told["hearing"], told["passes"]))
    leaving = asyncio.create_task(_until_the_server_goes(reader))
    await asyncio.wait({playing, leaving}, return_when=asyncio.FIRST_COMPLETED)
    for task in (playing, leaving):
        task.cancel()
    await asyncio.gather(playing, leaving, return_exceptions=True)


if __name__ == "__main__":
    uvloop.run(main())
