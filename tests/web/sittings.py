"""A whole court in this process: real office, real door, real recogniser, and people who speak over real connections.

Nobody here has a browser: each person is a visitor with a socket, who shakes hands and sends a voice and a picture in
real time, packet by packet. What tests wait for is what the journal says.
"""

from __future__ import annotations

import asyncio
import functools
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import av
from aiohttp import web

from hearing.edition import Editions
from hearing.hearings import Hearing, Phase
from hearing.participants import HearingId
from hearing.registry.clerk import Clerk
from hearing.registry.office import Office as Registry
from hearing.rules import decide
from media.record.disk import Disk
from media.wire import rtp
from media.wire.door import Door
from tests.media import sdp
from tests.media.narrow_wire import NarrowWire
from tests.media.record.synthetic import vp8
from tests.media.visitor import VIDEO_TYPE, Visitor
from tests.web.house import EDITION, House
from transcripts.settings import SpeechSettings
from transcripts.transcriber import Transcriber
from web import wire
from web.court import COURT, Court
from web.sitting import Sitting
from web.venue import Venue

REHEARSAL = Path(__file__).parents[2] / "config" / "rehearsal"
MODEL = REHEARSAL / "asr-test-model"
PATIENCE = 90.0
AT_ONCE = replace(EDITION, numbers={**EDITION.numbers, "countdown_seconds": 0})
SILENCE = b"\xf8\xff\xfe"
PICTURES_PER_SECOND = 10
MTU = 1000
PARTIES = ("judge", "secretary", "prosecutor", "suspect", "counsel")
TYPED = {
    "order": "2026 жылғы 20 қарашадағы № 14 қаулы",
    "link": "Байланыс баяу, бірақ дауыс анық естіледі",
    "pause": "Үзіліс: іс материалдары жеткізілді",
    "part": "Жәбірленушінің дәрігерлік құпиясы",
    "gap": "Прокурордың соңғы сөйлемі қайталанды",
    "reasons": "Күдіктінің тұрақты тұрғылықты жері расталмаған",
}


@functools.cache
def voice(name: str, language: str = "kk") -> tuple[bytes, ...]:
    """The Opus packets of a spoken sentence."""
    with av.open(str(REHEARSAL / "voices" / f"{name}-{language}.ogg")) as container:
        return tuple(bytes(packet) for packet in container.demux(audio=0) if packet.size)


class Speaker:
    """A visitor whose microphone runs in real time, and whose camera too where there are pictures."""

    def __init__(self, visitor: Visitor, pictures: list[bytes]) -> None:
        self._visitor = visitor
        self._pictures = pictures
        self._words: deque[bytes] = deque()
        self._said = asyncio.Event()
        self._number = self._video_number = 0
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()
        self._next = self._loop.call_soon(self._turn)

    async def say(self, name: str, language: str = "kk") -> None:
        """Speak; comes back when the last packet of it has been sent."""
        self._said.clear()
        self._words.extend(voice(name, language))
        await self._said.wait()

    async def hum(self) -> None:
        """A second of sound that is no words."""
        self._said.clear()
        self._words.extend([SILENCE] * 50)
        await self._said.wait()

    async def leave(self) -> None:
        self._next.cancel()
        await self._visitor.close()

    def _turn(self) -> None:
        word = self._words.popleft() if self._words else None
        self._visitor.speak(self._number, word or SILENCE, 20 if word else 127)
        if not self._words:
            self._said.set()
        if self._pictures and self._number % (50 // PICTURES_PER_SECOND) == 0:
            self._show(self._number * PICTURES_PER_SECOND // 50)
        self._number += 1
        self._next = self._loop.call_at(self._since + self._number * 0.02, self._turn)

    def _show(self, number: int) -> None:
        picture = self._pictures[number % len(self._pictures)]
        for place in range(0, len(picture), MTU):
            last = place + MTU >= len(picture)
            stamp = number * 90_000 // PICTURES_PER_SECOND
            head = rtp.header(VIDEO_TYPE, last, self._video_number, stamp, self._visitor.video, b"", False)
            self._visitor.send(head + (b"\x10" if place == 0 else b"\x00") + picture[place : place + MTU])
            self._video_number += 1


class Bench:
    """A court that sits on a data folder, and one hearing before it."""

    def __init__(self, house: House, court: Court, running: asyncio.Task[None], hearing: HearingId) -> None:
        self.house, self.court, self.running, self.id = house, court, running, hearing
        self.speakers: dict[str, Speaker] = {}

    @property
    def registry(self) -> Registry:
        return self.house.registry

    def app(self) -> web.Application:
        """The doors of this court, the socket among them."""
        app = self.house.app()
        app[COURT] = self.court
        app.add_routes([web.get("/ws/{hearing}", wire.socket)])
        return app

    async def now(self) -> Hearing:
        return await self.house.state(self.id)

    async def ask(self, who: str, act: str, **fields: Any) -> None:
        await self.house.ask(self.id, who, act, **fields)

    async def sitting(self) -> Sitting:
        return await self.court.sitting(self.id)

    async def until(self, holds: Callable[[Hearing], bool]) -> Hearing:
        """Wait until the journal says so."""
        async with asyncio.timeout(PATIENCE):
            version = await self.house.office.clerk.version(self.id)
            if holds(await self.now()):
                return await self.now()
            async for _ in self.registry.journal.follow(self.id, version):
                if holds(await self.now()):
                    break
        return await self.now()

    async def enter(self, *names: str) -> None:
        """These people's devices come up: voice for everyone, a picture from the judge's."""
        courtroom = (await self.sitting()).courtroom
        for name in names:
            seat = await self.house.seat(self.id, name)
            visitor = Visitor(courtroom, seat)
            await visitor.offer(
                [
                    sdp.Part("audio", "sendonly", visitor.audio),
                    sdp.Part("video", "sendonly", visitor.video, visitor.repair),
                ]
            )
            visitor.check()
            await visitor.shake()
            pictures = vp8(6.0, fps=PICTURES_PER_SECOND) if name == "judge" else []
            self.speakers[name] = Speaker(visitor, pictures)
        seats = [await self.house.seat(self.id, name) for name in names]
        await self.until(lambda h: all(h.seats[seat].connected for seat in seats))

    async def leave(self) -> None:
        for speaker in self.speakers.values():
            await speaker.leave()
        self.speakers.clear()

    async def crash(self) -> None:
        """The process is gone: nobody is told anything, nothing is tidied up."""
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    # --- the hearing ---------------------------------------------------------------------------------------------

    async def open(self, *names: str) -> None:
        """From the list to the open hearing, with these people and the parties."""
        await self.ask("judge", "order_remote", order=TYPED["order"])
        await self.sitting()
        await self.until(lambda h: h.phase is Phase.LOBBY)
        await self.enter(*PARTIES, *names)
        for name in (*PARTIES[2:], *names):
            person = self.house.people[name]
            await self.house.prepare(self.id, name, 3000 if name != "prosecutor" else 300)
            await self.ask("secretary", "confirm_identity", person=person)
            if name == "prosecutor":
                seat = await self.house.seat(self.id, name)
                await self.ask("judge", "override_link", seat=seat, reason=TYPED["link"])
            if name != "witness":
                await self.ask("secretary", "admit", person=person)
        await self.ask("secretary", "name_court_camera", seat=await self.house.seat(self.id, "judge"))
        await self.ask("secretary", "start_recording")
        await self.ask("judge", "announce_opening")
        await self.until(lambda h: h.phase is Phase.OPEN)

    async def hold(self) -> None:
        """A whole hearing: steps, an oath, a closed part, a paused record, a private talk, a ruling, the close."""
        await self.open("witness")
        witness = {"person": self.house.people["witness"]}
        await self.ask("judge", "take_step", step="composition")
        await self.speakers["judge"].say("investigating_judge-1")
        await self.ask("judge", "take_step", step="motion_announced")
        await self.speakers["prosecutor"].say("prosecutor-1")
        for step in ("rights_explained", "prosecutor_heard"):
            await self.ask("judge", "take_step", step=step)
        await self.ask("judge", "call_witness", **witness)
        await self.ask("judge", "warn_witness", **witness)
        await self.ask("judge", "show_oath", **witness)
        await self.speakers["witness"].say("witness-2")
        await self.ask("judge", "accept_oath", **witness)
        await self.ask("judge", "begin_testimony", **witness)
        await self.ask("judge", "release_witness", **witness)
        await self.ask("secretary", "pause_recording", reason=TYPED["pause"])
        await self.ask("secretary", "resume_recording")
        await self.ask("judge", "close_part", ground=EDITION.closure_grounds[0], ruling=TYPED["part"])
        await self.speakers["suspect"].say("suspect-1")
        await self.ask("judge", "open_part")
        await self.ask("judge", "begin_private_talk")
        await self.ask("judge", "end_private_talk")
        for step in ("suspect_heard", "counsel_heard"):
            await self.ask("judge", "take_step", step=step)
        await self.house.rule(self.id, TYPED["reasons"])


@asynccontextmanager
async def bench(
    data: Path,
    before: Bench | None = None,
    *,
    model: Path | None = MODEL,
    disk: Disk | None = None,
    second: Path | None = None,
    second_disk: Disk | None = None,
    venue: Venue | None = None,
    wire: NarrowWire | None = None,
    by_hand: bool = False,
) -> AsyncIterator[Bench]:
    """A court opened on this folder: with a fresh hearing, or, as after a crash, with the one ``before``.

    Visitors may come over a ``wire`` of the test's making; its clock may be set ``by_hand``, at ``house.at``.
    """
    async with AsyncExitStack() as stack:
        registry = await stack.enter_async_context(await Registry.open(data))
        door = await Door.open("127.0.0.1", 0, ["127.0.0.1"], announced_port=wire.port if wire else None)
        stack.push_async_callback(door.close)
        if wire is not None:
            wire.connect(door.port)
            stack.callback(wire.close)
        book = registry.words
        settings = SpeechSettings(model=str(model) if model is not None else None)
        transcriber = await stack.enter_async_context(Transcriber(settings, book))
        house = House(registry, data, at=time.time())
        clerk = Clerk(registry, partial(decide, edition=AT_ONCE))
        house.office = replace(house.office, clerk=clerk, editions=Editions(AT_ONCE), second_tapes=second)
        if not by_hand:
            house.office = replace(house.office, now=time.time)
        if before is None:
            await house.hire()
            hearing = await house.list_sanction()
        else:
            hearing, house.people = before.id, before.house.people
        tapes = data / "tapes"
        tapes.mkdir(exist_ok=True)
        court = Court(
            house.office, door, transcriber, book, tapes, 2.0, disk=disk, second_disk=second_disk, venue=venue
        )
        started = asyncio.Event()
        running = asyncio.create_task(court.run(started))
        made = Bench(house, court, running, hearing)
        stack.push_async_callback(made.crash)
        stack.push_async_callback(made.leave)
        waiting = asyncio.create_task(started.wait())
        await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        yield made
