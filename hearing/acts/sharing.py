"""What may be asked about sharing a case file with somebody who took no part in the hearing."""

from __future__ import annotations

from dataclasses import dataclass

from hearing.acts.base import Act
from hearing.participants import PassId, PersonId, TextRef


@dataclass(frozen=True, slots=True)
class ShareFile(Act):
    """One named person may look at the file until a Unix second; ``copies``: and take copies away."""

    person: PersonId
    pass_id: PassId
    until: float
    copies: bool
    reason: TextRef


@dataclass(frozen=True, slots=True)
class EndShare(Act):
    person: PersonId
