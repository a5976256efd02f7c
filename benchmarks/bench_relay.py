"""The relay beside Janus: the same load client, the same run, a verdict per row.

``python -m benchmarks.bench_relay [--seconds 6] [--rounds 2]`` from the repository's root; some ten minutes.
The load: participants who each publish Opus (50 packets a second) and 1 Mbit/s of VP8 (109) and receive everybody else.
CPU is the server's user and system time per packet that a receiver counted. Our recorder and NACK ring are on.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import uvloop
from playwright.async_api import Error as NoBrowser

from benchmarks.relay.back import BAR_S, DEAD_S, Back, returns
from benchmarks.relay.growth import growth
from benchmarks.relay.hall import hall
from benchmarks.relay.janus import Janus, NoJanus, janus
from benchmarks.relay.join import joins
from benchmarks.relay.load import Measured, measure, memory_mb
from benchmarks.relay.loss import loss
from benchmarks.relay.voices import BAR, voices

BACKENDS = ("python", "native")
PARTICIPANTS = 8
JOINS = 20
LOSSY_SECONDS = 12
LINES_MS = (20, 50)
"""Of each line one way: a participant's in the same country, and one far away."""

NOT_MEASURED = "not measured"
PLOT = Path("build/bench/relay-growth.svg")


def row(what: str, figure: str, bar: str, held: bool | None) -> None:
    verdict = NOT_MEASURED if held is None else "held" if held else "MISSED"
    print(f"{what:<58} {figure:<34} {bar:<22} {verdict}", flush=True)


async def load_ours(backend: str, seconds: float) -> Measured:
    async with hall(backend) as ours:
        people = await ours.join(PARTICIPANTS)
        return await measure(ours.pid, people, people, seconds)


async def load_janus(server: Janus, seconds: float, recording: bool) -> Measured:
    senders, receivers = await server.join(PARTICIPANTS, recording=recording)
    measured = await measure(server.pid, senders, receivers, seconds)
    for connection in (*senders, *receivers):
        await connection.close()
    return measured


async def rest(backend: str, seconds: float) -> tuple[float, float]:
    """Memory per participant, in MB, after a load; the share of a core of a hearing in which nobody sends."""
    async with hall(backend) as ours:
        await (await ours.enter("warm", "s-0")).close()
        empty = memory_mb(ours.pid)
        people = await ours.join(PARTICIPANTS)
        await measure(ours.pid, people, people, seconds)
        used = memory_mb(ours.pid) - empty
        idle = await measure(ours.pid, people, people, seconds, voice=0, picture=0)
        return used / PARTICIPANTS, idle.cores


async def joining(backend: str) -> float:
    """Milliseconds from a newcomer's offer to the first packet of the other's picture, p95."""
    spans: list[float] = []
    async with hall(backend) as ours:
        first = await ours.enter("h", "s-first")
        loop = asyncio.get_running_loop()
        until = loop.time() + 120

        async def film() -> None:
            frame = 0
            while loop.time() < until:
                frame += 1
                first.show(True, frame)
                await asyncio.sleep(1 / 30)

        filming = asyncio.create_task(film())
        for number in range(JOINS):
            who = f"s-{number}"
            begin = time.monotonic()
            newcomer = await ours.enter("h", who)
            told = await ours.offer(newcomer, "h", who, [])
            await ours.offer(newcomer, "h", who, told["wanted"])
            async with asyncio.timeout(10):
                await newcomer.first_picture.wait()
            spans.append((time.monotonic() - begin) * 1000)
            await ours.ask(hearing="h", who=who, leave=True)
            await newcomer.close()
        filming.cancel()
    return p95(spans)


def p95(spans: list[float]) -> float:
    return sorted(spans)[int(0.95 * len(spans))]


async def in_chromium(seconds: float) -> None:
    """What only a real browser can tell: how long a click takes, and what it makes of a lossy line."""
    what, bar = "join in Chromium, click to first frame, p95", "<= 1000 ms"
    try:
        spans = await joins("auto", JOINS)
    except NoBrowser as why:
        print(f"Chromium: {NOT_MEASURED} ({why.message.splitlines()[0]})")
        row(what, "", bar, None)
        return
    row(what, f"{p95(spans):.0f} ms, p50 {statistics.median(spans):.0f} ms", bar, p95(spans) <= 1000)
    for line_ms in LINES_MS:
        for way, heard in (await voices(seconds, line_ms / 1000)).items():
            what = f"5 % loss both ways in Chromium, {line_ms} ms, {way}"
            if way == "NACK":
                row(what, heard.figure, "<= 0.5 %", heard.missing <= BAR if heard.true else None)
                if heard.seen is not None:
                    row(f"{what}: pictures", heard.seen.figure, "none undecodable", heard.seen.undecodable == 0)
            else:
                print(f"{what:<58} {heard.figure:<34} for comparison")
    await return_after_restart()


async def return_after_restart() -> None:
    """Everybody's media after the server was killed, however long it was away: the slowest person of all restarts."""
    found: dict[str, list[Back]] = {}
    async for one in returns(BACKENDS, DEAD_S):
        found.setdefault(one.backend, []).append(one)
    for backend, several in found.items():
        worst = max(several, key=lambda back: back.seconds)
        figure = f"{worst.seconds:.1f} s (dead for {worst.dead:g} s), {len(several)} times"
        row(f"back after server restart, the last of 5, {backend}", figure, f"<= {BAR_S:g} s", worst.seconds <= BAR_S)


def median(found: list[Measured], of: Callable[[Measured], float]) -> float:
    return statistics.median(of(measured) for measured in found)


async def main(seconds: float, rounds: int) -> None:
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"load average at the start {os.getloadavg()[0]:.1f}")
    began = time.monotonic()
    ours: dict[str, list[Measured]] = {backend: [] for backend in BACKENDS}
    theirs: dict[bool, list[Measured]] = {False: [], True: []}
    try:
        async with janus() as server:
            for _ in range(rounds):
                for backend in BACKENDS:
                    ours[backend].append(await load_ours(backend, seconds))
                for recording in theirs:
                    theirs[recording].append(await load_janus(server, seconds, recording))
    except (NoJanus, TimeoutError, OSError) as why:
        print(f"Janus: {NOT_MEASURED} ({why!r})")
        for backend in BACKENDS:
            ours[backend].append(await load_ours(backend, seconds))
    _table(ours, theirs)
    for backend in BACKENDS:
        used, idle = await rest(backend, seconds)
        row(f"memory per participant, {backend}", f"{used:.1f} MB", "<= 4 MB", used <= 4)
        row(f"idle hearing of {PARTICIPANTS}, {backend}", f"{100 * idle:.1f} % of a core", "<= 2 %", idle <= 0.02)
    for backend in BACKENDS:
        span = await joining(backend)
        row(f"offer to first picture packet, p95, {backend}", f"{span:.0f} ms (load client)", "< 500 ms", span < 500)
    for backend in BACKENDS:
        for line_ms in (0, *LINES_MS):
            missing = await loss(backend, max(seconds, LOSSY_SECONDS), line_ms / 1000)
            what = f"5 % loss both ways, {line_ms} ms, sound missing, {backend}"
            row(what, f"{100 * missing:.2f} %", "<= 0.5 %", missing <= BAR)
    await in_chromium(max(seconds, LOSSY_SECONDS))
    for backend in BACKENDS:
        figure, linear = await growth(backend, PLOT.with_stem(f"{PLOT.stem}-{backend}"))
        row(f"growth, {backend}", figure, "linear", linear)
    print(f"The growth is drawn in {PLOT.parent}.")
    print(f"All of it took {time.monotonic() - began:.0f} s.")
    print("The hearing of 8 on 1 Mbit/s is bench_narrow's.")


def _table(ours: dict[str, list[Measured]], theirs: dict[bool, list[Measured]]) -> None:
    for recording, found in theirs.items():
        name = "Janus, recording" if recording else "Janus, Debian's defaults"
        if found:
            cpu, p99 = median(found, lambda m: m.cpu_us), median(found, lambda m: m.p99)
            missing = 100 * median(found, lambda m: m.missing)
            print(f"{name:<58} {cpu:.1f} us a packet, p99 {p99:.2f} ms, {missing:.2f} % missing")
        else:
            row(name, "", "", None)
    for backend, found in ours.items():
        cpu = median(found, lambda m: m.cpu_us)
        bar = 0.5 if backend == "native" else 1.0
        for recording, other in theirs.items():
            against = f"{backend} against Janus {'recording' if recording else 'default'}"
            what = f"CPU per forwarded packet, {against}"
            if other:
                ratio = cpu / median(other, lambda m: m.cpu_us)
                row(what, f"{cpu:.1f} us = {ratio:.2f} x", f"<= {bar} x", ratio <= bar)
            else:
                row(what, f"{cpu:.1f} us", f"<= {bar} x", None)
        p99, most = median(found, lambda m: m.p99), 1 if backend == "native" else 3
        spread = f"p50 {median(found, lambda m: m.p50):.2f}, p99 {p99:.2f} ms"
        row(f"one-way latency at that load, {backend}", spread, f"p99 <= {most} ms", p99 <= most)
        missing = median(found, lambda m: m.missing)
        row(f"packets that did not arrive, {backend}", f"{100 * missing:.2f} %", "0 %", missing == 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    uvloop.run(main(asked.seconds, asked.rounds))
