"""Our relay and its visitors: starts the court's process and brings participants in."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.relay.client import Connection
from tests.media import sdp


class Hall:
    name = "tyndau"

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._asking = asyncio.Lock()
        self.pid = process.pid

    async def ask(self, **asked: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._asking:
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
            answer: dict[str, Any] = json.loads(await self._process.stdout.readline())
            return answer

    async def offer(self, connection: Connection, hearing: str, who: str, wanted: list[str]) -> dict[str, Any]:
        parts = [*connection.sending(), *(sdp.Part(kind, "recvonly") for kind in wanted)]
        text = connection.described(parts)
        return await self.ask(hearing=hearing, who=who, offer=text)

    async def enter(self, hearing: str, who: str) -> Connection:
        connection = Connection("client")
        told = await self.offer(connection, hearing, who, [])
        await connection.connect(told["answer"])
        return connection

    async def join(self, count: int, hearing: str = "h") -> list[Connection]:
        """So many participants in one hearing, each of whom receives all others."""
        found = await asyncio.gather(*(self.enter(hearing, f"s-{n}") for n in range(count)))
        for n, connection in enumerate(found):
            told = await self.offer(connection, hearing, f"s-{n}", [])
            await self.offer(connection, hearing, f"s-{n}", told["wanted"])
        return found


@asynccontextmanager
async def hall(backend: str, recording: bool = True) -> AsyncIterator[Hall]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.relay.court", backend, "recording" if recording else "plain"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 22,
    )
    try:
        yield Hall(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
