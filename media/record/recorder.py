"""The recorder: an officer in the room that brings the tapes into line with the newest floor.

It follows no events. ``apply`` compares what is rolling with what the floor keeps: a seat that is kept gets a lane, a
seat that is no longer kept loses it at once, before ``apply`` returns, and its part is finished. A packet without a
lane is not recorded. There is one place where a lane for pictures is made, and it asks the floor for *its* court
camera (:meth:`TapeName.court_camera`): no seat, packet or caller can name another.

What the floor allowed is itself kept on a tape (``court.floor``), so that anyone with the key can later hold each
tape against it and see that nothing foreign was kept.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from hearing.floor import NOBODY, Floor
from hearing.participants import SeatId
from media.packets import Received
from media.record.confidence import Live
from media.record.disk import Disk, LocalDisk
from media.record.frames import FLOOR_TAPE, Flag, Frame, TapeName
from media.record.reports import Report, TapeAlarm, TapeRestored, TapeRolling
from media.record.tape import TapeHead, recover
from media.record.writer import Writer

__all__ = ["Recorder", "Report", "TapeAlarm", "TapeHead", "TapeReport", "TapeRestored", "TapeRolling"]

TapeReport = Report
MAX_REPORTS = 1000


class Recorder:
    """One per hearing; made and used on the event loop, which it never blocks."""

    def __init__(
        self,
        folder: Path,
        key: bytes,
        *,
        clock: Callable[[], int],
        disk: Disk | None = None,
        fresh_picture: Callable[[SeatId], None] | None = None,
    ) -> None:
        """``fresh_picture`` is asked for a keyframe of the court camera whenever a part of its tape begins."""
        if len(key) != 32:
            raise ValueError("a case key has 32 bytes")
        self.recovered: list[TapeHead] = recover(folder, key)
        self._clock = clock
        self.live = Live()
        self._loop = asyncio.get_running_loop()
        self._reports: asyncio.Queue[TapeReport] = asyncio.Queue(MAX_REPORTS)
        self._ask = fresh_picture
        self._lanes: dict[tuple[SeatId, str], TapeName] = {}
        self._fresh = True
        self._late = False
        self._writer = Writer(folder, key, disk or LocalDisk(), clock, self._tell, self._want_picture)

    def apply(self, floor: Floor) -> None:
        """Open, pause and close tapes as this floor says; idempotent."""
        lanes: dict[tuple[SeatId, str], TapeName] = {
            (seat, "audio"): TapeName.voice(seat, floor) for seat in floor.recorded_sound
        }
        if floor.recorded_video is not None:
            lanes[floor.recorded_video, "video"] = TapeName.court_camera(floor)
        ended = [name for track, name in self._lanes.items() if lanes.get(track) != name]
        changed = lanes != self._lanes
        self._lanes = lanes
        for name in ended:
            self._writer.put(name, "", None)
        if changed:
            self._note_floor(floor)

    def _note_floor(self, floor: Floor) -> None:
        now = self._clock()
        kept = {
            "at": now,
            "fresh": self._fresh,
            "sound": sorted(floor.recorded_sound),
            "video": floor.recorded_video,
            "sealed": floor.sealed,
        }
        self._fresh = False
        self._writer.put(FLOOR_TAPE, "json", Frame(now, Flag.FLOOR, json.dumps(kept, sort_keys=True).encode()))
        if not self._lanes:
            self._writer.put(FLOOR_TAPE, "", None)

    def received(self, r: Received) -> None:
        """Keep a packet if the floor keeps its track; returns at once whatever the disk does."""
        name = self._lanes.get((r.seat, r.kind))
        if name is None:
            return
        flag = Flag.RTCP if r.is_rtcp else Flag.RTX if r.is_rtx else Flag.RTP
        codec = r.codec if flag is Flag.RTP else ""
        content = r.packet if flag is not Flag.RTX else r.ssrc.to_bytes(4, "big") + r.packet
        self.live.packet(name, r.arrival_ns, r.packet)
        self._writer.put(name, codec, Frame(r.arrival_ns, flag, content))
        if self._writer.late(r.arrival_ns) != self._late:
            self._late = not self._late
            self._deliver(TapeAlarm("disk_slow") if self._late else TapeRestored(0))

    def reports(self) -> asyncio.Queue[TapeReport]:
        """What happens to the tapes. Bounded: when nobody reads, the oldest report gives way to the newest."""
        return self._reports

    async def close(self) -> list[TapeHead]:
        """Write out, finish all parts, and give the final head of every tape."""
        self.apply(NOBODY)
        await asyncio.to_thread(self._writer.close)
        await asyncio.sleep(0)
        return self._writer.heads()

    def _tell(self, report: TapeReport) -> None:
        self._loop.call_soon_threadsafe(self._deliver, report)

    def _deliver(self, report: TapeReport) -> None:
        if self._reports.full():
            self._reports.get_nowait()
        self._reports.put_nowait(report)

    def _want_picture(self, seat: str) -> None:
        if self._ask is not None:
            self._loop.call_soon_threadsafe(self._ask, SeatId(seat))
