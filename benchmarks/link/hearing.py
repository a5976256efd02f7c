"""A hearing beside the tests, in a process of its own: everybody speaks, shows, and counts what comes.

``python -m benchmarks.link.hearing URL PEOPLE`` says ``sitting`` once everybody gets everything, goes on until its
input ends, and then says ``{"sent", "expected", "received", "p50", "p99"}``.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys

from aiohttp import ClientSession

from benchmarks.relay.client import Connection
from benchmarks.relay.load import PACKETS_A_SECOND, TURN, Talker
from tests.media import sdp

ROUND_S = 2.0
REST_S = 0.5
"""So long the last packets may be under way."""


def seats(people: int) -> list[str]:
    return [f"s-{number}" for number in range(people)]


async def offer(session: ClientSession, url: str, seat: str, one: Connection, wanted: list[str]) -> list[str]:
    """Offer, connect if this is the first time, and be told what to receive."""
    parts = [
        sdp.Part("audio", "sendonly", one.audio),
        sdp.Part("video", "sendonly", one.video, one.repair),
        *(sdp.Part(kind, "recvonly") for kind in wanted),
    ]
    text = sdp.write(parts, session=one.session, ufrag=one.ufrag, pwd=one.pwd, fingerprint=one.fingerprint)
    async with session.post(f"{url}/offer", json={"seat": seat, "sdp": text}) as answer:
        said = await answer.json(content_type=None)
    if one.dtls.keys is None:
        await one.connect(said["sdp"])
    return [kind for kind, count in said["wanted"].items() for _ in range(count)]


async def talk(people: list[Connection], over: asyncio.Event) -> int:
    """Until it is over; how many packets were sent."""
    loop, sent = asyncio.get_running_loop(), 0
    while True:
        talkers = [Talker(one, n / len(people), 1 / TURN, PACKETS_A_SECOND) for n, one in enumerate(people)]
        until = loop.time() + ROUND_S
        await asyncio.gather(*(talker.talk(until) for talker in talkers))
        sent += sum(sum(talker.sent) for talker in talkers)
        for one in people:
            one.report()
        if over.is_set():
            return sent


async def sit(url: str, count: int) -> None:
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    people = {seat: Connection("client") for seat in seats(count)}
    async with ClientSession() as session:
        for seat, one in people.items():
            await offer(session, url, seat, one, [])
        for seat, one in people.items():
            await offer(session, url, seat, one, await offer(session, url, seat, one, []))
    everyone, warm = list(people.values()), asyncio.Event()
    warm.set()
    await talk(everyone, warm)
    await asyncio.sleep(REST_S)
    for one in everyone:
        one.measuring, one.packets, one.latencies = True, 0, []
    print("sitting", flush=True)
    loop.add_reader(sys.stdin.fileno(), over.set)
    sent = await talk(everyone, over)
    await asyncio.sleep(REST_S)
    late = sorted(ms for one in everyone for ms in one.latencies)
    told = {
        "sent": sent,
        "expected": sent * (count - 1),
        "received": sum(one.packets for one in everyone),
        "p50": statistics.median(late),
        "p99": late[int(0.99 * len(late))],
    }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(sit(sys.argv[1], int(sys.argv[2])))
