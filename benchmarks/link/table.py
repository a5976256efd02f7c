"""The table: a line for each direction of each test, held against the bars."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from media.relay.probe import ProbeFigures

SECONDS_BAR, BYTES_BAR = 10.0, 10_000_000
HEAD = (
    f"{'line kbit/s':>11} {'way':>4} {'found':>7} {'error':>7} {'loss':>6} {'of':>5} {'rtt ms':>7} {'jit ms':>6}"
    "     s    MB"
)


@dataclass(slots=True)
class Table:
    """Rows as they come, and whether every bar was reached."""

    failed: list[str] = field(default_factory=list)

    def verdict(self, good: bool, what: str) -> str:
        if not good:
            self.failed.append(what)
        return "ok" if good else "MISSED"

    def show(self, true: float, found: ProbeFigures, good: bool, why: str, before: str = "") -> None:
        good = good and found.seconds <= SECONDS_BAR and found.bytes <= BYTES_BAR
        print(f"{before}{figures(true, found)}  {self.verdict(good, why)}", flush=True)

    @contextmanager
    def part(self, title: str, before: str = "") -> Iterator[None]:
        """A part of the table, and how long it took."""
        began = time.monotonic()
        print(f"\n{title}\n{before}{HEAD}", flush=True)
        yield
        print(f"({time.monotonic() - began:.0f} s)", flush=True)


def figures(true: float, found: ProbeFigures) -> str:
    error = found.kbps / true - 1
    rtt = f"{found.rtt_ms:7.1f}" if found.rtt_ms is not None else "      -"
    return (
        f"{true:11.0f} {found.direction:>4} {found.kbps:7.1f} {100 * error:+6.1f}% {100 * found.loss:5.1f}% "
        f"{found.counted:5} {rtt} {found.jitter_ms:6.1f} {found.seconds:5.1f} {found.bytes / 1e6:5.1f}"
    )
