"""What one line after another should measure: throughput, verdicts at the norm, loss, and a line wider than needed."""

from __future__ import annotations

from benchmarks.link.lines import Measured, Row, Run
from benchmarks.link.table import Table
from tests.media.namespaces import WIDE_KBPS

NORM = 1000
WIDTHS = (300, 700, 950, 1050, 1500, 3000)
EDGES = (970, 1030)
LOSSES = (0.0, 0.02, 0.05, 0.10)
ERROR_BAR, LOSS_BAR = 0.03, 0.01


async def widths(measured: Measured, table: Table, times: int) -> None:
    def show(row: Row) -> None:
        for true, found in row.each:
            good = abs(found.kbps / true - 1) <= ERROR_BAR
            table.show(true, found, good, f"{true:.0f} {found.direction}: {found.kbps:.0f}")

    title = f"throughput, bar {100 * ERROR_BAR:.0f} % of error, {times} runs of each width and direction"
    with table.part(title):
        runs = [Run(up, down) for up, down in zip(WIDTHS, reversed(WIDTHS), strict=True)]
        await measured.each(runs * times, show)


async def edges(measured: Measured, table: Table, times: int) -> None:
    rights: list[bool] = []

    def show(row: Row) -> None:
        for true, found in row.each:
            rights.append((round(found.kbps) >= NORM) == (true >= NORM))
            table.show(true, found, rights[-1], f"verdict at {true:.0f} {found.direction}: {found.kbps:.0f}")

    with table.part(f"verdicts at the norm of {NORM} kbit/s, {2 * times} of each width"):
        await measured.each([Run(*EDGES), Run(*EDGES[::-1])] * times, show)
        print(f"wrong verdicts: {rights.count(False)} of {len(rights)} (bar 0)")


async def losses(measured: Measured, table: Table, times: int) -> None:
    def show(row: Row) -> None:
        for true, found in row.each:
            good = abs(found.loss - row.loss) <= LOSS_BAR and round(found.kbps) >= NORM
            why = f"loss {row.loss}: {found.loss:.3f}, {found.kbps:.0f} kbit/s"
            table.show(true, found, good, why, f"{100 * row.loss:4.0f}% ")

    with table.part("loss, bar 1 point, on a line of 1500 kbit/s", f"{'loss':>5} "):
        runs = [Run(1500, 1500, loss, 10 * number) for number in range(times) for loss in LOSSES]
        await measured.each(runs, show)


async def wide(measured: Measured, table: Table) -> None:
    def show(row: Row) -> None:
        for true, found in row.each:
            table.show(true, found, found.kbps >= 4000, f"wide {found.direction}: {found.kbps:.0f}")

    with table.part("a line wider than the test measures: at least 4 Mbit/s"):
        await measured.each([Run(WIDE_KBPS, WIDE_KBPS)], show)
