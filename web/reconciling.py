"""``tyndau reconcile``: every hearing's expected products against what is stored. Made to run at night.

``verify`` asks whether what the journal names is still what it was. This asks the other question too: whether what
ought to exist was ever made, whether anything in it is empty, and whether anything lies there that nobody knows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hearing import facts as f
from hearing.evolve import fold
from hearing.hearings import OVER, Hearing, Phase, Retention, Ruling
from hearing.participants import HearingId
from hearing.registry.bundles import BUNDLE
from hearing.registry.documents import Document, place
from hearing.registry.errors import RegistryError
from hearing.registry.office import Office as Registry
from hearing.registry.verify import Checks, verify
from hearing.wrongs import Impossible
from media.record.second import differences
from web.office import LINK_TEST, MINUTES, OATH_CLIP, QUALITY, RECORDING, RULING, TIMELINE

DAY = 86400.0
SETTLED_SECONDS = 6 * 3600.0
"""A closed hearing has so long until its products are expected: a long transcript takes its time."""
SMALLEST = 16
SINCE = "since"
"""The file in the second recorder's folder that says since when it is switched on (Unix seconds)."""


class Kind(StrEnum):
    MISSING = "missing"
    EMPTY = "empty"
    ALTERED = "altered"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """``where`` is an id or a path below the data folder, never a name."""

    kind: Kind
    where: str
    why: str

    def __str__(self) -> str:
        return f"{self.kind.value} {self.where}: {self.why}"


async def reconcile(
    registry: Registry, tapes: Path, checks: Checks, now: float, minutes_days: float, second: Path | None = None
) -> list[Discrepancy]:
    """Everything that is missing, empty, altered, or known to nobody. ``now`` is a Unix second; ``second`` is where the
    second recorder writes."""
    found: list[Discrepancy] = []
    known = await registry.journal.hearings()
    for name in known:
        documents = await registry.docket.documents.of(name)
        found += [Discrepancy(Kind.EMPTY, one.id, f"{one.kind} holds nothing") for one in documents if not one.size]
        try:
            entries = await registry.journal.read(name)
            hearing = fold((entry.fact, entry.at) for entry in entries)
        except Impossible:
            continue  # verify says what is wrong with it
        if hearing.retention is Retention.DESTROYED:
            continue
        found += _expected(name, hearing, [entry.fact for entry in entries], documents, now, minutes_days)
        found += await asyncio.to_thread(_tapes, tapes / name, name, hearing)
        if second is not None and hearing.phase in OVER:
            found += await _compared(registry, tapes, second, name, hearing)
        found += [
            Discrepancy(Kind.UNKNOWN, f"{name}/{path}", "no document of this name")
            for path in await asyncio.to_thread(_strays, registry, name, documents)
        ]
    found += await asyncio.to_thread(_unknown_tapes, tapes, set(known))
    faults = await verify(registry, None, checks)
    return found + [Discrepancy(Kind.ALTERED, f"{fault.kind.value} {fault.where}", fault.why) for fault in faults]


def _expected(
    name: HearingId, hearing: Hearing, facts: Sequence[f.Fact], documents: Sequence[Document], now: float, days: float
) -> Iterator[Discrepancy]:
    """What a closed hearing ought to have by now, by its own facts."""
    closed = hearing.closed_at
    if hearing.phase is not Phase.CLOSED or closed is None or now - closed < SETTLED_SECONDS:
        return
    kept = {one.kind for one in documents if one.id in hearing.files}
    wanted = {BUNDLE: "no evidence bundle", LINK_TEST: "no act on the tests of the lines"}
    if hearing.tape_heads:
        wanted |= {RECORDING: "recorded, but without a finished file", TIMELINE: "no timeline of the finished file"}
        wanted[QUALITY] = "no report on the quality of the record"
    if hearing.ruling is Ruling.ANNOUNCED:
        wanted[RULING] = "the announced ruling was not sealed"
    for person in hearing.people.values():
        voiced = any(head.seat == person.seat and head.kind == "audio" for head in hearing.tape_heads.values())
        if person.oath is not None and person.oath.accepted_at is not None and voiced:
            wanted[f"{OATH_CLIP}{person.person}"] = "an accepted oath without its clip"
    for kind, why in wanted.items():
        if kind not in kept:
            yield Discrepancy(Kind.MISSING, f"{name} {kind}", why)
    if hearing.tape_heads and hearing.transcript is None:
        yield Discrepancy(Kind.MISSING, f"{name} transcript", "recorded, but not transcribed")
    if now - closed > days * DAY and not hearing.signatures:
        yield Discrepancy(Kind.MISSING, f"{name} {MINUTES}", "the time for signing the minutes is over")
    if hearing.opened_at is not None and not hearing.tape_heads and not _said_why(facts):
        yield Discrepancy(Kind.MISSING, f"{name} {RECORDING}", "held unrecorded, and no reason is in the minutes")


def _said_why(facts: Sequence[f.Fact]) -> bool:
    return any(isinstance(fact, f.RecordingImpossible | f.RecordingFailed) for fact in facts)


def _tapes(folder: Path, name: HearingId, hearing: Hearing) -> list[Discrepancy]:
    found: list[Discrepancy] = []
    for head in hearing.tape_heads.values():
        parts = list((folder / head.tape).glob("*.part"))
        if not parts:
            found.append(Discrepancy(Kind.MISSING, f"{name} {head.tape}", "the journal knows this tape"))
        for part in parts:
            if part.stat().st_size <= SMALLEST:
                found.append(Discrepancy(Kind.EMPTY, f"{name} {head.tape}/{part.name}", "this part holds nothing"))
    return found


async def _compared(
    registry: Registry, tapes: Path, second: Path, name: HearingId, hearing: Hearing
) -> list[Discrepancy]:
    """The second recording against the first, for hearings since the second recorder was switched on."""
    since = await asyncio.to_thread(switched_on, second)
    if since is None or hearing.recording_since is None or hearing.recording_since < since:
        return []
    if not (second / name).exists():
        return [Discrepancy(Kind.MISSING, f"{name} second recording", "the second recorder was switched on")]
    try:
        key = await registry.keys.tapes(hearing.case)
    except RegistryError:
        return []  # destroyed with its case
    found = await asyncio.to_thread(differences, tapes / name, second / name, key)
    return [
        Discrepancy(
            Kind.ALTERED,
            f"{name} {one.tape}",
            f"{one.only_first} packets only in the first recording, {one.only_second} only in the second",
        )
        for one in found
    ]


def switch_on(second: Path, now: float) -> None:
    """Note when the second recorder was first switched on: what was recorded before is not missing there."""
    second.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (second / SINCE).exists():
        (second / SINCE).write_text(f"{now}\n")


def switched_on(second: Path) -> float | None:
    return float((second / SINCE).read_text()) if (second / SINCE).exists() else None


def _strays(registry: Registry, name: HearingId, documents: Sequence[Document]) -> list[str]:
    """Files in the hearing's folder of the vault that no document names."""
    mine = {place(one) for one in documents}
    return sorted(one for one in registry.docket.documents.shelf.names(name) if f"{name}/{one}" not in mine)


def _unknown_tapes(tapes: Path, known: set[HearingId]) -> list[Discrepancy]:
    if not tapes.exists():
        return []
    strange = [path.name for path in sorted(tapes.iterdir()) if HearingId(path.name) not in known]
    return [Discrepancy(Kind.UNKNOWN, f"tapes/{name}", "no hearing of this name") for name in strange]
