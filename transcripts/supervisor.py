"""The supervisor of the speech worker: one process after another, each fed with what is not settled yet.

The server keeps all sound that is not settled, so the worker may be killed at any instruction: the next one hears
that sound again. Live sound goes before recorded sound.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

import structlog

from transcripts import pipe
from transcripts.held import HeldTrack, HeldTracks
from transcripts.settings import Condition, SpeechSettings, SpeechState
from transcripts.stenographer import Stenographer
from transcripts.utterances import NS

log = structlog.get_logger()

GIVE_UP_AFTER = 3
"""Workers that may crash over one utterance before it is left to the recording."""
ENDED_FROM_OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM)
"""Such an end says nothing about the utterance in hand."""

_PATH = os.pathsep.join(filter(None, (str(Path(__file__).resolve().parent.parent), os.environ.get("PYTHONPATH"))))


class Supervisor:
    def __init__(self, settings: SpeechSettings, worker: str, tracks: HeldTracks, stenographer: Stenographer) -> None:
        """``worker`` is the module that runs as the worker process."""
        self._settings = settings
        self._worker = worker
        self._tracks = tracks
        self._stenographer = stenographer
        self._process: asyncio.subprocess.Process | None = None
        self._changed = asyncio.Event()
        self.state = SpeechState(Condition.LOADING)

    @property
    def worker_pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    async def until(self, *conditions: Condition) -> SpeechState:
        """Wait until the state is one of these."""
        while self.state.condition not in conditions:
            self._changed.clear()
            await self._changed.wait()
        return self.state

    async def live(self) -> None:
        """One worker after another, until cancelled; where there is none, try again after a while."""
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
            for track in self._tracks:
                track.opened = track.end_sent = False
                track.begun = None
                track.spool.rewind()
            self._be(Condition.READY, model=head["model"])
            feeder = asyncio.create_task(self._feed(process.stdin), name="speech-feeder")
            await self._listen(process.stdout)
        except pipe.Torn:
            if self.state.condition is not Condition.READY:
                self._be(Condition.FAILED, "the speech worker does not start")
                return False
            code = await process.wait()
            log.warning("speech.worker_died", code=code)
            if code not in ENDED_FROM_OUTSIDE:
                await self._after_crash()
        finally:
            self._process = None
            await _outlast(asyncio.create_task(_end(process, feeder), name="speech-worker-ending"))
        return True

    async def _after_crash(self) -> None:
        """An utterance over which workers keep crashing is left to the recording, so that the others are heard."""
        for track in self._tracks:
            if track.begun is None:
                continue
            start, end = track.begun
            track.deaths[start] = track.deaths.get(start, 0) + 1
            if track.deaths[start] >= GIVE_UP_AFTER:
                log.error("speech.utterance_given_up", hearing=track.key[0], seat=track.key[1], version=track.key[2])
                await self._stenographer.settle(track, end)

    async def _feed(self, stdin: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while True:
                self._tracks.wake.clear()
                sent = False
                for live in (True, False):
                    for track in [t for t in self._tracks if t.live is live]:
                        sent = await self._feed_track(track, stdin) or sent
                if not sent:
                    await self._tracks.wake.wait()

    async def _feed_track(self, track: HeldTrack, stdin: asyncio.StreamWriter) -> bool:
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
            track = self._tracks.numbered(head["track"])
            if track is None:
                continue
            match head["t"]:
                case "begun":
                    track.begun = (head["start"], head["end"])
                case "final":
                    track.begun = None
                    track.language = head["stays"]
                    await self._stenographer.write(track, head)
                case "partial" if track.trial is None:
                    self._stenographer.caption(track, head)
                case "settled":
                    await self._stenographer.settle(track, head["upto"])
                case "ended":
                    await self._stenographer.settle(track, track.spool.end_ns)
                    track.complete = True
                    track.ended.set()

    def _be(self, condition: Condition, why: str | None = None, model: str | None = None) -> None:
        self.state = SpeechState(condition, why, model)
        log.info("speech.state", state=condition, why=why, model=model)
        self._changed.set()


async def _outlast(ending: asyncio.Task[None]) -> None:
    """Wait for a task to its end, however often whoever waits is cancelled; then they are."""
    cancelled = False
    while not ending.done():
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            cancelled = True
    ending.result()
    if cancelled:
        raise asyncio.CancelledError


async def _end(process: asyncio.subprocess.Process, feeder: asyncio.Task[None] | None) -> None:
    """In a task of its own, since whoever is cancelled here would leave a process and its pipes behind."""
    assert process.stdin is not None
    assert process.stdout is not None
    if feeder is not None:
        feeder.cancel()
        await asyncio.wait([feeder])
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    process.stdin.close()
    await process.stdout.read()
    await process.wait()
    if feeder is not None and not feeder.cancelled():
        feeder.result()
