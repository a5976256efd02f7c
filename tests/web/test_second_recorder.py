"""The second recorder in a court: it keeps the same, its trouble is not the hearing's, and the night compares both."""

from __future__ import annotations

from pathlib import Path

from hearing.hearings import Phase, Recording
from media.record.second import differences
from tests.web.sittings import TYPED, Bench, bench
from web.reconciling import switch_on, switched_on


async def _recorded(held: Bench) -> None:
    """A hearing that was opened, spoke a sentence, and paused its record."""
    await held.open()
    await held.speakers["judge"].say("investigating_judge-1")
    await held.ask("secretary", "pause_recording", reason=TYPED["pause"])
    await held.until(lambda h: h.recording is Recording.PAUSED and len(h.tape_heads) > 2)


async def test_both_recorders_keep_the_same_packets(tmp_path: Path) -> None:
    second = tmp_path / "second"
    async with bench(tmp_path / "data", model=None, second=second) as held:
        await _recorded(held)
        hearing = await held.now()
        await held.leave()
        await held.crash()
        key = await held.registry.keys.tapes(hearing.case)
        first = tmp_path / "data" / "tapes" / held.id
        assert differences(first, second / held.id, key) == []
        assert {path.name for path in first.iterdir()} == {path.name for path in (second / held.id).iterdir()}


async def test_a_second_path_that_cannot_be_written_leaves_the_hearing_alone(tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.write_text("a file where a folder should be")
    async with bench(tmp_path / "data", model=None, second=second) as held:
        await _recorded(held)
        assert (await held.now()).phase is Phase.OPEN


def test_it_is_switched_on_once(tmp_path: Path) -> None:
    assert switched_on(tmp_path / "second") is None
    switch_on(tmp_path / "second", 100.5)
    switch_on(tmp_path / "second", 900.0)
    assert switched_on(tmp_path / "second") == 100.5
