"""A player's media reach the relay as a browser's do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from hearing.floor import Floor
from hearing.participants import SeatId
from media.packets import Received
from media.relay.courtroom import Courtroom
from media.wire.door import Door
from tests.patience import PATIENCE_SECONDS
from web.rehearsal.connection import LinkTest, Publishing
from web.rehearsal.lines import speakers
from web.rehearsal.picture import Noise
from web.rehearsal.voice import Voice

SEAT = SeatId("s-player")
SENTENCE = speakers()["witness"].lines[0].voice("ru")


@pytest.fixture
async def courtroom() -> AsyncIterator[Courtroom]:
    door = await Door.open("0.0.0.0", 0, ["127.0.0.1"])
    room = Courtroom(door)
    yield room
    await room.close()
    await door.close()


@asynccontextmanager
async def playing(courtroom: Courtroom) -> AsyncIterator[tuple[Voice, asyncio.Queue[Received]]]:
    """A player at the relay: its voice, and what the relay has received."""
    courtroom.apply(Floor(recorded_video=SEAT))
    heard: asyncio.Queue[Received] = asyncio.Queue()
    courtroom.listen(heard.put_nowait)
    voice = Voice()
    player = Publishing(voice, Noise(100))
    try:
        await player.take(await courtroom.answer(SEAT, await player.offer()))
        async with asyncio.timeout(PATIENCE_SECONDS):
            yield voice, heard
    finally:
        await player.close()


async def test_a_player_is_seen_and_heard_by_the_relay(courtroom: Courtroom) -> None:
    async with playing(courtroom) as (voice, heard):
        await voice.say(SENTENCE)
        codecs: set[str] = set()
        while codecs != {"opus", "vp8"}:
            packet = await heard.get()
            assert packet.seat == SEAT
            if not packet.is_rtcp:
                codecs.add(packet.codec)


async def test_a_speaking_player_moves_the_level_of_its_seat(courtroom: Courtroom) -> None:
    async with playing(courtroom) as (voice, heard):
        speaking = asyncio.create_task(voice.say(SENTENCE))
        loudest = 0.0
        while not speaking.done():
            packet = await heard.get()
            loudest = max(loudest, courtroom.levels().get(packet.seat, 0.0))
        assert loudest > 0.3


@pytest.mark.sound
async def test_a_players_link_is_tested_both_ways(courtroom: Courtroom) -> None:
    player = LinkTest(1500)
    try:
        await player.take(await courtroom.answer(SEAT, await player.offer(), probe=True))
        up = await courtroom.probe(SEAT, "up", lambda *_: None)
        player.quiet()
        down = await courtroom.probe(SEAT, "down", lambda *_: None)
        assert 700 < up.kbps < 2500
        assert down.kbps > 0
    finally:
        await player.close()
