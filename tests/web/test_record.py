"""The record of a whole hearing: complete, checked to the byte, silent about people, and whole after a crash."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hearing import facts as f
from hearing.hearings import Hearing, Phase
from hearing.participants import Actor, Attendance, HearingId
from hearing.registry.office import DATABASE_FILE
from hearing.registry.office import Office as Registry
from hearing.registry.verify import Fault, FaultKind, verify
from hearing.rules.offers import allowed
from tests.patience import PATIENCE_SECONDS
from tests.web.house import JUDGE_IIN, PEOPLE, SECRETARY_IIN, valid_iin
from tests.web.sittings import AT_ONCE, PARTIES, TYPED, Bench, bench
from web.checking import checks
from web.office import OATH_CLIP, QUALITY, RECORDING, RULING, SWORN_WORDS, TIMELINE, WARNING_CLIP

STAFF = ("Сағынтаев Асқар Маратұлы", "Ғалымова Сәуле Бекқызы")


@dataclass(frozen=True, slots=True)
class Record:
    """The data folder of a closed and completed hearing."""

    data: Path
    hearing: HearingId
    journal: str


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> tuple[Record, Bench]:
    """Two hearings, held side by side since they take the time that speaking takes: the court of one crashed."""
    return asyncio.run(_both(tmp_path_factory.mktemp("record")))


@pytest.fixture
def record(records: tuple[Record, Bench]) -> Record:
    return records[0]


@pytest.fixture
def crashed(records: tuple[Record, Bench]) -> Bench:
    """A court that was gone when the recording was sealed and the transcript was not."""
    return records[1]


async def _both(folder: Path) -> tuple[Record, Bench]:
    async with bench(folder / "whole") as whole, bench(folder / "crashed") as crashed, asyncio.TaskGroup() as hearings:
        hearings.create_task(_crash(crashed))
        made = hearings.create_task(_record(whole))
    return made.result(), crashed


async def _record(held: Bench) -> Record:
    await held.hold()
    await held.until(lambda h: h.transcript is not None)
    lines = [line async for line in held.registry.journal.export(held.id)]
    return Record(held.registry.folder, held.id, "".join(lines))


async def _crash(held: Bench) -> None:
    await held.hold()
    await held.until(lambda h: any(sealed.kind == RECORDING for sealed in h.files.values()))
    await held.crash()
    assert (await held.now()).transcript is None


async def _faults(data: Path) -> list[Fault]:
    """What ``tyndau verify`` finds."""
    async with await Registry.open(data) as registry:
        return await verify(registry, None, checks(registry, data / "tapes"))


def _sealed(journal: str) -> Counter[str]:
    """The kinds of what was sealed, by the journal."""
    facts = [json.loads(line)["fact"] for line in journal.splitlines()]
    kinds = Counter(str(fact["kind"]) for fact in facts if fact["fact"] == "FileSealed")
    kinds.update(str(fact["fact"]) for fact in facts if fact["fact"] == "TranscriptSealed")
    return kinds


def _is_complete(kinds: Counter[str]) -> bool:
    oaths = {kind: count for kind, count in kinds.items() if kind.startswith(OATH_CLIP)}
    once = {RECORDING: 1, TIMELINE: 1, QUALITY: 1, RULING: 4, "transcript": 1, "TranscriptSealed": 1}
    beside = [kinds[kind.replace(OATH_CLIP, prefix)] for kind in oaths for prefix in (WARNING_CLIP, SWORN_WORDS)]
    return list(oaths.values()) == [1] and beside == [1, 1] and {kind: kinds[kind] for kind in once} == once


async def test_the_record_of_a_whole_hearing_is_complete_and_nothing_is_wrong_with_it(record: Record) -> None:
    assert await _faults(record.data) == []
    assert _is_complete(_sealed(record.journal))


# --- every damage is found -----------------------------------------------------------------------------------------


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _database(record: Record) -> sqlite3.Connection:
    return sqlite3.connect(record.data / DATABASE_FILE)


def _entries(record: Record) -> sqlite3.Connection:
    """The journal's table as a thief would open it, who first takes away what keeps it append-only."""
    database = _database(record)
    for (guard,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f'DROP TRIGGER "{guard}"')
    return database


def _document(record: Record, kind: str) -> Path:
    with _database(record) as database:
        (name,) = database.execute("SELECT id FROM documents WHERE kind = ? ORDER BY id LIMIT 1", (kind,)).fetchone()
    return record.data / "vault" / record.hearing / f"{name}.sealed"


def _part(record: Record) -> Path:
    return max((record.data / "tapes" / record.hearing).glob("s-*.audio/*.part"), key=lambda path: path.stat().st_size)


def _a_byte_of_a_tape(record: Record) -> None:
    _flip(_part(record))


def _a_part_of_a_tape(record: Record) -> None:
    _part(record).unlink()


def _a_whole_tape(record: Record) -> None:
    shutil.rmtree(_part(record).parent)


def _a_byte_of_the_ruling(record: Record) -> None:
    _flip(_document(record, RULING))


def _a_byte_of_the_recording(record: Record) -> None:
    _flip(_document(record, RECORDING))


def _the_recording(record: Record) -> None:
    _document(record, RECORDING).unlink()


def _a_byte_of_an_entry(record: Record) -> None:
    with _entries(record) as database:
        find = "SELECT version, fact FROM entries WHERE fact LIKE '%DecisionDrafted%'"
        version, fact = database.execute(find).fetchone()
        changed = fact.replace('"days":10', '"days":11')
        assert changed != fact
        database.execute("UPDATE entries SET fact = ? WHERE version = ?", (changed, version))


def _a_byte_of_a_line(record: Record) -> None:
    with _database(record) as database:
        find = "SELECT id, sealed FROM utterances WHERE version = 1 LIMIT 1"
        name, sealed = database.execute(find).fetchone()
        changed = bytearray(sealed)
        changed[len(changed) // 2] ^= 1
        database.execute("UPDATE utterances SET sealed = ? WHERE id = ?", (bytes(changed), name))


def _the_moment_of_a_line(record: Record) -> None:
    with _database(record) as database:
        database.execute("UPDATE utterances SET start = start + 1 WHERE version = 1")


def _a_line(record: Record) -> None:
    with _database(record) as database:
        database.execute("DELETE FROM utterances WHERE id = (SELECT min(id) FROM utterances WHERE version = 1)")


def _the_last_entry(record: Record) -> None:
    with _entries(record) as database:
        database.execute("DELETE FROM entries WHERE version = (SELECT max(version) FROM entries)")


def _the_last_entry_and_its_traces(record: Record) -> None:
    _the_last_entry(record)
    with _database(record) as database:
        database.execute("UPDATE hearings SET version = version - 1")


def _everything_since_the_close_and_its_traces(record: Record) -> None:
    with _entries(record) as database:
        (closed,) = database.execute('SELECT version FROM entries WHERE fact LIKE \'%"fact":"Closed"%\'').fetchone()
        database.execute("DELETE FROM entries WHERE version > ?", (closed,))
        database.execute("UPDATE hearings SET version = ?", (closed,))


DAMAGES: list[tuple[Callable[[Record], None], FaultKind]] = [
    (_a_byte_of_a_tape, FaultKind.TAPE),
    (_a_part_of_a_tape, FaultKind.TAPE),
    (_a_whole_tape, FaultKind.TAPE),
    (_a_byte_of_the_ruling, FaultKind.DOCUMENT),
    (_a_byte_of_the_recording, FaultKind.DOCUMENT),
    (_the_recording, FaultKind.DOCUMENT),
    (_a_byte_of_an_entry, FaultKind.JOURNAL),
    (_a_byte_of_a_line, FaultKind.TRANSCRIPT),
    (_the_moment_of_a_line, FaultKind.TRANSCRIPT),
    (_a_line, FaultKind.TRANSCRIPT),
    (_the_last_entry, FaultKind.CUT),
    (_the_last_entry_and_its_traces, FaultKind.CUT),
    (_everything_since_the_close_and_its_traces, FaultKind.CUT),
]


@pytest.mark.parametrize(("damage", "kind"), DAMAGES, ids=[damage.__name__.strip("_") for damage, _ in DAMAGES])
async def test_whatever_is_changed_or_taken_away_is_found(
    record: Record, tmp_path: Path, damage: Callable[[Record], None], kind: FaultKind
) -> None:
    copy = Record(tmp_path / "data", record.hearing, record.journal)
    shutil.copytree(record.data, copy.data)
    damage(copy)
    assert kind in {fault.kind for fault in await _faults(copy.data)}


# --- silence about people ------------------------------------------------------------------------------------------


def _personal() -> list[str]:
    """All that was typed about people and the case, and every part of every name."""
    names = [*STAFF, *(full for full, *_ in PEOPLE.values())]
    iins = [JUDGE_IIN, valid_iin(SECRETARY_IIN[:11]), *(valid_iin(f"8{n}050530001") for n in range(len(PEOPLE)))]
    contacts = [f"{name}@example.kz" for name in PEOPLE]
    rooms = [room for *_, room in PEOPLE.values() if room]
    case = ["7585-24-00-2/101", "241234567890123", "Бұлтартпау шарасын"]
    parts = [part for name in names for part in name.split()]
    return [*names, *parts, *iins, *contacts, *rooms, *case, *TYPED.values()]


def test_the_exported_journal_names_nobody_and_repeats_nothing_that_was_typed(record: Record) -> None:
    plain = "\n".join(json.dumps(json.loads(line), ensure_ascii=False) for line in record.journal.splitlines())
    assert [word for word in _personal() if word.lower() in plain.lower()] == []


def test_nothing_that_lies_on_the_disk_names_anybody_in_clear(record: Record) -> None:
    files = [path for path in record.data.rglob("*") if path.is_file()]
    lying = [path.read_bytes() for path in files]
    words = [word.encode() for word in _personal()] + [json.dumps(word)[1:-1].encode() for word in _personal()]
    assert [word.decode() for word in words if any(word in content for content in lying)] == []


# --- crashes -------------------------------------------------------------------------------------------------------


async def test_a_case_file_left_half_made_by_a_crash_is_completed_by_the_next_court(crashed: Bench) -> None:
    data = crashed.registry.folder
    (data / "tapes" / "closing-left").mkdir()
    async with bench(data, crashed) as second:
        await second.until(lambda h: h.transcript is not None)
        kinds = _sealed("".join([line async for line in second.registry.journal.export(second.id)]))
    assert _is_complete(kinds)
    assert await _faults(data) == []
    assert list((data / "tapes").glob("closing-*")) == []


def _snapshot(data: Path, copy: Path) -> None:
    """The data as a power cut would leave it: parts half written, nothing finished."""
    shutil.copytree(data, copy, ignore=shutil.ignore_patterns(f"{DATABASE_FILE}*"))
    with sqlite3.connect(data / DATABASE_FILE) as living, sqlite3.connect(copy / DATABASE_FILE) as kept:
        living.backup(kept)


async def _may_resume(court: Bench) -> bool:
    hearing = await court.now()
    person = hearing.people[court.house.people["judge"]]
    offered = allowed(hearing, Actor(person.person, person.role), time.time(), AT_ONCE)
    return any(offer.act == "resume_after_loss" and offer.ready for offer in offered)


def _heads(hearing: Hearing) -> dict[str, int]:
    return {head.tape: head.part for head in hearing.tape_heads.values()}


async def test_a_restart_in_the_middle_of_a_hearing_pauses_it_until_all_are_back(tmp_path: Path) -> None:
    async with bench(tmp_path / "first") as first:
        await first.open()
        await first.speakers["judge"].say("investigating_judge-1")
        before = await first.now()
        _snapshot(tmp_path / "first", tmp_path / "second")
        crashed = time.time()
    async with bench(tmp_path / "second", first) as second:
        hearing = await second.now()
        gap = hearing.open_gap()
        assert hearing.phase is Phase.PAUSED_BY_LOSS
        assert gap is not None
        assert before.opened_at is not None
        assert before.opened_at < gap.start <= crashed
        assert set(gap.seats) == {hearing.people[second.house.people[name]].seat for name in PARTIES}
        parties = [hearing.people[second.house.people[name]] for name in PARTIES]
        assert {person.attendance for person in parties} == {Attendance.LOST}
        assert not any(seat.connected for seat in hearing.seats.values())
        recovered = _heads(hearing)
        for name in PARTIES:
            assert not await _may_resume(second)
            await second.enter(name)
        assert await _may_resume(second)
        await second.ask("judge", "resume_after_loss")
        await second.speakers["judge"].say("investigating_judge-1")
        await second.ask("secretary", "pause_recording", reason=TYPED["pause"])
        after = await second.until(lambda h: all(_heads(h)[tape] > part for tape, part in recovered.items()))
        assert after.gaps[-1].end is not None
        entries = await second.registry.journal.read(second.id)
        assert sum(isinstance(entry.fact, f.PausedByLoss) for entry in entries) == 1
    assert await _faults(tmp_path / "second") == []


async def test_a_sitting_ends_once_its_hearing_is_over_and_nobody_looks_on(tmp_path: Path) -> None:
    async with bench(tmp_path / "data", model=None) as held:
        held.court.linger_seconds = 0.0
        sitting = await held.sitting()
        await held.ask("judge", "vacate", reason=TYPED["pause"])
        async with asyncio.timeout(PATIENCE_SECONDS):
            await sitting.ended.wait()
        assert (await held.now()).phase is Phase.VACATED
