"""What may be asked about keeping and destroying a record."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.acts.base import Act
from hearing.participants import TextRef


@dataclass(frozen=True, slots=True)
class PlaceHold(Act):
    """Keep the record beyond its term, until the hold is lifted."""

    reason: TextRef


@dataclass(frozen=True, slots=True)
class LiftHold(Act):
    reason: TextRef


@dataclass(frozen=True, slots=True)
class DestroyRecord(Act):
    """``second_recording``: there is one, and it goes too."""

    ground: str
    second_recording: bool = False
