"""The recorder's place at a sitting: packets go to tape as the floor says, and what it reports becomes acts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from hearing import acts as a
from hearing.floor import Floor
from hearing.hearings import Recording
from hearing.participants import SeatId
from media.packets import Received
from media.record.confidence import Doubt, Doubtful, Reader, low_priority
from media.record.disk import Disk, FencedDisk, LocalDisk
from media.record.frames import Damaged
from media.record.recorder import Recorder, TapeAlarm, TapeHead, TapeRestored, TapeRolling
from media.record.reports import reason_of
from media.record.timeline import Timeline
from media.wire.clock import now_ns

if TYPE_CHECKING:
    from web.sitting import Sitting

log = structlog.get_logger()

SECOND_CLOSES_SECONDS = 10.0
"""So long the end of a sitting waits for the second recorder's disk."""


def head_act(head: TapeHead) -> a.NoteTapeHead:
    """The tape's newest chain head as an act of the server."""
    return a.NoteTapeHead(head.tape, SeatId(head.seat), head.kind, head.part, head.sha256_chain_head, head.bytes)


class RecordingDesk:
    """One hearing's recorder. ``rolling`` is the truth behind the recording lamp."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._recorder: Recorder | None = None
        self._alarm: str | None = None
        self._rolling = False
        self._doubt: Doubtful | None = None
        self._reader: Reader | None = None
        self._second: Recorder | None = None
        self.second_alarm: str | None = None
        """Why the second recorder does not record, where one is switched on: the court is told, no fact is written,
        since the record itself is whole."""
        self.recovered: list[a.NoteTapeHead] = []
        self.last_arrival: float | None = None

    @property
    def folder(self) -> Path:
        return self._sitting.court.tapes / self._sitting.id

    @property
    def rolling(self) -> bool:
        return self._rolling and self._alarm is None and self._doubt is None

    async def open(self, key: bytes) -> None:
        """Mend what a crash left behind, then stand ready to record."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._recorder = Recorder(
            self.folder,
            key,
            clock=now_ns,
            disk=self._fenced(self._sitting.court.disk),
            fresh_picture=self._sitting.courtroom.fresh_picture,
        )
        self._reader = Reader(self.folder, key)
        self._open_second(key)
        self.recovered = [head_act(head) for head in self._recorder.recovered]
        if self.recovered:
            spans = await asyncio.to_thread(lambda: Timeline(self.folder, key).spans)
            self.last_arrival = spans[-1].end_ns / 1e9 if spans else None

    def _fenced(self, disk: Disk | None) -> Disk:
        """Writable for as long as this node holds the hearing."""
        venue, hearing = self._sitting.court.venue, self._sitting.id
        return FencedDisk(disk or LocalDisk(), lambda: venue.holds(hearing))

    def _open_second(self, key: bytes) -> None:
        """The recorder on another path, where one is switched on. Its trouble never touches the first."""
        second = self._sitting.court.office.second_tapes
        if second is None:
            return
        try:
            (second / self._sitting.id).mkdir(parents=True, exist_ok=True)
            disk = self._fenced(self._sitting.court.second_disk)
            self._second = Recorder(second / self._sitting.id, key, clock=now_ns, disk=disk)
        except (OSError, Damaged) as wrong:
            self.second_alarm = reason_of(wrong) if isinstance(wrong, OSError) else Doubt.ALTERED.value
            log.error("second recording failed", hearing=self._sitting.id, reason=str(wrong))

    def apply(self, floor: Floor) -> None:
        for recorder in (self._recorder, self._second):
            if recorder is not None:
                recorder.apply(floor)
        if not floor.recorded_sound:
            self._rolling = False

    def received(self, received: Received) -> None:
        for recorder in (self._recorder, self._second):
            if recorder is not None:
                recorder.received(received)

    async def run(self) -> None:
        """Make acts of what the recorder reports."""
        if self._recorder is None:
            return
        reports = self._recorder.reports()
        while True:
            report = await reports.get()
            match report:
                case TapeHead():
                    await self._sitting.ask(head_act(report))
                case TapeAlarm(reason):
                    self._alarm = reason
                    log.error("recording failed", hearing=self._sitting.id, reason=reason)
                    await self._sitting.ask(a.NoteRecordingFailure(reason))
                case TapeRestored():
                    self._alarm = None
                    if self._doubt is None and self._sitting.hearing.recording is Recording.FAILED:
                        await self._sitting.ask(a.NoteRecordingRestored())
                case TapeRolling():
                    self._rolling = True
            self._sitting.usher.show_all()

    async def watch_second(self) -> None:
        """The second recorder's trouble is shown to the court, and logged for whoever runs the server."""
        while self._second is not None:
            report = await self._second.reports().get()
            match report:
                case TapeAlarm(reason):
                    self.second_alarm = reason
                    log.error("second recording failed", hearing=self._sitting.id, reason=reason)
                case TapeRestored(lost):
                    self.second_alarm = None
                    log.warning("second recording goes on", hearing=self._sitting.id, lost=lost)
                case _:
                    continue
            self._sitting.usher.show_all()

    async def read_back(self) -> None:
        """Once a minute the newest part of each tape against what was live; trouble is an alarm like a full disk."""
        loop, every = asyncio.get_running_loop(), self._sitting.court.confidence_seconds
        with ThreadPoolExecutor(1, "read-back", initializer=low_priority) as thread:
            due = loop.time() + every
            while True:
                await asyncio.sleep(min(1.0, every))
                recorder, reader = self._recorder, self._reader
                if recorder is None or reader is None:
                    return
                recorder.live.levels(now_ns(), self._sitting.courtroom.levels())
                if loop.time() >= due:
                    due = loop.time() + every
                    parts = await loop.run_in_executor(thread, reader.finished)
                    found = await loop.run_in_executor(thread, reader.read_back, parts, recorder.live.snapshot())
                    if found is not None:
                        await self._doubted(found)

    async def _doubted(self, found: Sequence[Doubtful]) -> None:
        before, self._doubt = self._doubt, found[0] if found else None
        for one in found:
            log.error("recording doubted", hearing=self._sitting.id, tape=one.tape, part=one.part, why=one.doubt.value)
        if self._doubt is not None and before is None:
            await self._sitting.ask(a.NoteRecordingFailure(self._doubt.doubt.value))
        recovered = before is not None and self._doubt is None and self._alarm is None
        if recovered and self._sitting.hearing.recording is Recording.FAILED:
            await self._sitting.ask(a.NoteRecordingRestored())
        if before != self._doubt:
            self._sitting.usher.show_all()

    async def close(self) -> list[a.NoteTapeHead]:
        """Finish the tapes; what they end with is returned once."""
        recorder, self._recorder = self._recorder, None
        second, self._second = self._second, None
        self._rolling = False
        heads = await recorder.close() if recorder is not None else []
        if second is not None:
            try:
                async with asyncio.timeout(SECOND_CLOSES_SECONDS):
                    await second.close()
            except TimeoutError:
                log.error("second recording failed", hearing=self._sitting.id, reason="disk_slow")
        return [head_act(head) for head in heads]
