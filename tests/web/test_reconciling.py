"""The nightly comparison: what ought to be stored against what is."""

from __future__ import annotations

import shutil

import pytest

from hearing import acts as a
from hearing.participants import SYSTEM, HearingId
from hearing.registry.verify import NO_CHECKS
from tests.hearing.registry.lying import lying
from tests.media.record.synthetic import FLOOR, START, SUSPECT, Sender, tape_it, voice
from tests.web.house import HOUR, House
from tests.web.test_quality import made
from web import bundling, quality
from web.asking import perform
from web.office import QUALITY, RECORDING, TIMELINE
from web.reconciling import Kind, reconcile
from web.sealing import seal_ruling


async def _found(house: House, after: float) -> set[tuple[Kind, str]]:
    tapes = house.folder / "data" / "tapes"
    found = await reconcile(house.registry, tapes, NO_CHECKS, house.at + after, 5)
    return {(one.kind, one.where.split(" ", 1)[-1]) for one in found}


@pytest.fixture
async def complete(house: House, held: HearingId) -> HearingId:
    """A hearing with all its products, one tape among them."""
    seat = await house.seat(held, "judge")
    tape = house.folder / "data" / "tapes" / held / f"{seat}.audio"
    tape.mkdir(parents=True)
    (tape / "000001.part").write_bytes(bytes(100))
    await perform(house.office, held, a.NoteTapeHead(f"{seat}.audio", seat, "audio", 1, "ab" * 32, 100), SYSTEM)
    put = house.registry.docket.documents.put
    timeline = b'{"start": 0, "duration": 1, "segments": []}'
    for kind, content in ((TIMELINE, timeline), (QUALITY, quality.content(made()))):
        document = await put(held, kind, f"{kind}.json", content, "application/json", house.at, "system")
        act = a.NoteFileSealed(document.kind, document.id, document.sha256, document.size)
        await perform(house.office, held, act, SYSTEM)
    await perform(house.office, held, a.SealTranscript(1, "cd" * 32, 9, "test"), SYSTEM)
    await seal_ruling(house.office, held)
    return held


async def test_a_complete_hearing_lacks_only_what_is_not_due_yet(house: House, complete: HearingId) -> None:
    await bundling.seal_link_test(house.office, complete, await house.state(complete))
    document = await house.registry.docket.documents.put(complete, "bundle", "b", b"{}", "x/y", house.at, "system")
    await perform(house.office, complete, a.NoteFileSealed("bundle", document.id, document.sha256, 2), SYSTEM)
    assert await _found(house, 7 * HOUR) == set()
    assert await _found(house, 6 * 24 * HOUR) == {(Kind.MISSING, "minutes")}


async def test_what_was_never_made_is_missing_once_it_is_due(house: House, complete: HearingId) -> None:
    assert await _found(house, HOUR) == set()
    assert await _found(house, 7 * HOUR) == {(Kind.MISSING, "bundle"), (Kind.MISSING, "link-test")}


async def test_missing_empty_altered_and_unknown_are_told_apart(house: House, complete: HearingId) -> None:
    tapes = house.folder / "data" / "tapes"
    seat = await house.seat(complete, "judge")
    (tapes / complete / f"{seat}.audio" / "000001.part").write_bytes(b"")
    (tapes / "h-foreign").mkdir()
    document = await house.registry.docket.documents.latest(complete, RECORDING)
    assert document is not None
    path = lying(house.registry, document)
    (path.parent / "d-stray.sealed").write_bytes(b"x")
    path.unlink()
    found = await reconcile(house.registry, tapes, NO_CHECKS, house.at + HOUR, 5)
    assert {one.kind for one in found} == {Kind.EMPTY, Kind.UNKNOWN, Kind.ALTERED}
    assert {one.where for one in found if one.kind is Kind.UNKNOWN} == {"tapes/h-foreign", f"{complete}/d-stray.sealed"}


async def _second(house: House, hearing: HearingId) -> set[tuple[Kind, str]]:
    tapes, second = house.folder / "data" / "tapes", house.folder / "second"
    found = await reconcile(house.registry, tapes, NO_CHECKS, house.at + HOUR, 5, second)
    return {(one.kind, one.where.removeprefix(f"{hearing} ")) for one in found}


async def test_the_second_recording_is_expected_since_it_was_switched_on_and_held_against_the_first(
    house: House, complete: HearingId
) -> None:
    tapes, second = house.folder / "data" / "tapes", house.folder / "second"
    started = (await house.state(complete)).recording_since
    assert started is not None
    second.mkdir()
    (second / "since").write_text(str(started + 1))
    assert await _second(house, complete) == set()
    (second / "since").write_text(str(started - 1))
    assert await _second(house, complete) == {(Kind.MISSING, "second recording")}

    key = await house.registry.keys.tapes((await house.state(complete)).case)
    shutil.rmtree(tapes / complete)
    packets = list(voice(Sender(SUSPECT, "audio", 1), [b"\xf8\xff\xfe"] * 200))
    for folder, kept in ((tapes / complete, packets), (second / complete, packets)):
        tape_it(folder, kept, [(START, FLOOR)], key=key)
    missing = (Kind.MISSING, f"{await house.seat(complete, 'judge')}.audio")
    assert await _second(house, complete) == {missing}
    shutil.rmtree(second / complete)
    tape_it(second / complete, packets[:100], [(START, FLOOR)], key=key)
    assert await _second(house, complete) == {missing, (Kind.ALTERED, "s-suspect.audio")}
