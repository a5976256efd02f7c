"""One row of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Row:
    what: str
    measured: str
    bar: str
    held: bool | None
    """None where this run cannot judge: too few, or not measured."""

    @property
    def verdict(self) -> str:
        return "not judged" if self.held is None else "held" if self.held else "BELOW THE BAR"


def percentile(values: Sequence[float], share: float) -> float:
    return float(np.percentile(values, share)) if values else float("nan")
