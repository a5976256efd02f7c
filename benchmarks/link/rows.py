"""What one line after another should measure: throughput, verdicts at the norm, loss, and a line wider than needed."""

from __future__ import annotations

from benchmarks.link.lines import Measured
from benchmarks.link.table import Table
from tests.media.namespaces import WIDE_KBPS

NORM = 1000
WIDTHS = (300, 700, 950, 1050, 1500, 3000)
EDGES = (970, 1030)
LOSSES = (0.0, 0.02, 0.05, 0.10)
ERROR_BAR, LOSS_BAR = 0.03, 0.01


async def widths(measured: Measured, table: Table, times: int) -> None:
    title = f"throughput, bar {100 * ERROR_BAR:.0f} % of error, {times} runs of each width and direction"
    with table.part(title):
        for _ in range(times):
            for up, down in zip(WIDTHS, reversed(WIDTHS), strict=True):
                for true, found in (await measured.run(up, down)).each:
                    good = abs(found.kbps / true - 1) <= ERROR_BAR
                    table.show(true, found, good, f"{true:.0f} {found.direction}: {found.kbps:.0f}")


async def edges(measured: Measured, table: Table, times: int) -> None:
    wrong = tried = 0
    with table.part(f"verdicts at the norm of {NORM} kbit/s, {2 * times} of each width"):
        for _ in range(times):
            for up, down in (EDGES, EDGES[::-1]):
                for true, found in (await measured.run(up, down)).each:
                    right = (round(found.kbps) >= NORM) == (true >= NORM)
                    wrong, tried = wrong + (not right), tried + 1
                    table.show(true, found, right, f"verdict at {true:.0f} {found.direction}: {found.kbps:.0f}")
        print(f"wrong verdicts: {wrong} of {tried} (bar 0)")


async def losses(measured: Measured, table: Table, times: int) -> None:
    with table.part("loss, bar 1 point, on a line of 1500 kbit/s", f"{'loss':>5} "):
        for number in range(times):
            for loss in LOSSES:
                for true, found in (await measured.run(1500, 1500, loss, 10 * number)).each:
                    good = abs(found.loss - loss) <= LOSS_BAR and round(found.kbps) >= NORM
                    why = f"loss {loss}: {found.loss:.3f}, {found.kbps:.0f} kbit/s"
                    table.show(true, found, good, why, f"{100 * loss:4.0f}% ")


async def wide(measured: Measured, table: Table) -> None:
    with table.part("a line wider than the test measures: at least 4 Mbit/s"):
        for true, found in (await measured.run(WIDE_KBPS, WIDE_KBPS)).each:
            table.show(true, found, found.kbps >= 4000, f"wide {found.direction}: {found.kbps:.0f}")
