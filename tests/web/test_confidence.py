"""A disk that keeps something else than it was given: judge and secretary are told while the hearing is still on."""

from __future__ import annotations

from pathlib import Path

from hearing import facts as f
from hearing.hearings import Phase, Recording
from media.record.disk import LocalDisk
from tests.web.sittings import bench


class FalseDisk(LocalDisk):
    """Says that it took everything, and flips a bit of what was longest."""

    false = True

    def write(self, fd: int, data: bytes) -> int:
        wrong = bytearray(data)
        if self.false and len(data) > 200:
            wrong[-1] ^= 1
        return super().write(fd, bytes(wrong))


async def test_what_a_false_disk_kept_is_told_within_the_hearing_and_so_is_its_recovery(tmp_path: Path) -> None:
    disk = FalseDisk()
    async with bench(tmp_path / "data", model=None, disk=disk) as held:
        held.court.confidence_seconds = 0.5
        await held.open()
        failed = await held.until(lambda h: h.recording is Recording.FAILED)
        assert failed.phase is Phase.OPEN
        assert failed.recording_why == "readback_altered"
        await held.ask("judge", "take_step", step="composition")
        disk.false = False
        await held.until(lambda h: h.recording is Recording.ROLLING)
        facts = [entry.fact for entry in await held.registry.journal.read(held.id)]
        assert next(fact.reason for fact in facts if isinstance(fact, f.RecordingFailed)) == "readback_altered"
        assert any(isinstance(fact, f.RecordingRestored) for fact in facts)
