"""The recorder against its floor and its disk."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import pytest

from hearing.floor import NOBODY, Floor
from media.packets import Received
from media.record.disk import FencedDisk, LocalDisk, SharedDisk
from media.record.frames import FLOOR_TAPE, Flag, TapeName
from media.record.recorder import Recorder, TapeAlarm, TapeReport, TapeRestored, TapeRolling
from media.record.tape import TapeHead, read_tape, tapes_in
from media.record.verify import verify_tapes
from tests.media.record.disks import ThinDisk
from tests.media.record.synthetic import COUNSEL, FLOOR, JUDGE, KEY, SECOND, START, SUSPECT, Sender
from tests.patience import PATIENCE_SECONDS


class Clock:
    """The server's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        return self.now

    def feed(self, recorder: Recorder, packets: Iterable[Received]) -> None:
        """Let packets arrive, each at its time."""
        for packet in packets:
            self.now = max(self.now, packet.arrival_ns)
            recorder.received(packet)


class StuckDisk(LocalDisk):
    """A disk that answers only once it is let go."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.asked = threading.Event()

    def write(self, fd: int, data: bytes) -> int:
        self.asked.set()
        self.free.wait()
        return super().write(fd, data)


class TardyDisk(LocalDisk):
    """A disk that makes nothing durable until it is let go, and notes when it did."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.asked = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def sync(self, fd: int) -> None:
        self._loop.call_soon_threadsafe(self.asked.set)
        self.free.wait()
        super().sync(fd)


class ChainDisk(LocalDisk):
    """A disk that says when the chain of a picture's tape was written."""

    def __init__(self) -> None:
        self.chains: set[int] = set()
        self.chained = asyncio.Queue[None]()
        self._loop = asyncio.get_running_loop()

    def extend(self, path: Path) -> int:
        fd = super().extend(path)
        if path.parent.suffix == ".video":
            self.chains.add(fd)
        return fd

    def close(self, fd: int) -> None:
        super().close(fd)
        if fd in self.chains:
            self.chains.remove(fd)
            self._loop.call_soon_threadsafe(self.chained.put_nowait, None)


Make = Callable[..., Recorder]


@pytest.fixture
async def recorders(tmp_path: Path) -> AsyncIterator[Make]:
    made: list[Recorder] = []

    def make(clock: Callable[[], int], **more: object) -> Recorder:
        recorder = Recorder(tmp_path, KEY, clock=clock, **more)  # type: ignore[arg-type]
        made.append(recorder)
        return recorder

    yield make
    for recorder in made:
        await recorder.close()


async def _until(recorder: Recorder, wanted: type[TapeReport]) -> TapeReport:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            report = await recorder.reports().get()
            if isinstance(report, wanted):
                return report


def _packets(sender: Sender, count: int, since: int = START) -> list[Received]:
    return [sender.packet(since + n * 1_000_000, b"\xf8" + bytes([n % 250]) * 80) for n in range(count)]


def _kept(folder: Path, name: TapeName) -> list[bytes]:
    return [frame.content for frame in read_tape(folder, KEY, name) if frame.flag is Flag.RTP]


def _bytes(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_what_arrived_is_on_tape_as_it_arrived(tmp_path: Path, recorders: Make) -> None:
    clock = Clock()
    recorder = recorders(clock)
    recorder.apply(FLOOR)
    packets = _packets(Sender(SUSPECT, "audio", 1), 300)
    clock.feed(recorder, packets)
    heads = await recorder.close()
    assert _kept(tmp_path, TapeName.voice(SUSPECT, FLOOR)) == [p.packet for p in packets]
    assert {head.tape for head in heads} == {"s-suspect.audio", "court.floor"}
    assert verify_tapes(tmp_path, KEY, heads) == []


async def test_no_picture_but_the_court_cameras_reaches_the_disk(tmp_path: Path, recorders: Make) -> None:
    clock = Clock()
    recorder = recorders(clock)
    recorder.apply(FLOOR)
    clock.feed(recorder, _packets(Sender(SUSPECT, "video", 9), 200) + _packets(Sender(COUNSEL, "video", 10), 200))
    clock.feed(recorder, _packets(Sender(JUDGE, "video", 11), 50))
    await recorder.close()
    assert {name.folder for name in tapes_in(tmp_path)} == {"court.floor", "s-judge.video"}
    assert {name.folder for name in tapes_in(tmp_path)} == set(os.listdir(tmp_path))
    with pytest.raises(ValueError, match="no picture"):
        TapeName.court_camera(Floor(recorded_sound=frozenset({SUSPECT})))


async def test_a_seat_that_leaves_the_floor_is_off_the_tape_before_apply_returns(
    tmp_path: Path, recorders: Make
) -> None:
    clock = Clock()
    recorder = recorders(clock)
    sender = Sender(SUSPECT, "audio", 1)
    recorder.apply(FLOOR)
    before = _packets(sender, 10)
    clock.feed(recorder, before)
    recorder.apply(NOBODY)
    clock.feed(recorder, _packets(sender, 10, START + SECOND))
    recorder.apply(FLOOR)
    after = _packets(sender, 10, START + 2 * SECOND)
    clock.feed(recorder, after)
    await recorder.close()
    assert _kept(tmp_path, TapeName.voice(SUSPECT, FLOOR)) == [p.packet for p in before + after]


async def test_a_pause_reports_the_head_and_going_on_reports_that_it_rolls(recorders: Make) -> None:
    clock = Clock()
    recorder = recorders(clock)
    recorder.apply(FLOOR)
    sender = Sender(SUSPECT, "audio", 1)
    recorder.received(_packets(sender, 1)[0])
    rolling = await _until(recorder, TapeRolling)
    while rolling != TapeRolling(SUSPECT, "audio"):
        rolling = await _until(recorder, TapeRolling)
    recorder.apply(NOBODY)
    head = await _until(recorder, TapeHead)
    assert isinstance(head, TapeHead)
    assert head.part == 1
    assert head.bytes > 0


async def test_a_head_is_told_only_once_its_part_is_durable(recorders: Make) -> None:
    clock, disk = Clock(), TardyDisk()
    recorder = recorders(clock, disk=disk)
    recorder.apply(FLOOR)
    recorder.received(_packets(Sender(SUSPECT, "audio", 1), 1)[0])
    recorder.apply(NOBODY)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await disk.asked.wait()
    told = [recorder.reports().get_nowait() for _ in range(recorder.reports().qsize())]
    assert not any(isinstance(report, TapeHead) for report in told)
    disk.free.set()
    assert isinstance(await _until(recorder, TapeHead), TapeHead)


async def test_parts_are_finished_every_ten_seconds_and_each_asks_for_a_fresh_picture(
    tmp_path: Path, recorders: Make
) -> None:
    asked = asyncio.Queue[str]()
    clock, disk = Clock(), ChainDisk()
    recorder = recorders(clock, disk=disk, fresh_picture=asked.put_nowait)
    recorder.apply(Floor(recorded_video=JUDGE))
    sender = Sender(JUDGE, "video", 1)
    for _ in range(3):
        recorder.received(sender.packet(clock.now, b"\x10\x00" * 50))
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await asked.get() == JUDGE
            clock.now += 11 * SECOND
            await disk.chained.get()
    heads = await recorder.close()
    assert {head.tape: head.part for head in heads} == {"court.floor": 2, "s-judge.video": 3}
    assert verify_tapes(tmp_path, KEY, heads) == []


async def test_a_closed_part_goes_to_the_sealed_tape(tmp_path: Path, recorders: Make) -> None:
    clock = Clock()
    recorder = recorders(clock)
    sender = Sender(SUSPECT, "audio", 1)
    closed = Floor(recorded_sound=frozenset({SUSPECT}), sealed=True)
    recorder.apply(FLOOR)
    openly = _packets(sender, 5)
    clock.feed(recorder, openly)
    recorder.apply(closed)
    secret = _packets(sender, 5)
    clock.feed(recorder, secret)
    await recorder.close()
    assert _kept(tmp_path, TapeName.voice(SUSPECT, FLOOR)) == [p.packet for p in openly]
    assert _kept(tmp_path, TapeName.voice(SUSPECT, closed)) == [p.packet for p in secret]


async def test_a_full_disk_raises_the_alarm_and_nothing_is_lost_once_there_is_room(
    tmp_path: Path, recorders: Make
) -> None:
    disk, clock = ThinDisk(20_000), Clock()
    recorder = recorders(clock, disk=disk)
    recorder.apply(FLOOR)
    packets = _packets(Sender(SUSPECT, "audio", 1), 400)
    clock.feed(recorder, packets)
    alarm = await _until(recorder, TapeAlarm)
    assert alarm == TapeAlarm("disk_full")
    readable = _kept(tmp_path, TapeName.voice(SUSPECT, FLOOR))
    assert 0 < len(readable) < 400
    assert readable == [p.packet for p in packets[: len(readable)]]
    disk.room = 10_000_000
    clock.now += SECOND
    restored = await _until(recorder, TapeRestored)
    assert restored == TapeRestored(0)
    heads = await recorder.close()
    assert _kept(tmp_path, TapeName.voice(SUSPECT, FLOOR)) == [p.packet for p in packets]
    assert verify_tapes(tmp_path, KEY, heads) == []


async def test_tapes_leave_the_journal_its_room_on_a_disk_that_fills_up(tmp_path: Path, recorders: Make) -> None:
    disk, clock = SharedDisk(reserve=1 << 62), Clock()
    recorder = recorders(clock, disk=disk)
    recorder.apply(FLOOR)
    packets = _packets(Sender(SUSPECT, "audio", 1), 100)
    clock.feed(recorder, packets)
    assert await _until(recorder, TapeAlarm) == TapeAlarm("disk_full")
    disk.reserve = 0
    clock.now += SECOND
    assert await _until(recorder, TapeRestored) == TapeRestored(0)
    heads = await recorder.close()
    assert _kept(tmp_path, TapeName.voice(SUSPECT, FLOOR)) == [p.packet for p in packets]
    assert verify_tapes(tmp_path, KEY, heads) == []


async def test_a_disk_that_stays_full_leaves_all_before_it_readable(tmp_path: Path, recorders: Make) -> None:
    clock = Clock()
    recorder = recorders(clock, disk=ThinDisk(20_000))
    recorder.apply(FLOOR)
    packets = _packets(Sender(SUSPECT, "audio", 1), 400)
    clock.feed(recorder, packets)
    await _until(recorder, TapeAlarm)
    await recorder.close()
    again = recorders(Clock())
    assert [head.tape for head in again.recovered] == ["court.floor", "s-suspect.audio"]
    kept = _kept(tmp_path, TapeName.voice(SUSPECT, FLOOR))
    assert len(kept) > 100
    assert kept == [p.packet for p in packets[: len(kept)]]
    assert verify_tapes(tmp_path, KEY) == []


async def test_a_recorder_whose_hearing_another_server_holds_touches_nothing_any_more(
    tmp_path: Path, recorders: Make
) -> None:
    clock, ours = Clock(), threading.Event()
    ours.set()
    recorder = recorders(clock, disk=FencedDisk(LocalDisk(), ours.is_set))
    recorder.apply(FLOOR)
    sender = Sender(SUSPECT, "audio", 1)
    clock.feed(recorder, _packets(sender, 10))
    await _until(recorder, TapeRolling)
    ours.clear()
    clock.feed(recorder, _packets(sender, 10, START + SECOND))
    assert await _until(recorder, TapeAlarm) == TapeAlarm("disk_failed")
    taken_over = _bytes(tmp_path)
    clock.feed(recorder, _packets(sender, 10, START + 2 * SECOND))
    await recorder.close()
    assert _bytes(tmp_path) == taken_over


async def test_a_stuck_disk_never_holds_up_the_room_and_is_told_within_two_seconds(recorders: Make) -> None:
    disk, clock = StuckDisk(), Clock()
    recorder = recorders(clock, disk=disk)
    recorder.apply(FLOOR)
    disk.free.clear()
    sender = Sender(SUSPECT, "audio", 1, delay_ns=0)
    recorder.received(sender.packet(clock.now, b"\xf8" * 80))
    await asyncio.to_thread(disk.asked.wait)
    for _ in range(100):
        clock.now += 20_000_000
        recorder.received(sender.packet(clock.now, b"\xf8" * 80))
    assert await _until(recorder, TapeAlarm) == TapeAlarm("disk_slow")
    disk.free.set()


async def test_the_floor_itself_is_on_tape(tmp_path: Path, recorders: Make) -> None:
    clock = Clock()
    recorder = recorders(clock)
    recorder.apply(FLOOR)
    recorder.apply(FLOOR)
    recorder.apply(NOBODY)
    await recorder.close()
    floors = [frame.content for frame in read_tape(tmp_path, KEY, FLOOR_TAPE) if frame.flag is Flag.FLOOR]
    assert len(floors) == 2
    assert b'"s-judge"' in floors[0]
