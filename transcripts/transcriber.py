"""The transcriber: an officer of the court that listens and writes, in front of one worker process.

Sound goes in by ``hear`` and lines come out of ``utterances``; what is final is in the book before anyone sees it.
The server keeps all sound that is not settled, so the worker may be killed at any instruction: the next one hears
that sound again, and the book knows the lines it already has. Without a model everything waits and says so.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import structlog

from hearing.participants import HearingId, SeatId
from hearing.registry.utterances import Job, UtteranceBook
from transcripts import pipe
from transcripts.lines import caption_of, utterance_of
from transcripts.settings import Condition, SpeechSettings, SpeechState
from transcripts.spool import LiveSpool, Spool, TapeSpool
from transcripts.transcript import digest
from transcripts.utterances import LIVE, NS, Pcm, RecordedTrack, Utterance, Word, as_int16

log = structlog.get_logger()

WAITING_LINES = 1000
"""Lines waiting to be shown. When it is full the oldest is let go: the book has every final one."""
LEASE_SECONDS = 60.0
TRIAL = HearingId("trial")
TRIAL_SECONDS = 20.0
"""A person waits: what is not recognised by then is for the secretary's ear."""

GIVE_UP_AFTER = 3
"""Workers that may crash over one utterance before it is left to the recording."""
ENDED_FROM_OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM)
"""Such an end says nothing about the utterance in hand."""

_PATH = os.pathsep.join(filter(None, (str(Path(__file__).resolve().parent.parent), os.environ.get("PYTHONPATH"))))

Key = tuple[HearingId, SeatId, int]


@dataclass(slots=True)
class _Track:
    number: int
    key: Key
    language: str
    live: bool
    spool: Spool
    opened: bool = False
    end_sent: bool = False
    complete: bool = False
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    begun: tuple[int, int] | None = None
    deaths: dict[int, int] = field(default_factory=dict)
    trial: list[Word] | None = None
    """The words of a sound that belongs to no hearing and enters no book."""


class Transcriber:
    def __init__(
        self,
        settings: SpeechSettings,
        book: UtteranceBook,
        *,
        wall: Callable[[], float] = time.time,
        worker: str = "transcripts.worker",
    ) -> None:
        """``worker`` is the module that runs as the worker process."""
        self._worker = worker
        self._settings = settings
        self._book = book
        self._wall = wall
        self._owner = secrets.token_hex(8)
        self._tracks: dict[int, _Track] = {}
        self._by_key: dict[Key, _Track] = {}
        self._count = 0
        self._lines: asyncio.Queue[Utterance] = asyncio.Queue(WAITING_LINES)
        self._wake = asyncio.Event()
        self._changed = asyncio.Event()
        self._state = SpeechState(Condition.LOADING)
        self._life: asyncio.Task[None] | None = None
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Transcriber:
        self._life = asyncio.create_task(self._live(), name="transcriber")
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._life is not None:
            self._life.cancel()
            with suppress(asyncio.CancelledError):
                await self._life
        for track in self._tracks.values():
            track.ended.set()

    # What others see ---------------------------------------------------------------------------------------

    @property
    def state(self) -> SpeechState:
        return self._state

    @property
    def worker_pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def until(self, *conditions: Condition) -> SpeechState:
        """Wait until the state is one of these."""
        while self._state.condition not in conditions:
            self._changed.clear()
            await self._changed.wait()
        return self._state

    def utterances(self) -> asyncio.Queue[Utterance]:
        """Lines as they come: provisional ones for captions, final ones after they are in the book."""
        return self._lines

    def hear(self, hearing: HearingId, seat: SeatId, language_hint: str | None, start_ns: int, pcm16k: Pcm) -> None:
        """Take live sound of a seat. Never blocks and never fails; times are Unix nanoseconds."""
        if not len(pcm16k):
            return
        track = self._by_key.get((hearing, seat, LIVE))
        if track is None:
            track = self._open((hearing, seat, LIVE), language_hint, LiveSpool(), live=True)
        assert isinstance(track.spool, LiveSpool)
        track.spool.push(start_ns, as_int16(pcm16k))
        self._wake.set()

    async def hear_once(self, language: str, pcm16k: Pcm) -> tuple[Word, ...] | None:
        """The words of a short sound that is kept nowhere; None where there is no model, or it does not come to it."""
        if self._state.condition is not Condition.READY or not len(pcm16k):
            return None
        spool = LiveSpool()
        spool.push(NS, as_int16(pcm16k))
        spool.end()
        track = self._open((TRIAL, SeatId(secrets.token_hex(8)), LIVE), language, spool, live=True)
        track.trial = []
        self._wake.set()
        try:
            async with asyncio.timeout(TRIAL_SECONDS):
                await track.ended.wait()
        except TimeoutError:
            return None
        finally:
            self._close(track)
        return tuple(track.trial) if track.complete else None

    async def finish(self, hearing: HearingId) -> None:
        """The hearing's live sound ends: come back when all that was taken is written, or when there is no model."""
        tracks = [t for key, t in self._by_key.items() if key[0] == hearing and key[2] == LIVE]
        for track in tracks:
            assert isinstance(track.spool, LiveSpool)
            track.spool.end()
        self._wake.set()
        waiting = asyncio.create_task(self.until(Condition.WAITING_FOR_MODEL, Condition.FAILED))
        done = asyncio.gather(*(track.ended.wait() for track in tracks))
        try:
            await asyncio.wait((waiting, done), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            done.cancel()
        for track in tracks:
            self._close(track)

    async def owed(self) -> list[HearingId]:
        """Hearings whose pass over the recording is not complete: ask for it again after a start."""
        return await self._book.owed()

    async def transcribe_recording(self, hearing: HearingId, tracks: Sequence[RecordedTrack]) -> int:
        """Hear every recorded track again and write a new complete version; gives its number.

        Safe to ask again after any crash: a version that was begun is continued where its marks stand. Without a
        model this waits.
        """
        jobs = [Job(hearing, 0, t.seat, t.start_ns, t.end_ns, t.language) for t in tracks]
        version = await self._book.begin_version(hearing, jobs, self._wall())
        sounds = {track.seat: track for track in tracks}
        open_jobs = [job for job in await self._book.jobs(hearing, version) if not job.done]
        async with asyncio.TaskGroup() as group:
            for job in open_jobs:
                group.create_task(self._read_job(job, sounds[job.seat]))
        lines = await self._book.lines(hearing, version)
        await self._book.complete_version(hearing, version, digest(lines), self._wall())
        return version

    async def _read_job(self, job: Job, sound: RecordedTrack) -> None:
        while not await self._book.lease(job, self._owner, self._wall(), LEASE_SECONDS):
            await asyncio.sleep(LEASE_SECONDS / 4)
            again = [j for j in await self._book.jobs(job.hearing, job.version) if j.seat == job.seat]
            if again[0].done:
                return
        marks = await self._book.marks(job.hearing, job.version)
        start = max(job.start_ns, marks.get(job.seat, 0))
        if start < job.end_ns:
            spool = TapeSpool(sound.read, start, job.end_ns)
            track = self._open((job.hearing, job.seat, job.version), job.language, spool, live=False)
            self._wake.set()
            try:
                await self._until_ended(track, job)
            finally:
                self._close(track)
            if not track.complete:
                raise asyncio.CancelledError
        await self._book.job_done(job)

    async def _until_ended(self, track: _Track, job: Job) -> None:
        while True:
            try:
                async with asyncio.timeout(LEASE_SECONDS / 3):
                    await track.ended.wait()
                    return
            except TimeoutError:
                await self._book.lease(job, self._owner, self._wall(), LEASE_SECONDS)

    # Tracks ------------------------------------------------------------------------------------------------

    def _open(self, key: Key, language: str | None, spool: Spool, *, live: bool) -> _Track:
        known = language in self._settings.languages
        self._count += 1
        track = _Track(self._count, key, str(language) if known else self._settings.languages[0], live, spool)
        self._tracks[track.number] = self._by_key[key] = track
        return track

    def _close(self, track: _Track) -> None:
        self._tracks.pop(track.number, None)
        if self._by_key.get(track.key) is track:
            del self._by_key[track.key]

    # The worker's lives ------------------------------------------------------------------------------------

    async def _live(self) -> None:
        while True:
            if self._settings.model is None:
                self._be(Condition.WAITING_FOR_MODEL, "no model is configured")
            else:
                self._be(Condition.LOADING)
                lived = await self._one_life()
                if lived:
                    continue
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.retry_after):
                    await asyncio.Event().wait()

    async def _one_life(self) -> bool:
        """One worker from start to death. False when it had no model or never came up."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._worker,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": _PATH},
        )
        self._process = process
        assert process.stdin is not None
        assert process.stdout is not None
        feeder: asyncio.Task[None] | None = None
        try:
            process.stdin.write(pipe.pack(self._settings.wish()))
            head, _ = await pipe.receive(process.stdout)
            if head["t"] == "no_model":
                self._be(Condition.WAITING_FOR_MODEL, head["why"])
                return False
            for track in self._tracks.values():
                track.opened = track.end_sent = False
                track.begun = None
                track.spool.rewind()
            self._be(Condition.READY, model=head["model"])
            feeder = asyncio.create_task(self._feed(process.stdin), name="speech-feeder")
            await self._listen(process.stdout)
        except pipe.Torn:
            if self._state.condition is not Condition.READY:
                self._be(Condition.FAILED, "the speech worker does not start")
                return False
            code = await process.wait()
            log.warning("speech.worker_died", code=code)
            if code not in ENDED_FROM_OUTSIDE:
                await self._after_crash()
        finally:
            if feeder is not None:
                feeder.cancel()
                with suppress(asyncio.CancelledError):
                    await feeder
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
            process.stdin.close()
            await process.stdout.read()
            await process.wait()
            self._process = None
        return True

    async def _after_crash(self) -> None:
        """An utterance over which workers keep crashing is left to the recording, so that the others are heard."""
        for track in self._tracks.values():
            if track.begun is None:
                continue
            start, end = track.begun
            track.deaths[start] = track.deaths.get(start, 0) + 1
            if track.deaths[start] >= GIVE_UP_AFTER:
                log.error("speech.utterance_given_up", hearing=track.key[0], seat=track.key[1], version=track.key[2])
                await self._settle(track, end)

    async def _feed(self, stdin: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while True:
                self._wake.clear()
                sent = False
                for live in (True, False):
                    for track in [t for t in self._tracks.values() if t.live is live]:
                        sent = await self._feed_track(track, stdin) or sent
                if not sent:
                    await self._wake.wait()

    async def _feed_track(self, track: _Track, stdin: asyncio.StreamWriter) -> bool:
        if track.end_sent:
            return False
        if not track.opened:
            track.opened = True
            stdin.write(pipe.pack({"t": "open", "track": track.number, "language": track.language, "live": track.live}))
        sent = False
        while (chunk := await track.spool.next()) is not None:
            start, raw = chunk
            sent = True
            if raw:
                stdin.write(pipe.pack({"t": "sound", "track": track.number, "at": start}, raw))
                await stdin.drain()
            if not track.live:
                break
        if track.spool.over:
            track.end_sent = sent = True
            stdin.write(pipe.pack({"t": "end", "track": track.number, "at": track.spool.end_ns + NS}))
            await stdin.drain()
        return sent

    async def _listen(self, stdout: asyncio.StreamReader) -> None:
        while True:
            head, _ = await pipe.receive(stdout)
            track = self._tracks.get(head["track"])
            if track is None:
                continue
            match head["t"]:
                case "begun":
                    track.begun = (head["start"], head["end"])
                case "final":
                    track.begun = None
                    await self._write(track, head)
                case "partial" if track.trial is None:
                    self._show(caption_of(*track.key, head))
                case "settled":
                    await self._settle(track, head["upto"])
                case "ended":
                    await self._settle(track, track.spool.end_ns)
                    track.complete = True
                    track.ended.set()

    async def _write(self, track: _Track, head: pipe.Head) -> None:
        said = utterance_of(*track.key, head)
        if track.trial is not None:
            track.trial += said.words if said is not None else ()
            await self._settle(track, head["end"])
            return
        if said is None:
            if head["doubt"]:
                log.info("speech.not_believed", hearing=track.key[0], seat=track.key[1], why=head["doubt"])
            await self._settle(track, head["end"])
            return
        new = await self._book.add(said, head["end"])
        track.spool.settle(head["end"])
        self._wake.set()
        if new and track.live:
            self._show(said)

    async def _settle(self, track: _Track, upto_ns: int) -> None:
        hearing, seat, version = track.key
        if track.trial is None:
            await self._book.settle(hearing, version, seat, upto_ns)
        track.spool.settle(upto_ns)
        self._wake.set()

    def _show(self, said: Utterance) -> None:
        if self._lines.full():
            self._lines.get_nowait()
        self._lines.put_nowait(said)

    def _be(self, condition: Condition, why: str | None = None, model: str | None = None) -> None:
        self._state = SpeechState(condition, why, model)
        log.info("speech.state", state=condition, why=why, model=model)
        self._changed.set()
