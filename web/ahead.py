"""The second pass's place at a sitting: what is whole on tape is heard again while the hearing still goes on.

At the close only the last minutes are left to hear then, and with a larger model that is what makes a transcript on
the same day possible. The recogniser takes this up only when it has nothing live to do, and nobody sees any of it
before the close. A minute is read when the recogniser has nearly used up what it has, so that a busy server holds no
more than a few minutes of anybody's sound. Closed parts are heard too, as in the pass after the close: who may read
them is decided where lines are read.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import structlog

from hearing.hearings import OVER, Phase
from hearing.participants import SeatId
from media.record import growing
from media.record.frames import TapeName
from transcripts.settings import Condition
from transcripts.utterances import NS, RATE, Pcm, RecordedTrack

if TYPE_CHECKING:
    from web.sitting import Sitting

log = structlog.get_logger()

HELD_NS = 2 * growing.MINUTE_NS
"""Of each voice; more is read only when less than this waits."""


@dataclass(slots=True)
class _Waiting:
    """A voice's sound that is not settled yet."""

    start_ns: int
    sound: Pcm = field(default_factory=lambda: np.zeros(0, np.float32))

    @property
    def end_ns(self) -> int:
        return self.start_ns + len(self.sound) * NS // RATE

    def read(self, start_ns: int, end_ns: int) -> Pcm:
        first, last = ((ns - self.start_ns) * RATE // NS for ns in (start_ns, end_ns))
        return self.sound[max(0, first) : max(0, last)]

    def after(self, settled_ns: int, more: Pcm) -> _Waiting:
        """With more sound, and without the whole minutes that are settled."""
        minutes = max(0, settled_ns - self.start_ns) // growing.MINUTE_NS
        minutes = min(minutes, (self.end_ns - self.start_ns) // growing.MINUTE_NS)
        gone = minutes * growing.MINUTE_NS
        return _Waiting(self.start_ns + gone, np.concatenate([self.sound[gone * RATE // NS :], more]))


class AheadDesk:
    """One hearing's recording, heard again while it grows."""

    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._tapes: dict[TapeName, growing.KeptTape] = {}
        self._waiting: dict[SeatId, _Waiting] = {}
        self._key = b""

    async def run(self) -> None:
        """Until the hearing is over; what is left then is for the pass over the whole recording."""
        if self._sitting.hearing.phase in OVER:
            return
        self._key = await self._sitting.tape_key()
        while True:
            await asyncio.sleep(self._sitting.court.ahead_seconds)
            if self._sitting.hearing.phase in OVER:
                return
            if self._sitting.court.transcriber.state.condition is Condition.READY:
                try:
                    await self._go_on()
                except (OSError, growing.ReaderLost) as wrong:
                    log.warning("tapes not read ahead", hearing=self._sitting.id, why=type(wrong).__name__)

    def close(self) -> None:
        """A closed hearing's voices stay in hand for the pass over the whole recording."""
        if self._sitting.hearing.phase is not Phase.CLOSED:
            self._sitting.court.transcriber.let_go(self._sitting.id)

    async def _go_on(self) -> None:
        reader, folder = self._sitting.court.tape_reader, self._sitting.recording.folder
        self._tapes = await asyncio.to_thread(reader.ask, growing.look, folder, self._key, self._tapes)
        voices = growing.voices(self._tapes)
        settled = await self._tell(voices)
        for seat, upto_ns in settled.items():
            voice = voices[seat]
            waiting = self._waiting.get(seat) or _Waiting(_minute_of(voice, upto_ns))
            while waiting.end_ns < voice.whole_ns and waiting.end_ns - upto_ns < HELD_NS:
                start_ns, end_ns = waiting.end_ns, waiting.end_ns + growing.MINUTE_NS
                more = await asyncio.to_thread(reader.ask, growing.sound, folder, self._key, voice, start_ns, end_ns)
                waiting = waiting.after(upto_ns, more)
            self._waiting[seat] = waiting
        await self._tell(voices)

    async def _tell(self, voices: dict[SeatId, growing.Voice]) -> dict[SeatId, int]:
        """How far each voice is read; the answer is how far it is settled."""
        if self._sitting.hearing.phase in OVER:
            return {}
        tracks = []
        for seat, voice in voices.items():
            waiting = self._waiting.get(seat) or _Waiting(voice.first_ns)
            people = self._sitting.hearing.at_seat(seat)
            language = people[0].language if people else None
            tracks.append(RecordedTrack(seat, voice.first_ns, waiting.end_ns, waiting.read, language))
        return await self._sitting.court.transcriber.read_ahead(self._sitting.id, tracks)


def _minute_of(voice: growing.Voice, ns: int) -> int:
    """The beginning of the minute in which this moment lies; the voice's minutes begin with its first packet."""
    return voice.first_ns + max(0, ns - voice.first_ns) // growing.MINUTE_NS * growing.MINUTE_NS
