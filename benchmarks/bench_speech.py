"""Speech as a table: delays, media beside it, invention, the oath by sound, killed workers, the final pass.

``make bench-speech`` or ``python -m benchmarks.bench_speech [--full] [--only PART ...]`` from the repository's root.
Words come from the rehearsal model; beside it every call also pays for a call of a real shape with random weights.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import tempfile
from importlib.metadata import version
from pathlib import Path

import structlog

from benchmarks.speech import delays, invention, oaths, workers
from benchmarks.speech.rows import Row

FULL = {"seconds": 300, "noise": 600, "readings": 120, "kills": 100, "hour": 3600}
SHORT = {"seconds": 45, "noise": 600, "readings": 24, "kills": 12, "hour": 600}


async def parts(size: dict[str, int], only: list[str], folder: Path) -> list[Row]:
    rows: list[Row] = []

    def wants(part: str) -> bool:
        return not only or part in only

    if wants("captions"):
        rows += await delays.measure("base", size["seconds"], folder)
        rows += await delays.measure("tiny", size["seconds"], folder)
    if wants("invention"):
        rows += await invention.measure(size["noise"], folder)
    if wants("oath"):
        rows += await asyncio.to_thread(oaths.by_sound, size["readings"])
    if wants("kills"):
        rows += await workers.killed(size["kills"], folder)
    if wants("hour"):
        rows += await workers.final_pass(size["hour"], folder)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the counts that the table of figures asks for")
    parser.add_argument("--only", nargs="*", default=[], help="captions, invention, oath, kills, hour")
    asked = parser.parse_args()
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, "
        f"CTranslate2 {version('ctranslate2')}, faster-whisper {version('faster-whisper')}, "
        f"load {os.getloadavg()[0]:.2f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        rows = asyncio.run(parts(FULL if asked.full else SHORT, asked.only, Path(folder)))
    width = max(len(row.what) for row in rows)
    for row in rows:
        print(f"{row.what:<{width}}  {row.measured:<44}  bar {row.bar:<34}  {row.verdict}")


if __name__ == "__main__":
    main()
