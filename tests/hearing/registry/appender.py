"""A child that appends facts as fast as it can and says each version aloud only after the journal accepted it.

Run as a program and killed at any moment by the crash test: what it said must be there afterwards.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from hearing import facts as f
from hearing.participants import HearingId, SeatId
from hearing.registry.office import Office
from tests.hearing.registry.people import NOW, SECRETARY, a_listing

H = HearingId("h-1")


async def run(folder: Path, url: str) -> None:
    async with await Office.open(folder, url) as office:
        version, _ = await office.journal.head(H)
        if version == 0:
            await office.journal.append(H, 0, [a_listing()], SECRETARY, NOW)
            version = 1
        while True:
            pair = [f.HandRaised(SeatId(f"s-{version}")), f.HandLowered(SeatId(f"s-{version}"))]
            written = await office.journal.append(H, version, pair, SECRETARY, NOW + version)
            version = written[-1].version
            print(version, written[-1].digest, flush=True)


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1]), sys.argv[2]))
