"""Programs of other houses, each in a process of its own: what they print is what a test waits for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

HERE = Path(__file__).parent
PATIENCE = 60.0


class Program:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.lines: list[str] = []

    def count(self, start: str) -> int:
        return sum(line.startswith(start) for line in self.lines)

    async def until(self, holds: Callable[[Program], bool]) -> None:
        """Read what it prints until a condition holds; a program that ends before that has failed."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while not holds(self):
                line = await self._process.stdout.readline()
                assert line, "the program ended: " + "\n".join(self.lines[-30:])
                self.lines.append(line.decode().rstrip())

    async def end(self) -> int:
        """Close its input, which tells it to end its session, and read what it still says."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        async with asyncio.timeout(PATIENCE):
            rest = await self._process.stdout.read()
            self.lines += rest.decode().splitlines()
            return await self._process.wait()


@contextlib.asynccontextmanager
async def running(python: str, script: str, *arguments: str) -> AsyncIterator[Program]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        python, str(HERE / script), *arguments, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    try:
        yield Program(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
