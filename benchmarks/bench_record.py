"""The record under stress, as a table: killed writers, the recorder's cost, and how fast the file is made.

``python -m benchmarks.bench_record [--kills 100] [--minutes 2]`` from the repository's root.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from hearing.floor import NOBODY, Floor
from hearing.participants import SeatId
from media.packets import Received
from media.record.finalise import Finished, finalise
from media.record.frames import TapeName
from media.record.recorder import Recorder
from tests.chaos.clocks import STEP_NS, keep
from tests.media.record.synthetic import KEY, START, Sender, beeps, film, opus, tape_it, voice, vp8
from tests.media.record.test_crash import kill_one

SEATS = [SeatId(f"s-{n}") for n in range(8)]
FLOOR = Floor(recorded_sound=frozenset(SEATS), recorded_video=SEATS[0])


def kills(tries: int) -> str:
    worst = 0.0
    for number in range(tries):
        with tempfile.TemporaryDirectory() as folder:
            lost = kill_one(Path(folder), random.Random(number).uniform(0.2, 3.0), silent=number % 2 == 0)
            worst = max(worst, *lost.values())
    return f"{tries} of {tries} readable, worst loss {worst:.2f} s (bar 0.10 s)"


async def cost(seconds: int) -> float:
    """Eight voices and 100 picture packets a second in real time: per cent of one core, for recording alone."""
    with tempfile.TemporaryDirectory() as folder:
        recorder = Recorder(Path(folder), KEY, clock=time.time_ns)
        recorder.apply(FLOOR)
        senders = [Sender(seat, "audio", n) for n, seat in enumerate(SEATS)]
        camera = Sender(SEATS[0], "video", 99)
        turns = [
            [s.packet(START, b"\xf8" * 80) for s in senders]
            + [camera.packet(START, b"\x10\x00" * 550) for _ in range(2)]
            for _ in range(50 * seconds)
        ]
        spent = await _paced(turns, recorder.received)
        await recorder.close()
    return 100 * (spent - await _paced(turns, lambda packet: None)) / seconds


async def _paced(turns: Sequence[Sequence[Received]], receive: Callable[[Received], None]) -> float:
    """CPU seconds of this process while packets come in real time."""
    loop = asyncio.get_running_loop()
    begin, before = loop.time(), time.process_time()
    for number, turn in enumerate(turns):
        for packet in turn:
            receive(packet._replace(arrival_ns=time.time_ns()))
        await asyncio.sleep(max(0.0, begin + number * 0.02 - loop.time()))
    return time.process_time() - before


def taped(folder: Path, minutes: int, seats: Sequence[SeatId] = SEATS) -> None:
    """The tapes of a hearing in which everybody speaks and the first seat films, of any length."""
    floor = Floor(recorded_sound=frozenset(seats), recorded_video=seats[0])
    turns = minutes * 60 * 50
    tape_it(folder, [], [(START, floor), (START + turns * STEP_NS, NOBODY)])
    speech = cycle(opus(beeps(10, range(10), length=0.9)))
    for number, seat in enumerate(seats, 1):
        keep(folder, TapeName.voice(seat, floor), voice(Sender(seat, "audio", number), islice(speech, turns)))
    pictures = islice(cycle(vp8(12, (640, 360))), minutes * 60 * 15)
    keep(folder, TapeName.court_camera(floor), film(Sender(seats[0], "video", 50), pictures), "vp8")


@dataclass(frozen=True, slots=True)
class Made:
    """A recording, and how many times faster than real time it was made: by the clock, and by the CPU."""

    recording: Finished
    times: float
    per_core: float


def making(minutes: int, base: Path, seats: Sequence[SeatId] = SEATS) -> Made:
    """Make a hearing's recording in this folder."""
    taped(base / "tapes", minutes, seats)
    before, cpu = time.monotonic(), _cpu()
    recording = finalise(base / "tapes", KEY, base / "hearing.webm", {}, [])
    wall, cpu = time.monotonic() - before, _cpu() - cpu
    return Made(recording, minutes * 60 / wall, minutes * 60 / cpu)


def _cpu() -> float:
    """CPU seconds of this process and of those that it started and saw end."""
    return sum(os.times()[:4])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--minutes", type=int, default=2)
    asked = parser.parse_args()
    print(f"recording cost   {asyncio.run(cost(20)):.1f} % of a core, the event loop's own waking left out (bar 3 %)")
    with tempfile.TemporaryDirectory() as folder:
        made = making(asked.minutes, Path(folder))
    speed = f"{made.times:.0f} x real time with 8 voices ({made.per_core:.0f} x per core; bar 40 x on two cores)"
    print(f"making the file  {speed}")
    print(f"SIGKILL          {kills(asked.kills)}")


if __name__ == "__main__":
    main()
