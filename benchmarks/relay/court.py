"""Our relay as a process of its own: a door, courtrooms and the recorder, asked by lines of JSON.

``python -m benchmarks.relay.court python|native recording|plain`` takes ``{"hearing", "who", "offer"}`` and says
``{"answer", "wanted"}``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import uvloop

from hearing.floor import Floor
from hearing.participants import SeatId
from media.record.recorder import Recorder
from media.relay.courtroom import Courtroom
from media.relay.forwarder import choose
from media.wire.clock import now_ns
from media.wire.door import Door


async def serve(backend: Any, recording: bool, folder: Path) -> None:
    door = await Door.open("127.0.0.1", 0, ["127.0.0.1"])
    forwarder = choose(backend)
    courtrooms: dict[str, Courtroom] = {}
    seats: dict[str, list[SeatId]] = {}
    recorders: dict[str, Recorder] = {}
    reader = asyncio.StreamReader(limit=1 << 22)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        asked = json.loads(line)
        name, who = asked["hearing"], SeatId(asked["who"])
        if name not in courtrooms:
            courtrooms[name] = Courtroom(door, forwarder=forwarder)
            seats[name] = []
            if recording:
                recorders[name] = Recorder(folder / name, bytes(32), clock=now_ns)
                courtrooms[name].listen(recorders[name].received)
        courtroom = courtrooms[name]
        if asked.get("leave"):
            seats[name].remove(who)
            courtroom.leave(who)
            print(json.dumps({}), flush=True)
            continue
        if who not in seats[name]:
            seats[name].append(who)
        answer = await courtroom.answer(who, asked["offer"])
        everyone = {seat: frozenset(seats[name]) - {seat} for seat in seats[name]}
        floor = Floor(
            hears=everyone,
            sees=everyone,
            recorded_sound=frozenset(seats[name]) if recording else frozenset(),
            recorded_video=seats[name][0] if recording else None,
        )
        courtroom.apply(floor)
        if name in recorders:
            recorders[name].apply(floor)
        wanted = [want.kind for want in courtroom.wanted(who)]
        print(json.dumps({"answer": answer, "wanted": wanted}), flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as where:
        uvloop.run(serve(sys.argv[1], sys.argv[2] == "recording", Path(where)))
