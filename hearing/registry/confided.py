"""What an evidence bundle carries for the court alone: who its ids are, and the reports that parties are not shown.

Both lie in the bag encrypted with the case's key. So all hold the same bag with the same digest, anyone checks every
byte of it, and only the court reads these. That what lies inside is what the journal sealed, the court finds when it
opens them; whoever has no key finds that they are there.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from hearing.hearings import Hearing
from hearing.participants import CaseId, HearingId
from hearing.registry.bag import sha256_of
from hearing.registry.documents import Document
from hearing.registry.errors import Damaged
from hearing.registry.journal import canonical
from hearing.registry.keys import CaseKey, derive, seal, unseal
from hearing.registry.office import Office

PERSONS_FILE, REPORTS_FILE = "persons.sealed", "reports.sealed"
COURT_ONLY = frozenset({"link-test", "quality"})
"""Kinds of documents that are the court's: the tests of everybody's lines, and how good the record is
[CPC 347-1(2-1)]."""


@dataclass(frozen=True, slots=True)
class Report:
    """A document of the court, as it lay in the bundle. ``name`` is made of kind, version and suffix."""

    kind: str
    name: str
    content: bytes


async def seal_persons(office: Office, name: HearingId, hearing: Hearing) -> bytes:
    """Everybody in the hearing with role and seat."""
    people = {one.id: one for one in await office.docket.persons.of_case(hearing.case) if one.id in hearing.people}
    said = [
        {
            "person": person,
            "role": participant.role.value,
            "seat": participant.seat,
            **{field: getattr(people[person], field) for field in ("name", "iin", "organisation", "pseudonym")},
        }
        for person, participant in hearing.people.items()
        if person in people
    ]
    return _seal(await office.keys.of(hearing.case), name, "persons", said)


async def open_persons(office: Office, name: HearingId, case: CaseId, sealed: bytes) -> list[dict[str, str | None]]:
    """Who the ids of a bundle's journal are. Raises ``Destroyed`` once the case's key is gone, or ``Damaged``."""
    found: list[dict[str, str | None]] = _open(await office.keys.of(case), name, "persons", sealed)
    return found


async def seal_reports(office: Office, name: HearingId, case: CaseId, reports: Sequence[tuple[str, Document]]) -> bytes:
    """The court's documents, each with the file name that it would have."""
    said = [
        {
            "kind": one.kind,
            "name": called,
            "sha256": one.sha256,
            "content": base64.b64encode(await office.docket.documents.read(one.id)).decode(),
        }
        for called, one in reports
    ]
    return _seal(await office.keys.of(case), name, "reports", said)


async def open_reports(office: Office, name: HearingId, case: CaseId, sealed: bytes) -> list[Report]:
    """The court's documents. Raises ``Damaged`` when one is not what was sealed, ``Destroyed`` without the key."""
    found = []
    for one in _open(await office.keys.of(case), name, "reports", sealed):
        content = base64.b64decode(one["content"])
        if sha256_of(content) != one["sha256"]:
            raise Damaged(f"{one['name']} of {name}")
        found.append(Report(one["kind"], one["name"], content))
    return found


def _seal(key: CaseKey, name: HearingId, what: str, said: object) -> bytes:
    return seal(derive(key.secret, f"{what} of a bundle"), canonical(said).encode(), f"{what} {name}")


def _open(key: CaseKey, name: HearingId, what: str, sealed: bytes):  # type: ignore[no-untyped-def]
    return json.loads(unseal(derive(key.secret, f"{what} of a bundle"), sealed, f"{what} {name}"))
