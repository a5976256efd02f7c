"""The pass over the recording: every recorded track is heard once more, from beginning to end, into a new version.

Each track is a job in the book, leased to one server at a time. A version that was begun before a crash is continued
where its marks stand. It may begin while the recording still grows (``ahead``), so that at the close only the last
minutes are left. What a microphone caught of another seat's voice is left out of the version, with a log line.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence

import structlog

from hearing.participants import HearingId, SeatId
from hearing.registry.utterances import Job, UtteranceBook
from transcripts.held import HeldTrack, HeldTracks
from transcripts.leakage import leaks
from transcripts.spool import TapeSpool
from transcripts.transcript import digest
from transcripts.utterances import Pcm, RecordedTrack

log = structlog.get_logger()
LEASE_SECONDS = 60.0


class RecordingPass:
    def __init__(self, book: UtteranceBook, tracks: HeldTracks, wall: Callable[[], float]) -> None:
        self._book = book
        self._tracks = tracks
        self._wall = wall
        self._owner = secrets.token_hex(8)
        self._turn = asyncio.Lock()
        self._writing: set[HearingId] = set()

    async def write(self, hearing: HearingId, tracks: Sequence[RecordedTrack]) -> int:
        """The number of the new version, once it is complete."""
        async with self._turn:
            self._writing.add(hearing)
        try:
            return await self._write(hearing, tracks)
        finally:
            self._writing.discard(hearing)

    async def ahead(self, hearing: HearingId, tracks: Sequence[RecordedTrack]) -> dict[SeatId, int]:
        """Hear a recording that still grows as far as these tracks go; comes back at once.

        Says up to where each seat is settled: before that no sound is asked for again. Seats that another server
        hears are missing. Whoever called this calls ``write`` or ``let_go`` in the end.
        """
        async with self._turn:
            if hearing in self._writing:
                return {}
            version = await self._book.begin_version(hearing, _jobs(hearing, tracks), self._wall())
            marks = await self._book.marks(hearing, version)
            sounds = {track.seat: track for track in tracks}
            settled: dict[SeatId, int] = {}
            for job in await self._book.jobs(hearing, version):
                sound = sounds.get(job.seat)
                if sound is None:
                    continue
                if await self._book.lease(job, self._owner, self._wall(), LEASE_SECONDS):
                    _, spool = self._hold(job, sound, marks, grows=True)
                    settled[job.seat] = spool.settled_ns
                elif (lost := self._tracks.recorded(hearing, job.seat, version)) is not None:
                    self._tracks.close(lost)
        return settled

    def let_go(self, hearing: HearingId) -> None:
        """The recording goes on elsewhere, or is not read on now: the marks stay."""
        if hearing not in self._writing:
            for track in self._tracks.all_recorded(hearing):
                self._tracks.close(track)

    async def _write(self, hearing: HearingId, tracks: Sequence[RecordedTrack]) -> int:
        version = await self._book.begin_version(hearing, _jobs(hearing, tracks), self._wall())
        sounds = {track.seat: track for track in tracks}
        open_jobs = [job for job in await self._book.jobs(hearing, version) if not job.done]
        async with asyncio.TaskGroup() as group:
            for job in open_jobs:
                group.create_task(self._read_job(job, sounds[job.seat]))
        await self._leave_out_leaks(hearing, version, sounds)
        lines = await self._book.lines(hearing, version)
        await self._book.complete_version(hearing, version, digest(lines), self._wall())
        return version

    async def _leave_out_leaks(self, hearing: HearingId, version: int, sounds: Mapping[SeatId, RecordedTrack]) -> None:
        def sound(seat: SeatId, start_ns: int, end_ns: int) -> Pcm:
            return sounds[seat].between(start_ns, end_ns)

        lines = await self._book.lines(hearing, version)
        found = await asyncio.to_thread(leaks, [line for line in lines if line.seat in sounds], sound)
        for leak in found:
            lag_ms = round(leak.lag_seconds * 1000)
            log.info("speech.leak_left_out", hearing=hearing, seat=leak.line.seat, of=leak.of.seat, lag_ms=lag_ms)
        if found:
            await self._book.leave_out(hearing, version, [leak.line.id for leak in found])

    async def _read_job(self, job: Job, sound: RecordedTrack) -> None:
        while not await self._book.lease(job, self._owner, self._wall(), LEASE_SECONDS):
            await asyncio.sleep(LEASE_SECONDS / 4)
            again = [j for j in await self._book.jobs(job.hearing, job.version) if j.seat == job.seat]
            if again[0].done:
                return
        marks = await self._book.marks(job.hearing, job.version)
        track, _ = self._hold(job, sound, marks, grows=False)
        try:
            await self._until_ended(track, job)
        finally:
            self._tracks.close(track)
        if not track.complete:
            raise asyncio.CancelledError
        await self._book.job_done(job)

    def _hold(
        self, job: Job, sound: RecordedTrack, marks: Mapping[SeatId, int], *, grows: bool
    ) -> tuple[HeldTrack, TapeSpool]:
        """The track as it is heard already, or taken up where its mark stands."""
        key = (job.hearing, job.seat, job.version)
        track = self._tracks.recorded(*key)
        if track is None:
            spool = TapeSpool(sound.read, max(job.start_ns, marks.get(job.seat, 0)), sound.end_ns, grows=grows)
            track = self._tracks.open(key, job.language, spool, live=False)
        else:
            assert isinstance(track.spool, TapeSpool)
            spool = track.spool
            spool.reach(sound.read, sound.end_ns, grows=grows)
        self._tracks.wake.set()
        return track, spool

    async def _until_ended(self, track: HeldTrack, job: Job) -> None:
        while True:
            try:
                async with asyncio.timeout(LEASE_SECONDS / 3):
                    await track.ended.wait()
                    return
            except TimeoutError:
                await self._book.lease(job, self._owner, self._wall(), LEASE_SECONDS)


def _jobs(hearing: HearingId, tracks: Sequence[RecordedTrack]) -> list[Job]:
    return [Job(hearing, 0, t.seat, t.start_ns, t.end_ns, t.language) for t in tracks]
