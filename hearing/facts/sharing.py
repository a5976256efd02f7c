"""What happened about sharing a case file."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.facts.base import Fact
from hearing.participants import PassId, PersonId, TextRef


@dataclass(frozen=True, slots=True)
class FileShared(Fact):
    """The court let this person look at the file until then, and why."""

    person: PersonId
    pass_id: PassId
    until: float
    copies: bool
    reason: TextRef


@dataclass(frozen=True, slots=True)
class ShareEnded(Fact):
    """The court took the right back before its end."""

    person: PersonId
