"""The end of retention: what is due, and destroying a case's record so that it stays accounted for.

One key locks everything of a case, so a case goes as a whole: each of its hearings must be over, due and not held.
First each journal says that its record is destroyed, then the key is forgotten, then what it locked is cleared away.
A crash in between leaves a journal that says so and a key that still exists: ``finish`` completes it, and ``tyndau
verify`` names it until then.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hearing import acts as a
from hearing.edition import Editions
from hearing.hearings import OVER, Hearing, Retention
from hearing.participants import Actor, CaseId, HearingId
from hearing.registry.clerk import Clerk
from hearing.registry.documents import place
from hearing.registry.errors import Destroyed, NotFound
from hearing.registry.office import TAPES_FOLDER
from hearing.registry.office import Office as Registry
from hearing.retention import due_at, require_lawful
from hearing.wrongs import Refused
from web.asking import perform
from web.office import Office


@dataclass(frozen=True, slots=True)
class Kept:
    """A hearing that is over, and until when its record must be kept."""

    hearing: HearingId
    case: CaseId
    due_at: float
    state: Retention
    grounds: tuple[str, ...]
    """On which the case's record may be destroyed: those that the edition of each of its hearings knows."""


async def kept(registry: Registry, clerk: Clerk, law: Editions) -> list[Kept]:
    """Every hearing that is over, the one that is due first before the others."""
    found: list[Kept] = []
    for listing in await registry.docket.hearings.all(100_000):
        if listing.phase not in OVER:
            continue
        hearing = await clerk.load(listing.id)
        due = due_at(hearing, law.of(hearing))
        if due is not None:
            found.append(Kept(listing.id, hearing.case, due, hearing.retention, law.of(hearing).destruction_grounds))
    return sorted((_common(one, found) for one in found), key=lambda one: (one.due_at, one.hearing))


def _common(one: Kept, found: Sequence[Kept]) -> Kept:
    known = [set(other.grounds) for other in found if other.case == one.case and other.state is not Retention.DESTROYED]
    return replace(one, grounds=tuple(ground for ground in one.grounds if all(ground in some for some in known)))


async def destroy(office: Office, case: CaseId, ground: str, by: Actor) -> None:
    """Destroy the record of every hearing of this case. Raises ``Refused`` and then has changed nothing."""
    hearings = await _hearings(office.registry, office.clerk, case)
    remaining = {name: one for name, one in hearings.items() if one.retention is not Retention.DESTROYED}
    if not remaining:
        raise Refused("destroyed")
    for hearing in remaining.values():
        require_lawful(hearing, ground, office.now(), office.edition_of(hearing))
    second = office.second_tapes
    for name in remaining:
        twice = second is not None and await asyncio.to_thread((second / name).exists)
        await perform(office, name, a.DestroyRecord(ground, twice), by)
    await _forget(office.registry, case, list(hearings), office.now(), second)


async def finish(registry: Registry, clerk: Clerk, at: float, second: Path | None = None) -> list[CaseId]:
    """Complete what a crash broke off: the cases whose journals say destroyed and whose key still existed."""
    done = []
    for case in await registry.docket.cases.list():
        hearings = await _hearings(registry, clerk, case.id)
        if not hearings or any(one.retention is not Retention.DESTROYED for one in hearings.values()):
            continue
        if await has_key(registry, case.id):
            done.append(case.id)
        await _forget(registry, case.id, list(hearings), at, second)
    return done


async def has_key(registry: Registry, case: CaseId) -> bool:
    try:
        await registry.keys.of(case)
    except (Destroyed, NotFound):
        return False
    return True


async def _hearings(registry: Registry, clerk: Clerk, case: CaseId) -> dict[HearingId, Hearing]:
    return {one.id: await clerk.load(one.id) for one in await registry.docket.hearings.of_case(case)}


async def _forget(
    registry: Registry, case: CaseId, hearings: Sequence[HearingId], at: float, second: Path | None
) -> None:
    """The key first: from then on the rest is noise, and clearing it away may be repeated."""
    await registry.docket.cases.destroy(case, at)
    recordings = [registry.folder / TAPES_FOLDER, *([second] if second is not None else ())]
    shelf = registry.docket.documents.shelf
    for hearing in hearings:
        await registry.words.erase(hearing)
        await registry.corrections.erase(hearing)
        await registry.search.erase(hearing)
        for document in await registry.docket.documents.of(hearing):
            await asyncio.to_thread(shelf.delete, place(document))
        for tapes in recordings:
            await asyncio.to_thread(shutil.rmtree, tapes / hearing, ignore_errors=True)
