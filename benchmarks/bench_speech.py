"""Speech as a table: delays, media beside it, invention, the oath by sound, killed workers, the final transcript.

``make bench-speech`` or ``python -m benchmarks.bench_speech [--full] [--only PART ...]`` from the repository's root.
Words come from the rehearsal model; beside it every call also pays for a call of a real shape with random weights.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from importlib.metadata import version
from pathlib import Path

import structlog

from benchmarks.speech import delays, invention, oaths, workers
from benchmarks.speech.rows import Row
from transcripts.windows import Windows

FULL = {"seconds": 300, "noise": 600, "readings": 120, "kills": 100, "hour": 3600}
SHORT = {"seconds": 45, "noise": 600, "readings": 24, "kills": 12, "hour": 600}


async def parts(
    size: dict[str, int], only: list[str], shapes: Sequence[str], windows: Sequence[Windows], folder: Path
) -> AsyncIterator[Row]:
    def wants(part: str) -> bool:
        return not only or part in only

    for shape in shapes if wants("captions") else ():
        for each in windows:
            for row in await delays.measure(shape, each, size["seconds"], folder):
                yield row
    measured: list[tuple[str, Callable[[], Awaitable[list[Row]]]]] = [
        ("invention", lambda: invention.measure(size["noise"], folder)),
        ("oath", lambda: asyncio.to_thread(oaths.by_sound, size["readings"])),
        ("kills", lambda: workers.killed(size["kills"], folder)),
        ("hour", lambda: workers.after_close(size["hour"], folder)),
        ("hour", lambda: workers.final_pass(size["hour"], folder, Windows.WHOLE)),
        ("hour", lambda: workers.final_pass(size["hour"], folder, Windows.ALL)),
    ]
    for part, measure in measured:
        for row in await measure() if wants(part) else ():
            yield row


async def show(rows: AsyncIterator[Row]) -> None:
    """Each row as it comes: a run that is broken off has told what it knew."""
    async for row in rows:
        print(f"{row.what:<44}  {row.measured:<46}  bar {row.bar:<34}  {row.verdict}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the counts that the table of figures asks for")
    parser.add_argument("--only", nargs="*", default=[], help="captions, invention, oath, kills, hour")
    parser.add_argument("--shapes", nargs="*", default=["base", "tiny"], help="of the captions' second model")
    parser.add_argument("--windows", nargs="*", type=Windows, default=[Windows.LIVE], help="of the captions' readings")
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"CTranslate2 {version('ctranslate2')}, faster-whisper {version('faster-whisper')}, "
        f"load {os.getloadavg()[0]:.2f}",
        flush=True,
    )
    with tempfile.TemporaryDirectory() as folder:
        size = FULL if asked.full else SHORT
        asyncio.run(show(parts(size, asked.only, asked.shapes, asked.windows, Path(folder))))


if __name__ == "__main__":
    main()
