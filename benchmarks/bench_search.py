"""Search over many hearing hours: how long a query takes, from its words to the names of the lines found.

``python -m benchmarks.bench_search [--full | --hours N]`` from the repository's root. Each hearing is an hour of 450
lines in a case of its own, of a vocabulary with the usual skew (Zipf); a query is one, two or three words of it, folded
as usual. Without ``--full`` 50 hours, with it 1,000; the bar is for the latter: p95 <= 200 ms.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path

import sqlalchemy as sa

from hearing.participants import HearingId
from hearing.registry import schema
from hearing.registry.office import Office
from transcripts.folding import marks, wanted

LINES, WORDS, VOCABULARY, QUERIES, MOST = 450, 9, 20_000, 200, 50
NOW = 1_790_000_000.0


def number(n: int) -> str:
    return f"7585-24-00-2/{n}"


def spelled(word: int) -> str:
    """A Russian-looking word of the vocabulary."""
    return "".join(chr(ord("а") + int(digit) * 3) for digit in str(word)) + "ного"


async def fill(office: Office, hours: int, words: random.Random, weights: list[float]) -> list[HearingId]:
    """So many hearings of an hour, listed and indexed."""
    vocabulary = [spelled(n) for n in range(VOCABULARY)]
    made: list[HearingId] = []
    for n in range(1, hours + 1):
        case, hearing = await office.docket.cases.create(number(n), NOW, "a-1"), HearingId(f"h-{n}")
        row = {"id": hearing, "case": case.id, "kind": "sanction", "publicity": "open", "language": "ru"}
        async with office.store.writing() as db:
            await db.execute(
                sa.insert(schema.hearings).values(**row, scheduled_at=NOW + n, phase="closed", version=1, closed_at=NOW)
            )
        said = {
            f"u-{n}-{line}": marks(" ".join(words.choices(vocabulary, cum_weights=weights, k=WORDS)), "ru")
            for line in range(LINES)
        }
        await office.search.index(hearing, 1, 0, said)
        made.append(hearing)
    return made[::-1]


async def main(hours: int) -> None:
    words, total, weights = random.Random(7), 0.0, []
    for rank in range(1, VOCABULARY + 1):
        total += 1 / rank
        weights.append(total)
    with tempfile.TemporaryDirectory() as folder:
        async with await Office.open(Path(folder)) as office:
            begun = time.perf_counter()
            among = await fill(office, hours, words, weights)
            print(f"{hours} h indexed in {time.perf_counter() - begun:.0f} s")
            took: list[float] = []
            for n in range(QUERIES):
                query = words.choices(range(VOCABULARY), cum_weights=weights, k=1 + n % 3)
                begun = time.perf_counter()
                await office.search.find(wanted(" ".join(map(spelled, query))), among, MOST)
                took.append((time.perf_counter() - begun) * 1000)
    cuts = statistics.quantiles(took, n=100)
    shown = f"p50 {cuts[49]:.0f} ms, p95 {cuts[94]:.0f} ms"
    print(f"| search over {hours} hearing hours | {shown} | bar: p95 <= 200 ms over 1,000 |")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--hours", type=int, default=50, help="so many hearing hours")
    asked.add_argument("--full", action="store_true", help="1,000 hearing hours instead of 50")
    given = asked.parse_args()
    asyncio.run(main(1000 if given.full else given.hours))
