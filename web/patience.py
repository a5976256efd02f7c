"""How many acts one party may ask: far more than a person presses, and too few to keep the court from its work.

Every act is written down for good and shown to everybody, so whoever floods would be everybody's burden. The court
itself, and the programs that work for it, are not counted.
"""

from __future__ import annotations

from hearing.participants import PersonId
from hearing.wrongs import Refused
from media.wire.allowance import Allowance
from media.wire.clock import SECOND

ACTS_A_SECOND = 5


class Patience:
    """Of this process; it knows only people who hold a valid pass."""

    def __init__(self) -> None:
        self._people: dict[PersonId, Allowance] = {}

    def claim(self, person: PersonId, at: float) -> None:
        """Count one act of this person at Unix second ``at``. Raises ``Refused`` when it is one too many."""
        if not self._people.setdefault(person, Allowance(ACTS_A_SECOND)).take(1, round(at * SECOND)):
            raise Refused("too_fast")
