"""``python -m tests.chaos [--full]``: the record's bars, each tried and judged. Exits with 1 when one does not hold."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable, Iterable

from benchmarks.bench_record import cost
from tests.chaos.bundles import bundles
from tests.chaos.clocks import pauses, picture_against_sound, skew
from tests.chaos.disks import full_disks, remote_pictures
from tests.chaos.kills import kills
from tests.chaos.playing import recording
from tests.chaos.rows import Row, environment


def _cost(seconds: int) -> Row:
    share = asyncio.run(cost(seconds))
    measured = f"{share:.1f} % of a core, the loop's own waking left out"
    return Row("recording eight people", measured, "3 %", share <= 3)


def _trials(full: bool) -> Iterable[Callable[[], Row | list[Row]]]:
    yield lambda: kills(100 if full else 12)
    yield lambda: full_disks(20 if full else 5)
    yield remote_pictures
    yield lambda: skew(4.0 if full else 1.0, 100.0)
    yield lambda: picture_against_sound(10 if full else 2)
    yield pauses
    yield lambda: recording(60 if full else 4, 10 if full else 3)
    yield lambda: _cost(60 if full else 15)
    yield lambda: bundles(100 if full else 20)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the counts of the bars themselves; takes a while")
    parser.add_argument("--only", help="rows whose trial's place (1 to 9) is named, separated by commas")
    asked = parser.parse_args()
    chosen = {int(one) for one in asked.only.split(",")} if asked.only else None
    print(environment(), flush=True)
    fails = 0
    for place, trial in enumerate(_trials(asked.full), 1):
        if chosen is not None and place not in chosen:
            continue
        found = trial()
        for row in found if isinstance(found, list) else [found]:
            print(row.line(), flush=True)
            fails += not row.holds
    print("every bar holds" if not fails else f"{fails} bars do not hold")
    return 1 if fails else 0


if __name__ == "__main__":
    sys.exit(main())
