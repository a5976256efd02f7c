"""Load: participants who speak 50 packets a second and show 1 Mbit/s, each at its own moment of the turn."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.relay.client import Connection

TURN = 0.02
PICTURES = 30
PACKETS_A_SECOND = 109


@dataclass(frozen=True, slots=True)
class Measured:
    """``cpu_us``: user and system time of the server per packet that came out of it; latencies in ms."""

    seconds: float
    sent: int
    received: int
    expected: int
    cpu_us: float
    cores: float
    p50: float
    p99: float

    @property
    def missing(self) -> float:
        return max(0.0, 1 - self.received / self.expected) if self.expected else 0.0


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, all threads that live, to the nanosecond; ``stat`` counts in hundredths."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text("ascii").split()[0]) for thread in threads) / 1e9


def memory_mb(pid: int) -> float:
    line = next(li for li in Path(f"/proc/{pid}/status").read_text("ascii").splitlines() if li.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


class Talker:
    """The timer of one participant."""

    def __init__(self, connection: Connection, phase: float, voice: float, picture: float) -> None:
        self.connection = connection
        self.sent = [0, 0]
        self._voice, self._picture = voice, picture
        self._phase = phase

    async def talk(self, until: float) -> None:
        loop = asyncio.get_running_loop()
        begin = loop.time() + self._phase * TURN
        voices = pictures = frames = turn = 0
        while (now := begin + turn * TURN / 2) < until:
            await asyncio.sleep(max(0.0, now - loop.time()))
            turn += 1
            elapsed = turn * TURN / 2
            while voices < elapsed * self._voice:
                self.connection.speak()
                voices += 1
            due = int(elapsed * PICTURES)
            if self._picture and due > frames:
                frames = due
                wanted = int(frames / PICTURES * self._picture)
                while pictures < wanted:
                    pictures += 1
                    self.connection.show(pictures == wanted, frames)
        self.sent = [voices, pictures]


async def measure(
    pid: int,
    senders: Sequence[Connection],
    receivers: Sequence[Connection],
    seconds: float,
    *,
    voice: float = 1 / TURN,
    picture: float = PACKETS_A_SECOND,
    fan: int | None = None,
    warm: float = 2,
) -> Measured:
    """``fan``: how many receive each packet; all other senders when left out."""
    loop = asyncio.get_running_loop()

    async def run(span: float) -> int:
        until = loop.time() + span
        talkers = [Talker(s, n / len(senders), voice, picture) for n, s in enumerate(senders)]
        await asyncio.gather(*(talker.talk(until) for talker in talkers))
        for receiver in receivers:
            receiver.report()
        await asyncio.sleep(0.2)
        return sum(sum(talker.sent) for talker in talkers)

    await run(warm)
    for receiver in receivers:
        receiver.measuring, receiver.packets, receiver.latencies = True, 0, []
    before, began = cpu_seconds(pid), loop.time()
    sent = await run(seconds)
    spent, wall = cpu_seconds(pid) - before, loop.time() - began
    received = sum(receiver.packets for receiver in receivers)
    latencies = sorted(ms for receiver in receivers for ms in receiver.latencies)
    for receiver in receivers:
        receiver.measuring = False
    return Measured(
        seconds=wall,
        sent=sent,
        received=received,
        expected=sent * (fan if fan is not None else len(senders) - 1),
        cpu_us=1e6 * spent / max(1, received),
        cores=spent / wall,
        p50=statistics.median(latencies) if latencies else float("nan"),
        p99=latencies[int(0.99 * len(latencies))] if latencies else float("nan"),
    )
