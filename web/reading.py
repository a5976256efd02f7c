"""The sentence that is read aloud before the hearing, so that the secretary sees whether a person can be understood.

The sound is held in memory for as long as it is recognised and is kept nowhere. Without a model, or where the model is
not sure, the mark is "by ear": the secretary listens. It opens and closes no door.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np

from hearing import acts as a
from hearing.participants import SeatId
from hearing.wrongs import Malformed
from media.packets import Received
from media.record.ear import Ear, joined
from transcripts import voice_match
from transcripts.utterances import RATE, Pcm
from web.connection import Connection
from web.languages import LANGUAGES
from web.probing import TooMany

if TYPE_CHECKING:
    from web.sitting import Sitting

LONGEST_S = 12.0
MOST_PACKETS = 1000


class ReadingDesk:
    def __init__(self, sitting: Sitting) -> None:
        self._sitting = sitting
        self._packets: dict[SeatId, list[Received]] = {}
        self._stops: dict[SeatId, asyncio.Event] = {}

    def received(self, received: Received) -> None:
        packets = self._packets.get(received.seat)
        if packets is not None and received.kind == "audio" and not received.is_rtcp and len(packets) < MOST_PACKETS:
            packets.append(received)

    def heard(self, connection: Connection, message: dict[str, Any]) -> None:
        """The page says that reading begins or has ended. Raises ``Malformed`` for anything else."""
        seat = connection.seat
        if seat is None or message.get("reading") not in ("start", "stop"):
            raise Malformed("rtc.voice")
        if message["reading"] == "stop":
            if (stop := self._stops.get(seat)) is not None:
                stop.set()
        elif seat not in self._packets:
            self._packets[seat] = []
            self._stops[seat] = asyncio.Event()
            self._sitting.spawn(self._read(connection, seat))

    async def _read(self, connection: Connection, seat: SeatId) -> None:
        language = connection.language if connection.language in LANGUAGES else LANGUAGES[0]
        sentence = self._sitting.court.office.languages.translate(language, "js.voice.sentence")
        mark, share = "by_ear", 0.0
        try:
            async with self._sitting.court.readings.turn(seat, lambda _: None):
                connection.say({"t": "rtc.voice", "phase": "listening"})
                try:
                    async with asyncio.timeout(LONGEST_S):
                        await self._stops[seat].wait()
                except TimeoutError:
                    pass  # who reads longer has been heard long enough
                connection.say({"t": "rtc.voice", "phase": "recognising"})
                pcm = await asyncio.to_thread(_sound, self._packets[seat])
                words = await self._sitting.court.transcriber.hear_once(language, pcm)
            if words is not None:
                share = voice_match.share(sentence, [word.text for word in words])
                mark = "understood" if share >= voice_match.UNDERSTOOD else "by_ear"
            await self._sitting.ask(a.NoteVoiceTest(seat, mark, round(share, 2)))
            connection.say({"t": "rtc.voice", "phase": "done", "mark": mark})
        except TooMany:
            connection.say({"t": "rtc.voice", "phase": "failed"})
        finally:
            self._packets.pop(seat, None)
            self._stops.pop(seat, None)


def _sound(packets: list[Received]) -> Pcm:
    ear = Ear()
    pieces = joined([piece for one in packets for piece in ear.feed(one.arrival_ns, one.packet)])
    silence = np.zeros(RATE, np.float32)
    return np.concatenate([silence, *(pcm for _, pcm in pieces), silence])
