"""The transcriber: an officer of the court that listens and writes, in front of one worker process.

Sound goes in by ``hear`` and lines come out of ``utterances``; what is final is in the book before anyone sees it.
The server keeps all sound that is not settled, so the worker may be killed at any instruction: the next one hears
that sound again, and the book knows the lines it already has. Without a model everything waits and says so.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import TracebackType

from hearing.participants import HearingId, SeatId
from hearing.registry.utterances import UtteranceBook
from transcripts.held import HeldTracks
from transcripts.recording_pass import RecordingPass
from transcripts.settings import Condition, SpeechSettings, SpeechState
from transcripts.spool import LiveSpool
from transcripts.stenographer import Stenographer
from transcripts.supervisor import Supervisor
from transcripts.utterances import LIVE, NS, Pcm, RecordedTrack, Utterance, Word, as_int16

TRIAL = HearingId("trial")
TRIAL_SECONDS = 20.0
"""A person waits: what is not recognised by then is for the secretary's ear."""


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
        self._book = book
        self._tracks = HeldTracks(settings.languages)
        self._stenographer = Stenographer(book, self._tracks)
        self._supervisor = Supervisor(settings, worker, self._tracks, self._stenographer)
        self._recording_pass = RecordingPass(book, self._tracks, wall)
        self._life: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Transcriber:
        self._life = asyncio.create_task(self._supervisor.live(), name="transcriber")
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._life is not None:
            self._life.cancel()
            with suppress(asyncio.CancelledError):
                await self._life
        for track in self._tracks:
            track.ended.set()

    @property
    def state(self) -> SpeechState:
        return self._supervisor.state

    @property
    def worker_pid(self) -> int | None:
        return self._supervisor.worker_pid

    async def until(self, *conditions: Condition) -> SpeechState:
        """Wait until the state is one of these."""
        return await self._supervisor.until(*conditions)

    def utterances(self) -> asyncio.Queue[Utterance]:
        """Lines as they come: provisional ones for captions, final ones after they are in the book."""
        return self._stenographer.lines

    # Live sound --------------------------------------------------------------------------------------------

    def hear(self, hearing: HearingId, seat: SeatId, language_hint: str | None, start_ns: int, pcm16k: Pcm) -> None:
        """Take live sound of a seat. Never blocks and never fails; times are Unix nanoseconds."""
        if not len(pcm16k):
            return
        track = self._tracks.live(hearing, seat)
        if track is None:
            track = self._tracks.open((hearing, seat, LIVE), language_hint, LiveSpool(), live=True)
        assert isinstance(track.spool, LiveSpool)
        track.spool.push(start_ns, as_int16(pcm16k))
        self._tracks.wake.set()

    async def hear_once(self, language: str, pcm16k: Pcm) -> tuple[Word, ...] | None:
        """The words of a short sound that is kept nowhere; None where there is no model, or it does not come to it."""
        if self.state.condition is not Condition.READY or not len(pcm16k):
            return None
        spool = LiveSpool()
        spool.push(NS, as_int16(pcm16k))
        spool.end()
        track = self._tracks.open((TRIAL, SeatId(secrets.token_hex(8)), LIVE), language, spool, live=True)
        track.trial = []
        self._tracks.wake.set()
        try:
            async with asyncio.timeout(TRIAL_SECONDS):
                await track.ended.wait()
        except TimeoutError:
            return None
        finally:
            self._tracks.close(track)
        return tuple(track.trial) if track.complete else None

    async def finish(self, hearing: HearingId) -> None:
        """The hearing's live sound ends: come back when all that was taken is written, or when there is no model."""
        tracks = self._tracks.all_live(hearing)
        for track in tracks:
            assert isinstance(track.spool, LiveSpool)
            track.spool.end()
        self._tracks.wake.set()
        waiting = asyncio.create_task(self.until(Condition.WAITING_FOR_MODEL, Condition.FAILED))
        done = asyncio.gather(*(track.ended.wait() for track in tracks))
        try:
            await asyncio.wait((waiting, done), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            done.cancel()
        for track in tracks:
            self._tracks.close(track)

    # The recording -----------------------------------------------------------------------------------------

    async def owed(self) -> list[HearingId]:
        """Hearings whose pass over the recording is not complete: ask for it again after a start."""
        return await self._book.owed()

    async def read_ahead(self, hearing: HearingId, tracks: Sequence[RecordedTrack]) -> dict[SeatId, int]:
        """Begin the pass over a recording that still grows, or go on with it, as far as these tracks go.

        Comes back at once and says up to which Unix nanosecond each seat is settled; its sound before that is asked
        for no more. What is heard stays unseen until ``transcribe_recording`` completes the version.
        """
        return await self._recording_pass.ahead(hearing, tracks)

    def let_go(self, hearing: HearingId) -> None:
        """Read this recording no further; another server or a later day goes on where it stopped."""
        self._recording_pass.let_go(hearing)

    async def transcribe_recording(self, hearing: HearingId, tracks: Sequence[RecordedTrack]) -> int:
        """Hear every recorded track again and write a new complete version; gives its number.

        Safe to ask again after any crash: a version that was begun is continued where its marks stand. Without a
        model this waits.
        """
        return await self._recording_pass.write(hearing, tracks)
