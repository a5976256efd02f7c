"""A recorder to be killed: it records three voices and the court camera and tells on stdout what it was given.

Run as ``python -m tests.media.record.writing_child FOLDER SILENT``; with ``SILENT`` of 1 the suspect's track falls
silent after its first second.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from hearing.floor import Floor
from hearing.participants import SeatId
from media.record.recorder import Recorder
from media.wire.clock import now_ns
from tests.media.record.synthetic import COUNSEL, JUDGE, KEY, SUSPECT, Sender

FLOOR = Floor(recorded_sound=frozenset({JUDGE, SUSPECT, COUNSEL}), recorded_video=JUDGE)


async def main(folder: Path, silent: bool) -> None:
    recorder = Recorder(folder, KEY, clock=now_ns)
    recorder.apply(FLOOR)
    senders = [Sender(SeatId(seat), "audio", n, delay_ns=0) for n, seat in enumerate((JUDGE, SUSPECT, COUNSEL))]
    camera = Sender(JUDGE, "video", 9, delay_ns=0)
    turn = 0
    loop = asyncio.get_running_loop()
    start = loop.time()
    while True:
        for sender in senders:
            if sender.seat == SUSPECT and silent and turn > 50:
                continue
            recorder.received(sender.packet(now_ns(), b"\xf8" + turn.to_bytes(4, "big") + b"v" * 70))
        for _ in range(2):
            recorder.received(camera.packet(now_ns(), b"\x10\x00" + turn.to_bytes(4, "big") + b"p" * 1000))
        os.write(1, f"{turn} {now_ns()}\n".encode())
        turn += 1
        await asyncio.sleep(max(0.0, start + turn * 0.02 - loop.time()))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2] == "1"))
