"""One player: an invented person at a page of the hearing, who does what the page offers and says its lines.

It speaks the protocol of docs/protocol.md as any page does. What it may do it learns from the offers of the view; the
program holds no rule either.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
from collections.abc import Mapping
from typing import Any

import structlog
from aiohttp import ClientError, ClientSession, ClientWebSocketResponse, CookieJar, WSMsgType

from web.rehearsal.connection import LinkTest, Publishing
from web.rehearsal.lines import LANGUAGES, Line, cues
from web.rehearsal.picture import Loops, Picture
from web.rehearsal.voice import Voice

log = structlog.get_logger()

View = Mapping[str, Any]
Offer = Mapping[str, Any]

AGAIN_SECONDS = 2.0
MOST_TESTS = 5
ANSWER_SECONDS = 15.0
EVERY_TIME = frozenset({"talk", "oath"})
"""Cues whose lines are said each time; the others are said once."""
TAKES = frozenset({"acknowledge_rules", "report_devices", "confirm_gap"})
"""Offers that a player takes by itself as soon as they are ready."""
OUTSIDE = frozenset({"listed", "closed", "vacated"})
DISMISSED = frozenset({4401, 4403, 4404, 4409, 4410})
"""Close codes after which a player stays away."""


class Player:
    """``play`` returns when the hearing is over or somebody else has taken the seat."""

    def __init__(
        self, server: str, hearing: str, role: str, secret: str, lines: tuple[Line, ...], drawn: Loops, kbps: int
    ) -> None:
        self.role = role
        self.view: View | None = None
        self._server = server
        self._hearing = hearing
        self._secret = secret
        self._lines = lines
        self._drawn = drawn
        self._kbps = kbps
        self._numbers = itertools.count(1)
        self._asked: set[str] = set()
        self._true: frozenset[str] = frozenset()
        self._said: set[tuple[int, str]] = set()
        self._socket: ClientWebSocketResponse | None = None
        self._tasks: asyncio.TaskGroup
        self._publishing: Publishing | None = None
        self._link_test: LinkTest | None = None
        self._tests = 0
        self._answered = asyncio.Event()
        self.voice = Voice()

    async def play(self) -> None:
        """Come in and stay. A server that is gone is knocked at again, as a page does.

        A seat at which a person sits already is left to them.
        """
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as http:
            await self._exchange(http)
            while True:
                try:
                    async with http.ws_connect(
                        f"{self._server}/ws/{self._hearing}?if_free", headers={"Origin": self._server}, heartbeat=20
                    ) as socket:
                        async with asyncio.TaskGroup() as self._tasks:
                            self._socket = socket
                            listening = self._tasks.create_task(self._listen(socket))
                            publishing = self._tasks.create_task(self._keep_publishing())
                            await listening
                            publishing.cancel()
                            self._socket = None
                        if socket.close_code in DISMISSED or self._over():
                            log.info("player leaves", role=self.role, code=socket.close_code)
                            return
                except (ClientError, ConnectionError, TimeoutError):
                    pass
                finally:
                    await self._hang_up()
                await asyncio.sleep(AGAIN_SECONDS)

    async def _exchange(self, http: ClientSession) -> None:
        async with http.post(
            f"{self._server}/api/v1/passes/exchange", json={"secret": self._secret}, headers={"Origin": self._server}
        ) as answer:
            answer.raise_for_status()

    def _over(self) -> bool:
        return self.view is not None and self.view["hearing"]["phase"] in ("closed", "vacated")

    # --- the socket ---------------------------------------------------------------------------------------------

    async def _listen(self, socket: ClientWebSocketResponse) -> None:
        first = True
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            said = json.loads(message.data)
            match said:
                case {"t": "view"}:
                    self._see(said, first)
                    first = False
                case {"t": "rtc.answer", "sdp": str(sdp)}:
                    await self._take_answer(sdp, probe=bool(said.get("probe")))
                case {"t": "rtc.probe", "phase": str(phase)}:
                    await self._follow_test(phase, said.get("calm") is True)
                case {"t": "rtc.again"}:
                    await self._hang_up()

    async def say(self, message: Mapping[str, Any]) -> None:
        if self._socket is not None and not self._socket.closed:
            await self._socket.send_json(message)

    async def ask(self, offer: Offer, **fields: object) -> None:
        """Ask what an offer offers."""
        wish = {"t": "act", "id": next(self._numbers), "act": offer["act"], **offer.get("with", {}), **fields}
        await self.say(wish)

    def offer(self, act: str, **fixed: object) -> Offer | None:
        """The offer of this act, if the server would accept it now."""
        for offer in self.view["may"] if self.view is not None else ():
            wanted = offer["act"] == act and offer["ready"]
            if wanted and all(offer.get("with", {}).get(k) == v for k, v in fixed.items()):
                found: Offer = offer
                return found
        return None

    # --- what a person does at the page -------------------------------------------------------------------------

    def _see(self, view: View, first: bool) -> None:
        self.view = view
        for offer in view["may"]:
            if offer["act"] in TAKES and offer["ready"] and offer["act"] not in self._asked:
                self._asked.add(offer["act"])
                self._tasks.create_task(self.ask(offer, **_fields(offer["act"], self.role)))
        now_true = frozenset(cues(view))
        fresh = now_true - self._true
        if first:  # what the judge had done before I came in needs no answer
            fresh = frozenset(cue for cue in fresh if not cue.startswith("done:"))
        self._true = now_true
        for line in self._lines:
            for cue in fresh:
                if line.cue == cue.partition("@")[0]:
                    self._tasks.create_task(self._speak(line, cue))

    async def _speak(self, line: Line, cue: str) -> None:
        language = self._language(line)
        if line.cue not in EVERY_TIME:
            if (line.number, language) in self._said:
                return
            self._said.add((line.number, language))
        await asyncio.sleep(line.after)
        if cue not in self._true and line.cue in ("oath", "private", "talk"):
            return
        await self._unmute()
        await self.voice.say(line.voice(language))
        if line.act is not None and (offer := self.offer(line.act)) is not None:
            await self.ask(offer)

    def _language(self, line: Line) -> str:
        assert self.view is not None
        oath = self.view["hearing"]["oath"]
        own = next((p["language"] for p in self.view["hearing"]["people"] if p["person"] == self._me), LANGUAGES[0])
        language = oath["language"] if line.cue == "oath" and oath else own
        return language if language in LANGUAGES else LANGUAGES[0]

    @property
    def _me(self) -> str:
        return str(self.view["you"]["person"]) if self.view is not None else ""

    async def _unmute(self) -> None:
        mine = [p for p in self.view["hearing"]["people"] if p["person"] == self._me] if self.view is not None else []
        offer = self.offer("unmute")
        if mine and mine[0]["muted"] and offer is not None:
            await self.ask(offer)

    # --- media --------------------------------------------------------------------------------------------------

    async def _keep_publishing(self) -> None:
        """See to it that voice and picture go out, and that the link is tested once."""
        while True:
            if self.view is not None and self.view["hearing"]["phase"] not in OUTSIDE:
                if self._publishing is None or self._publishing.state in ("failed", "closed"):
                    await self._publish()
                elif self._publishing.state == "connected":
                    await self._test_link()
            await asyncio.sleep(0.5)

    async def _publish(self) -> None:
        await self._hang_up()
        said = self.voice = Voice()
        self._publishing = Publishing(said, Picture(self._drawn, lambda: said.speaking))
        self._answered.clear()
        await self.say({"t": "rtc.offer", "sdp": await self._publishing.offer()})
        try:
            await asyncio.wait_for(self._answered.wait(), ANSWER_SECONDS)
        except TimeoutError:
            await self._hang_up()
            return
        await self.say({"t": "rtc.status", "mic": True, "camera": True})

    async def _test_link(self) -> None:
        mine = [p for p in self.view["hearing"]["people"] if p["person"] == self._me] if self.view is not None else []
        if self._link_test is not None or not mine or self._tests >= MOST_TESTS:
            return
        before = self.view is not None and self.view["hearing"]["phase"] == "lobby"
        if mine[0]["link"] is not None and (mine[0]["link"]["verdict"] != "below" or not before):
            return
        self._tests += 1
        self._link_test = LinkTest(self._kbps)
        await self.say({"t": "rtc.offer", "probe": True, "sdp": await self._link_test.offer()})

    async def _take_answer(self, sdp: str, *, probe: bool) -> None:
        if not probe and self._publishing is not None:
            await self._publishing.take(sdp)
            self._answered.set()
        elif probe and self._link_test is not None:
            await self._link_test.take(sdp)
            await self.say({"t": "rtc.probe", "direction": "start"})

    async def _follow_test(self, phase: str, calm: bool) -> None:
        if self._link_test is None:
            return
        if calm:
            self._link_test.calm()
        if phase == "down":
            self._link_test.quiet()
        elif phase in ("done", "failed"):
            test, self._link_test = self._link_test, None
            await test.close()

    async def _hang_up(self) -> None:
        for one in (self._publishing, self._link_test):
            if one is not None:
                await one.close()
        self._publishing = self._link_test = None


def _fields(act: str, role: str) -> dict[str, object]:
    if act == "report_devices":
        labels = [hashlib.sha256(f"{role} {kind}".encode()).hexdigest()[:16] for kind in ("camera", "microphone")]
        return {"camera": True, "microphone": True, "loudspeaker": True, "labels": labels}
    return {"objects": False} if act == "confirm_gap" else {}
