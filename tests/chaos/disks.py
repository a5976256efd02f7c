"""A disk that fills up while eight people are recorded, and what never reaches a disk at all.

As root the disk is a real one: a small tmpfs. Otherwise a disk of ours refuses with the same error.
"""

from __future__ import annotations

import asyncio
import errno
import os
import random
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hearing.floor import Floor
from hearing.participants import SeatId
from media.record.disk import LocalDisk
from media.record.frames import Flag
from media.record.recorder import Recorder, TapeAlarm, TapeRestored
from media.record.tape import read_tape, tapes_in
from media.record.verify import verify_tapes
from tests.chaos.rows import Row
from tests.media.record.synthetic import COUNSEL, JUDGE, KEY, SUSPECT, Sender

SEATS = [SeatId(f"s-{n}") for n in range(8)]
FLOOR = Floor(recorded_sound=frozenset(SEATS), recorded_video=SEATS[0])
DISK_BYTES = 2 << 20
MARK = b"remote picture"


class WatchedDisk(LocalDisk):
    """Notes when the disk first refused; with ``room`` it is itself the disk that is full."""

    def __init__(self, room: int | None) -> None:
        self.room = room
        self.refused: float | None = None

    def write(self, fd: int, data: bytes) -> int:
        try:
            if self.room is not None:
                if self.room <= 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                data = data[: self.room]
            written = super().write(fd, data)
        except OSError:
            self.refused = self.refused or time.monotonic()
            raise
        if self.room is not None:
            self.room -= written
        return written


@dataclass(frozen=True, slots=True)
class Filled:
    """One try: how long the alarm took, the longest that a packet held the event loop, and what is wrong after."""

    alarm: float
    held: float
    lost: int
    faults: int


@contextmanager
def small_disk(room: int) -> Iterator[tuple[Path, WatchedDisk, Path | None]]:
    """A folder on a disk with so much room, and the ballast that can be thrown off it again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder, WatchedDisk(room), None
            return
        mount = ("mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", name)
        if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
            yield folder, WatchedDisk(room), None
            return
        try:
            ballast = folder / "ballast"
            ballast.write_bytes(bytes(DISK_BYTES - room))
            yield folder, WatchedDisk(None), ballast
        finally:
            subprocess.run(("umount", "--lazy", name), check=True)


async def fill(number: int) -> Filled:
    """Fill the disk, go on for half a second, make room, and look whether all is there."""
    room = random.Random(number).randrange(60_000, 300_000)
    with small_disk(room) as (base, disk, ballast):
        folder = base / "tapes"
        recorder = Recorder(folder, KEY, clock=time.time_ns, disk=disk)
        recorder.apply(FLOOR)
        senders = [Sender(seat, "audio", n) for n, seat in enumerate(SEATS)]
        camera = Sender(SEATS[0], "video", 99)
        loop, sent, held = asyncio.get_running_loop(), 0, 0.0
        alarm: float | None = None
        freed = restored = False
        lost = after = turn = 0
        begin = loop.time()
        while not (restored and after > 25) and turn < 1000:
            now = time.time_ns()
            for packet in [*(s.packet(now, b"\xf8" * 80) for s in senders)] + [
                camera.packet(now, b"\x10\x00" * 550) for _ in range(2)
            ]:
                before = time.perf_counter()
                recorder.received(packet)
                held = max(held, time.perf_counter() - before)
                sent += 1
            while not recorder.reports().empty():
                report = recorder.reports().get_nowait()
                if isinstance(report, TapeAlarm) and alarm is None:
                    alarm = time.monotonic()
                if isinstance(report, TapeRestored):
                    restored, lost = True, lost + report.lost
            after += alarm is not None
            if after == 25 and not freed:
                freed = True
                if ballast is not None:
                    ballast.unlink()
                disk.room = None
            turn += 1
            await asyncio.sleep(max(0.0, begin + turn * 0.02 - loop.time()))
        heads = await recorder.close()
        faults = len(verify_tapes(folder, KEY, heads))
        kept = sum(f.flag is Flag.RTP for tape in tapes_in(folder) for f in read_tape(folder, KEY, tape))
    delay = alarm - disk.refused if alarm is not None and disk.refused is not None else float("inf")
    return Filled(delay, held, sent - kept, faults)


def full_disks(tries: int) -> list[Row]:
    tried = [asyncio.run(fill(number)) for number in range(tries)]
    alarm, held = max(one.alarm for one in tried), max(one.held for one in tried)
    lost, faults = sum(one.lost for one in tried), sum(one.faults for one in tried)
    real = "tmpfs" if os.geteuid() == 0 else "a disk of ours"
    return [
        Row(
            f"disk full ({real}), {tries} tries: the alarm", f"after {alarm * 1000:.0f} ms at worst", "2 s", alarm <= 2
        ),
        Row(
            "disk full: what came before and while",
            f"{lost} packets lost, {faults} faults found",
            "0, 0",
            not lost + faults,
        ),
        Row("disk full: the hearing goes on", f"a packet held it {held * 1000:.1f} ms at worst", "20 ms", held <= 0.02),
    ]


async def _remote_pictures() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        recorder = Recorder(folder, KEY, clock=time.time_ns)
        cameras = [Sender(seat, "video", n) for n, seat in enumerate((JUDGE, SUSPECT, COUNSEL))]
        sounds = frozenset({JUDGE, SUSPECT, COUNSEL})
        for court in (JUDGE, COUNSEL, None, JUDGE):
            recorder.apply(Floor(recorded_sound=sounds, recorded_video=court))
            for _ in range(200):
                now = time.time_ns()
                for camera in cameras:
                    packet = camera.packet(now, b"\x10\x00" + (b"court" if camera.seat == court else MARK) * 50)
                    recorder.received(packet)
                    recorder.received(camera.retransmission(packet, now))
        await recorder.close()
        kept = [f.content for tape in tapes_in(folder) for f in read_tape(folder, KEY, tape)]
    return sum(len(content) for content in kept if MARK in content)


def remote_pictures() -> Row:
    kept = asyncio.run(_remote_pictures())
    return Row("remote pictures on the disk", f"{kept} bytes of three cameras' 4800 packets", "0", kept == 0)
