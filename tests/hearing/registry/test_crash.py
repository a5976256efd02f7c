"""SIGKILL at any moment: the chain is whole and nothing that was accepted is lost."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from hearing.registry.journal import Journal
from hearing.registry.store import Store
from hearing.registry.verify import chain_faults
from tests.hearing.registry.appender import H

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("accepted_before_the_kill", [1, 25])
async def test_no_accepted_fact_is_lost_when_the_process_is_killed(
    url: str, tmp_path: Path, accepted_before_the_kill: int
) -> None:
    version = 0
    for _ in range(2):
        said = await killed_child(tmp_path / "data", url, accepted_before_the_kill)
        version, digest = int(said[-1][0]), said[-1][1]
        journal = Journal(await Store.open(url))
        stored = await journal.stored(H)
        await journal.close()
        assert chain_faults(stored) == []
        assert len(stored) >= version
        assert stored[version - 1].digest == digest
        assert len(stored) % 2 == 1, "the two facts of one act are written together or not at all"
    assert version >= 4 * accepted_before_the_kill + 1


async def killed_child(folder: Path, url: str, lines: int) -> list[list[str]]:
    """Let a child append, kill it after it has said so many lines, and return all that it said."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.hearing.registry.appender",
        str(folder),
        url,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert child.stdout is not None
    async with asyncio.timeout(60):
        said = [await child.stdout.readline() for _ in range(lines)]
        child.kill()
        said += (await child.stdout.read()).splitlines(keepends=True)
        assert await child.wait() == -9
    return [line.decode().split() for line in said if line.endswith(b"\n")]
