"""A row of the table: what was tried, what was measured, what it must not exceed."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    measured: str
    bar: str
    holds: bool

    def line(self) -> str:
        return f"{'ok  ' if self.holds else 'FAIL'}  {self.what:<44} {self.measured:<58} {self.bar}"


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all values does not exceed; infinite when there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("inf")


def environment() -> str:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"Python {platform.python_version()}, {machine}, load {load}"
