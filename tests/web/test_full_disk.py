"""A disk that fills up in the middle of a hearing: it is said, it is in the minutes, and the hearing goes on."""

from __future__ import annotations

from pathlib import Path

from hearing import facts as f
from hearing.hearings import Phase, Recording
from hearing.registry.verify import verify
from tests.media.record.disks import ThinDisk
from tests.web.sittings import bench
from web.checking import checks


async def test_a_disk_that_fills_up_in_a_hearing_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    disk = ThinDisk(100_000_000)
    async with bench(tmp_path / "data", model=None, disk=disk) as held:
        await held.open()
        disk.room = 20_000
        failed = await held.until(lambda h: h.recording is Recording.FAILED)
        assert failed.phase is Phase.OPEN
        await held.ask("judge", "take_step", step="composition")
        disk.room = 100_000_000
        await held.until(lambda h: h.recording is Recording.ROLLING)
        facts = [entry.fact for entry in await held.registry.journal.read(held.id)]
        assert [fact.reason for fact in facts if isinstance(fact, f.RecordingFailed)] == ["disk_full"]
        assert sum(isinstance(fact, f.RecordingRestored) for fact in facts) == 1
        await held.leave()
        await held.crash()
        assert await verify(held.registry, held.id, checks(held.registry, tmp_path / "data" / "tapes")) == []
