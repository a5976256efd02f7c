"""Verification finds every kind of damage, and nothing in a clean record."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from hearing import acts as a
from hearing import facts as f
from hearing.participants import SYSTEM, CaseId, HearingId
from hearing.registry.clerk import Clerk
from hearing.registry.office import Office
from hearing.registry.verify import Checks, FaultKind, verify
from hearing.rules import decide
from tests.hearing.registry.lying import lying
from tests.hearing.registry.people import NOW, SECRETARY, sealed_and_closed
from tests.hearing.scripts import EDITION, seat

H = HearingId("h-1")
HEAD = f.TapeHead("tape-1", seat("judge"), "audio", 1, "ab" * 32, 9000)
TRANSCRIPT = f.TranscriptSealed(1, "cd" * 32, 12, "test")


async def closed_hearing(office: Office) -> CaseId:
    """A closed hearing with a ruling text, a sealed document, a tape and a transcript."""
    case = await office.docket.cases.create("7585-24-00-2/101", NOW, "a-1")
    ref = await office.docket.texts.deposit(case.id, "Негіздер жеткілікті")
    facts = [
        f.DecisionDrafted("refusal", None, ref, None, None, None) if isinstance(fact, f.DecisionDrafted) else fact
        for fact in sealed_and_closed(case.id)
    ]
    await office.journal.append(H, 0, [*facts[:-1], HEAD, facts[-1], TRANSCRIPT], SECRETARY, NOW)
    clerk = Clerk(office, partial(decide, edition=EDITION))
    await clerk.recover()
    ruling = await office.docket.documents.put(H, "ruling", "Қаулы.pdf", b"the ruling", "application/pdf", NOW, "p")
    note = a.NoteFileSealed("ruling", ruling.id, ruling.sha256, ruling.size)
    await clerk.perform(H, note, SYSTEM, NOW + 1)
    return case.id


async def kinds(office: Office, checks: Checks | None = None) -> set[FaultKind]:
    faults = await verify(office, checks=checks or Checks())
    assert await verify(office, H, checks or Checks()) == faults
    assert all(fault.where in str(fault) for fault in faults)
    return {fault.kind for fault in faults}


async def tamper(office: Office, *statements: str) -> None:
    """What somebody with the database in their hands could do."""
    async with office.store.writing() as connection:
        if office.store.dialect == "sqlite":
            await connection.execute(text("DROP TRIGGER entries_no_update"))
            await connection.execute(text("DROP TRIGGER entries_no_delete"))
        else:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await connection.execute(text(statement))


async def test_a_clean_record_has_no_faults(office: Office) -> None:
    await closed_hearing(office)
    assert await verify(office) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET at = at + 0.001 WHERE version = 3",
        "UPDATE entries SET by_person = 'p-x' WHERE version = 3",
        "UPDATE entries SET by_role = 'x' WHERE version = 3",
        "UPDATE entries SET fact = replace(fact, 'refusal', 'sanction')",
        "UPDATE entries SET fact = replace(fact, 'refusal', '\\u0072efusal')",
        "UPDATE entries SET fact = fact || ' ' WHERE version = 4",
        "UPDATE entries SET fact = '{' WHERE version = 4",
        "UPDATE entries SET digest = previous WHERE version = 4",
        "UPDATE entries SET previous = digest WHERE version = 4",
        "DELETE FROM entries WHERE version = 1",
        "DELETE FROM entries WHERE version = 5",
        "UPDATE entries SET version = 99 WHERE version = 5",
    ],
)
async def test_a_changed_or_missing_entry_is_found(office: Office, statement: str) -> None:
    await closed_hearing(office)
    await tamper(office, statement)
    assert FaultKind.JOURNAL in await kinds(office)


@pytest.mark.parametrize("left", [0, 1, 5, 10, 11])
async def test_a_journal_cut_short_after_closing_is_found(office: Office, left: int) -> None:
    await closed_hearing(office)
    await tamper(office, f"DELETE FROM entries WHERE version > {left}", "DELETE FROM hearing_people")
    assert FaultKind.CUT in await kinds(office)
    await tamper_index(office)
    assert FaultKind.CUT in await kinds(office)
    await Clerk(office, partial(decide, edition=EDITION)).recover()
    assert FaultKind.CUT in await kinds(office)


async def tamper_index(office: Office) -> None:
    async with office.store.writing() as connection:
        await connection.execute(text("DELETE FROM hearings"))


async def test_a_lost_changed_or_foreign_seal_is_found(office: Office) -> None:
    await closed_hearing(office)
    path = office.folder / "seals" / f"{H}.seal"
    sealed = await asyncio.to_thread(path.read_text)
    for changed in (sealed.replace('"version": 12', '"version": 11'), sealed.replace('"digest"', '"x"'), "{"):
        assert changed != sealed
        await asyncio.to_thread(path.write_text, changed)
        assert await kinds(office) == {FaultKind.SEAL}
    await asyncio.to_thread(path.unlink)
    assert await kinds(office) == {FaultKind.SEAL}


async def test_entries_after_the_seal_are_found(office: Office) -> None:
    await closed_hearing(office)
    version, _ = await office.journal.head(H)
    await office.journal.append(H, version, [HEAD], SECRETARY, NOW + 5)
    assert await kinds(office) == {FaultKind.SEAL}


@pytest.mark.parametrize("place", [0, 10, -1])
async def test_a_flipped_byte_in_a_document_is_found(office: Office, place: int) -> None:
    await closed_hearing(office)
    (ruling,) = await office.docket.documents.of(H)
    await asyncio.to_thread(flip, lying(office, ruling), place)
    assert await kinds(office) == {FaultKind.DOCUMENT}


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    path.write_bytes(bytes(content))


async def test_a_lost_document_is_found_even_when_its_row_is_gone_too(office: Office) -> None:
    await closed_hearing(office)
    (ruling,) = await office.docket.documents.of(H)
    await asyncio.to_thread(lying(office, ruling).unlink)
    assert await kinds(office) == {FaultKind.DOCUMENT}
    async with office.store.writing() as connection:
        await connection.execute(text("DELETE FROM documents"))
    assert await kinds(office) == {FaultKind.FILE}

    async def elsewhere(hearing: HearingId, fact: f.FileSealed) -> str | None:
        return fact.sha256

    assert await kinds(office, Checks(file=elsewhere)) == set()


async def test_a_lost_or_changed_text_is_found(office: Office) -> None:
    await closed_hearing(office)
    async with office.store.writing() as connection:
        await connection.execute(text("UPDATE texts SET sealed = (SELECT sealed FROM cases)"))
    assert await kinds(office) == {FaultKind.TEXT}
    async with office.store.writing() as connection:
        await connection.execute(text("DELETE FROM texts"))
    assert await kinds(office) == {FaultKind.TEXT}


async def test_tapes_and_transcripts_are_checked_by_those_who_know_them(office: Office) -> None:
    await closed_hearing(office)
    asked: list[Mapping[str, f.TapeHead]] = []

    async def tapes(hearing: HearingId, heads: Mapping[str, f.TapeHead], key: bytes | None) -> list[tuple[str, str]]:
        assert hearing == H
        assert key is not None
        asked.append(heads)
        return [("tape-1 part 1", "one byte differs")]

    async def right(hearing: HearingId, version: int, upto: int | None) -> str | None:
        return TRANSCRIPT.sha256

    async def gone(hearing: HearingId, version: int, upto: int | None) -> str | None:
        return None

    assert await kinds(office, Checks(transcript=right)) == set()
    assert await kinds(office, Checks(transcript=gone)) == {FaultKind.TRANSCRIPT}
    assert await kinds(office, Checks(tapes=tapes)) == {FaultKind.TAPE}
    assert asked[0] == {"tape-1": HEAD}


async def test_a_key_that_is_gone_without_an_act_is_a_fault(office: Office) -> None:
    case = await closed_hearing(office)
    await office.docket.cases.destroy(case, NOW + 9)
    assert await kinds(office) == {FaultKind.KEY}
    (ruling,) = await office.docket.documents.of(H)
    await asyncio.to_thread(flip, lying(office, ruling), 30)
    assert await kinds(office) == {FaultKind.KEY, FaultKind.DOCUMENT}
