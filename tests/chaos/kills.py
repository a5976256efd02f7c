"""SIGKILL at a random instant; in half of the tries one track is silent."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from tests.chaos.rows import Row
from tests.media.record.test_crash import kill_one


def kills(tries: int) -> Row:
    """Each try recovers by itself and is verified; a try that is not readable raises."""
    losses = []
    for number in range(tries):
        with tempfile.TemporaryDirectory() as folder:
            after = random.Random(number).uniform(0.2, 2.5)
            losses.append(max(kill_one(Path(folder), after, silent=number % 2 == 0).values()))
    return Row(
        f"SIGKILL, {tries} tries, one track silent in half",
        f"{len(losses)} readable after recovery, worst loss {max(losses):.2f} s",
        "all readable, 0.10 s",
        max(losses) <= 0.1,
    )
