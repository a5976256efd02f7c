"""The transcriber's place at a sitting: sound of those whom the floor lets be heard, captions, the oath's words."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from hearing import acts as a
from hearing.floor import Floor
from hearing.hearings import Participant
from hearing.oaths import Oath
from hearing.participants import Attendance, SeatId
from media.packets import Received
from media.record.ear import Ear, joined
from transcripts import oath_match, teleprompter, warning
from transcripts.settings import Condition
from transcripts.utterances import RATE, SAMPLE_NS, Pcm, Utterance, Word
from web.view import OathProgress

if TYPE_CHECKING:
    from web.sitting import Sitting

MOST_WAITING = 4000
"""Packets waiting to be decoded; beyond that captions miss some sound. The tape and the final pass do not."""
BATCH_SECONDS = 0.2
SWEARING = (Oath.SHOWN, Oath.HEARD)
WARNED = (Oath.WARNED, *SWEARING)
BEFORE_WARNING_SECONDS = 30.0
"""So long before the judge's act the warning may have been spoken [ours]."""
MOST_SAID = 12


class SpeechDesk:
    """Captions and the live check of the oath for one hearing."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._floor = Floor()
        self._waiting: asyncio.Queue[Received] = asyncio.Queue(MOST_WAITING)
        self._ears: dict[SeatId, Ear] = {}
        self._heard_until: dict[SeatId, int] = {}
        self._oath_words: list[Word] = []
        self._oath_seconds = 0.0
        self._oath_since: float | None = None
        self._said: deque[Utterance] = deque(maxlen=MOST_SAID)
        """What the presiding judge said last."""
        self.oath = OathProgress()

    @property
    def state(self) -> str:
        state = self._sitting.court.transcriber.state
        if state.condition is Condition.READY:
            return "rehearsal" if state.rehearsal else "running"
        return "waiting_model"

    def apply(self, floor: Floor) -> None:
        for seat in self._floor.transcribed - floor.transcribed:
            self._ears.pop(seat, None)
            self._end_utterance(seat)
        self._floor = floor
        swearing = self._swearing()
        shown_at = swearing.oath.shown_at if swearing is not None and swearing.oath is not None else None
        if shown_at != self._oath_since:
            self._oath_since = shown_at
            self._oath_words, self._oath_seconds = [], 0.0
            self.oath = OathProgress()
        if self._said and self._warned() is not None:
            self._sitting.spawn(self._look_for_warning())

    def received(self, received: Received) -> None:
        if received.kind != "audio" or received.is_rtcp or received.seat not in self._floor.transcribed:
            return
        if not self._waiting.full():
            self._waiting.put_nowait(received)

    async def run(self) -> None:
        """Decode what arrived, a fifth of a second at a time and off the event loop."""
        while True:
            batch = [await self._waiting.get()]
            await asyncio.sleep(BATCH_SECONDS)
            while not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            for seat, start_ns, pcm in await asyncio.to_thread(self._decode, batch):
                self._sitting.court.transcriber.hear(self._sitting.id, seat, self._language(seat), start_ns, pcm)
                self._heard_until[seat] = start_ns + len(pcm) * SAMPLE_NS

    def _end_utterance(self, seat: SeatId) -> None:
        """A seat that is no longer heard has stopped speaking: silence closes its last utterance."""
        until = self._heard_until.pop(seat, None)
        if until is not None:
            silence = np.zeros(RATE, dtype=np.float32)
            self._sitting.court.transcriber.hear(self._sitting.id, seat, self._language(seat), until, silence)

    def _decode(self, batch: list[Received]) -> list[tuple[SeatId, int, Pcm]]:
        heard: dict[SeatId, list[tuple[int, Pcm]]] = {}
        for packet in batch:
            ear = self._ears.setdefault(packet.seat, Ear())
            heard.setdefault(packet.seat, []).extend(ear.feed(packet.arrival_ns, packet.packet))
        return [(seat, start, pcm) for seat, pieces in heard.items() for start, pcm in joined(pieces)]

    def _language(self, seat: SeatId) -> str:
        swearing = self._swearing()
        if swearing is not None and swearing.seat == seat and swearing.oath is not None and swearing.oath.language:
            return swearing.oath.language
        if seat in self._floor.channels:
            return self._floor.channels[seat]
        people = self._sitting.hearing.at_seat(seat)
        return people[0].language if people else self._sitting.hearing.listing.language

    def _swearing(self) -> Participant | None:
        for p in self._sitting.hearing.people.values():
            if p.oath is not None and p.oath.state in SWEARING and p.attendance is Attendance.ADMITTED:
                return p
        return None

    async def heard(self, utterance: Utterance) -> None:
        """Show a line, and hold it against the oath when its speaker is taking one."""
        self._sitting.usher.caption(caption(utterance), utterance.end)
        if not utterance.provisional and utterance.seat in self._presiding():
            self._said.append(utterance)
            await self._look_for_warning()
        swearing = self._swearing()
        if swearing is None or swearing.seat != utterance.seat or swearing.oath is None:
            return
        if utterance.start + 1 < (swearing.oath.shown_at or 0):
            return
        await self._check_oath(swearing, utterance)

    def _presiding(self) -> set[SeatId]:
        hearing = self._sitting.hearing
        presiding = self._sitting.edition.kind(hearing.listing.kind).presiding
        return {p.seat for p in hearing.with_role(presiding)}

    def _warned(self) -> Participant | None:
        """Whoever was warned, while the words of it were not found."""
        for p in self._sitting.hearing.people.values():
            if p.oath is not None and p.oath.state in WARNED and p.oath.warning_start is None:
                return p
        return None

    async def _look_for_warning(self) -> None:
        """The judge may speak it before or after saying so; once the oath is on the page it is over."""
        warned = self._warned()
        if warned is None or warned.oath is None or warned.oath.warned_at is None:
            return
        since, until = warned.oath.warned_at - BEFORE_WARNING_SECONDS, warned.oath.shown_at or math.inf
        lines = [line for line in self._said if line.end > since and line.start < until]
        found = warning.spoken(lines, self._sitting.edition.warning_stems)
        if found:
            digest = hashlib.sha256(" ".join(line.text for line in found).encode()).hexdigest()
            act = a.NoteWarningHeard(warned.person, found[0].start, found[-1].end, digest)
            await self._sitting.ask(act)

    async def _check_oath(self, swearing: Participant, utterance: Utterance) -> None:
        oath = swearing.oath
        wording = self._sitting.edition.wordings.get((oath and oath.wording) or "")
        if wording is None:
            return
        if utterance.provisional:
            before = [w.text for w in self._oath_words]
            settled = [*before, *utterance.text.split()[: utterance.agreed]]
            newest = [*before, *utterance.newest.split()]
            seconds = self._oath_seconds + utterance.end - utterance.start
            states = teleprompter.follow(wording.text, settled, newest, seconds)
            shown = zip(oath_match.split(wording.text), states, strict=True)
            self.oath = OathProgress(tuple((text, state or "open") for text, state in shown))
            self._sitting.usher.show_all()
            return
        self._oath_words = [*self._oath_words, *utterance.words]
        self._oath_seconds += utterance.end - utterance.start
        check = oath_match.check(wording.text, self._oath_words, wording.language, self._oath_seconds)
        self.oath = OathProgress(tuple((w.text, w.state) for w in check.words), check.verdict)
        digest = hashlib.sha256(" ".join(w.text for w in self._oath_words).encode()).hexdigest()
        start, end = check.start or utterance.start, check.end or utterance.end
        await self._sitting.ask(a.NoteOathHeard(swearing.person, check.verdict, start, end, digest))


def caption(utterance: Utterance) -> dict[str, Any]:
    """What pages are told of a line: of a provisional one also how many of its words will not change any more."""
    return {
        "seat": utterance.seat,
        "text": utterance.text,
        "final": not utterance.provisional,
        "agreed": utterance.agreed if utterance.provisional else len(utterance.text.split()),
        "language": utterance.language,
        "at": utterance.start,
    }
