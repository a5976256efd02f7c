"""The stenographer: what the worker has recognised, into the book and before those who read along.

What is final is in the book before anyone sees it, and only then is its sound let go.
"""

from __future__ import annotations

import asyncio

import structlog

from hearing.registry.store import when_there_is_room
from hearing.registry.utterances import UtteranceBook
from transcripts.held import HeldTrack, HeldTracks
from transcripts.lines import caption_of, utterance_of
from transcripts.pipe import Head
from transcripts.utterances import Utterance

log = structlog.get_logger()

WAITING_LINES = 1000
"""Lines waiting to be shown. When it is full the oldest is let go: the book has every final one."""


class Stenographer:
    def __init__(self, book: UtteranceBook, tracks: HeldTracks) -> None:
        self._book = book
        self._tracks = tracks
        self.lines: asyncio.Queue[Utterance] = asyncio.Queue(WAITING_LINES)

    async def write(self, track: HeldTrack, head: Head) -> None:
        """A final line: into the book, unless nothing was said or it is not believed."""
        said = utterance_of(*track.key, head)
        if track.trial is not None:
            track.trial += said.words if said is not None else ()
            await self.settle(track, head["end"])
            return
        if said is None:
            if head["doubt"]:
                log.info("speech.not_believed", hearing=track.key[0], seat=track.key[1], why=head["doubt"])
            await self.settle(track, head["end"])
            return
        new = await when_there_is_room(lambda: self._book.add(said, head["end"]), asyncio.sleep)
        track.spool.settle(head["end"])
        self._tracks.wake.set()
        if new and track.live:
            self._show(said)

    def caption(self, track: HeldTrack, head: Head) -> None:
        """A line so far: shown, written nowhere."""
        self._show(caption_of(*track.key, head))

    async def settle(self, track: HeldTrack, upto_ns: int) -> None:
        """Up to here nothing of this track is to be heard again."""
        hearing, seat, version = track.key
        if track.trial is None:
            await when_there_is_room(lambda: self._book.settle(hearing, version, seat, upto_ns), asyncio.sleep)
        track.spool.settle(upto_ns)
        self._tracks.wake.set()

    def _show(self, said: Utterance) -> None:
        if self.lines.full():
            self.lines.get_nowait()
        self.lines.put_nowait(said)
