"""Captions beside media: eight voices as Opus through the live ear, four visitors at a relay in the same process.

A word's delay runs from the moment it was spoken (espeak-ng tells) until it is committed: two readings in a row agree
on it, or its line is final. A word of the teleprompter counts when ``follow`` has first passed it. The rehearsal model
knows whole sentences: it may guess the rest of one before it was spoken (such a word counts as no delay), and of the
first words it makes another sentence, so that they come late.
"""

from __future__ import annotations

import asyncio
import os
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.speech.court import HEARING, WORKER, listening
from benchmarks.speech.rows import Row, percentile
from benchmarks.speech.shapes import SHADOW, build
from benchmarks.speech.spoken import Tape, Turn, hearing, say
from hearing.floor import Floor
from hearing.participants import SeatId
from media.record.ear import Ear, joined
from media.relay.courtroom import Courtroom
from media.wire.door import Door
from tests.media.record.synthetic import opus
from tests.media.visitor import Visitor
from tests.transcripts.voices import MODEL, OATH
from transcripts.agreement import folded
from transcripts.oath_match import WordState
from transcripts.teleprompter import follow
from transcripts.transcriber import Transcriber
from transcripts.utterances import NS, Utterance
from transcripts.windows import Windows

TRACKS, OVERLAP = 8, 0.3
BATCH = 0.2
"""Seconds of packets that the sitting decodes at a time."""
TAIL = 6.0
GUESSED = 0.5
"""A word of the teleprompter that was passed so many seconds before its end was guessed, not heard."""
SHOWN = {
    Windows.WHOLE: "whole windows",
    Windows.CAPTIONS: "short captions",
    Windows.LIVE: "short live",
    Windows.ALL: "short windows",
}


def seat(track: int) -> SeatId:
    return SeatId(f"s-{track}")


@dataclass
class Heard:
    """What came out, and when (seconds of the hearing)."""

    captions: list[tuple[float, Utterance]] = field(default_factory=list)

    def of(self, turn: Turn, t0: float) -> list[tuple[float, Utterance]]:
        mine = seat(turn.track)
        return [
            (at, said)
            for at, said in self.captions
            if said.seat == mine and said.start - t0 < turn.end and said.end - t0 > turn.at
        ]


def packets(turns: Sequence[Turn], track: int, seconds: float) -> list[bytes]:
    pcm = Tape(turns, track, 0).read(0, int(seconds * NS))
    wide = np.repeat((pcm * 32000).astype(np.int16), 3)
    return opus(wide)


async def listen(transcriber: Transcriber, turns: Sequence[Turn], seconds: float) -> tuple[Heard, float]:
    """Play the turns in real time into the transcriber; give what was heard and when the hearing began."""
    tracks = sorted({turn.track for turn in turns})
    sound = {track: await asyncio.to_thread(packets, turns, track, seconds + TAIL) for track in tracks}
    ears = {track: Ear() for track in tracks}
    heard, t0_ns = Heard(), time.time_ns()
    t0, begin = t0_ns / NS, time.monotonic()

    async def take() -> None:
        while True:
            said = await transcriber.utterances().get()
            heard.captions.append((time.monotonic() - begin, said))

    def decode(first: int, last: int) -> list[tuple[int, int, np.ndarray]]:
        out = []
        for track in tracks:
            pieces: list[tuple[int, np.ndarray]] = []
            for number in range(first, min(last, len(sound[track]))):
                stamp, arrival = number * 960, t0_ns + number * NS // 50
                head = struct.pack(">BBHII", 0x80, 111, number & 0xFFFF, stamp & 0xFFFFFFFF, track + 1)
                pieces += ears[track].feed(arrival, head + sound[track][number])
            out += [(track, at, pcm) for at, pcm in joined(pieces)]
        return out

    taking = asyncio.create_task(take())
    languages = {turn.track: turn.said.language for turn in turns}
    sent = 0
    while sent < (seconds + TAIL) * 50:
        await asyncio.sleep(max(0.0, begin + sent / 50 + BATCH - time.monotonic()))
        upto = int((time.monotonic() - begin) * 50)
        for track, at, pcm in await asyncio.to_thread(decode, sent, upto):
            transcriber.hear(HEARING, seat(track), languages[track], at, pcm)
        sent = upto
    await transcriber.finish(HEARING)
    taking.cancel()
    return heard, t0


def judge(turns: Sequence[Turn], heard: Heard, t0: float) -> tuple[list[float], list[float], int]:
    """Delays of committed words, delays of final lines, and how many turns came out word for word."""
    words: list[float] = []
    finals: list[float] = []
    right = 0
    for turn in turns:
        mine = heard.of(turn, t0)
        final = next(((at, said) for at, said in mine if not said.provisional), None)
        if final is None:
            continue
        finals.append(final[0] - turn.end)
        truth = [folded(word) for word in turn.said.text.split()]
        if [folded(word) for word in final[1].text.split()] != truth:
            continue
        right += 1
        for i, end in enumerate(turn.said.ends):
            committed = next(
                at for at, said in mine if not said.provisional or (said.agreed > i and _is(said, i, truth))
            )
            words.append(max(0.0, committed - turn.at - end))
    return words, finals, right


def _is(said: Utterance, i: int, truth: Sequence[str]) -> bool:
    return [folded(word) for word in said.text.split()[: i + 1]] == list(truth[: i + 1])


def followed(turns: Sequence[Turn], heard: Heard, t0: float) -> list[float]:
    """For each word of a read oath that was passed: from its end until it was, below zero when it was guessed."""
    lags: list[float] = []
    for turn in turns:
        reached: dict[int, float] = {}
        for at, said in heard.of(turn, t0):
            words = said.text.split()
            settled = words[: said.agreed] if said.provisional else words
            states = follow(turn.said.text, settled, said.newest.split(), said.end - said.start)
            for i, state in enumerate(states):
                if state is WordState.HEARD:
                    reached.setdefault(i, at)
        lags += [reached[i] - turn.at - end for i, end in enumerate(turn.said.ends) if i in reached]
    return lags


class Relay:
    """Four visitors who all hear one another, fifty packets a second each, each packet carrying when it was sent."""

    def __init__(self) -> None:
        self.seats = [SeatId(f"r-{n}") for n in range(4)]

    async def __aenter__(self) -> Relay:
        self.door = await Door.open("127.0.0.1", 0, ["127.0.0.1"])
        self.courtroom = Courtroom(self.door)
        hears = {one: frozenset(set(self.seats) - {one}) for one in self.seats}
        self.visitors = [Visitor(self.courtroom, one) for one in self.seats]
        for visitor in self.visitors:
            await visitor.enter()
        for visitor in self.visitors:
            await visitor.offer()
        self.courtroom.apply(Floor(hears=hears))
        self.latencies: list[float] = []
        self.sent = self.number = 0
        for visitor in self.visitors:
            visitor.drop = self._arrived
        return self

    async def __aexit__(self, *_: object) -> None:
        for visitor in self.visitors:
            await visitor.close()
        await self.courtroom.close()
        await self.door.close()

    def _arrived(self, packet: object) -> bool:
        data, at = packet.data, packet.payload_at  # type: ignore[attr-defined]
        if len(data) - at == 80:
            self.latencies.append((time.monotonic_ns() - struct.unpack_from(">Q", data, at)[0]) / 1e6)
        return True

    async def run(self) -> None:
        """Until cancelled."""
        begin, first = time.monotonic(), self.number
        while True:
            for visitor in self.visitors:
                visitor.speak(self.number, struct.pack(">Q", time.monotonic_ns()) + bytes(72))
                self.sent += len(self.visitors) - 1
            self.number += 1
            await asyncio.sleep(max(0.0, begin + (self.number - first) / 50 - time.monotonic()))

    async def during(self, work: asyncio.Future[object] | asyncio.Task[object]) -> tuple[float, int]:
        """p99 in milliseconds and packets lost while this work lasts."""
        self.latencies.clear()
        self.sent = 0
        running = asyncio.create_task(self.run())
        await work
        running.cancel()
        await asyncio.sleep(0.3)
        return percentile(self.latencies, 99), self.sent - len(self.latencies)


async def measure(size: str, windows: Windows, seconds: int, folder: Path) -> list[Row]:
    name = f"{size}, {SHOWN[windows]}"
    os.environ[SHADOW] = str(await asyncio.to_thread(build, size, MODEL, folder / size))
    turns = hearing(TRACKS, seconds, OVERLAP)
    async with Relay() as relay, listening(folder, WORKER, windows) as (transcriber, _):
        alone, lost_alone = await relay.during(asyncio.ensure_future(asyncio.sleep(10)))
        playing = asyncio.create_task(listen(transcriber, turns, seconds))
        beside, lost = await relay.during(playing)
        heard, t0 = playing.result()
    words, finals, right = judge(turns, heard, t0)
    p50, p95, last = percentile(words, 50), percentile(words, 95), percentile(finals, 95)
    rows = [
        Row(
            f"caption delay, {name}, {TRACKS} tracks",
            f"p50 {p50:.2f} s, p95 {p95:.2f} s, {len(words)} words",
            "2.5 s, 5 s" if size == "base" else "p50 1.5 s",
            (p50 <= 2.5 and p95 <= 5) if size == "base" else p50 <= 1.5,
        ),
        Row(f"lines, {name}", f"{right} of {len(turns)} word for word", "all", right == len(turns)),
    ]
    if size == "base":
        rows += [
            Row(f"final line after its end, {name}", f"p95 {last:.2f} s of {len(finals)}", "3 s", last <= 3),
            Row(
                f"relay p99 alone, beside, {name}",
                f"{alone:.2f}, {beside:.2f} ms, lost {lost_alone}, {lost}",
                "3 ms more, 0 lost",
                beside - alone <= 3 and lost == 0,
            ),
        ]
    return rows + await teleprompter(name, windows, folder)


async def teleprompter(name: str, windows: Windows, folder: Path) -> list[Row]:
    """One reader, twice in each language, nobody else speaking."""
    oaths = [say(language, OATH[language]) for language in ("kk", "ru")]
    turns, at = [], 1.0
    for said in oaths:
        turns.append(Turn(0, at, said))
        at += said.seconds + 2
    async with listening(folder, WORKER, windows) as (transcriber, _):
        heard, t0 = await listen(transcriber, turns, at)
    lags = followed(turns, heard, t0)
    early = sum(lag < -GUESSED for lag in lags)
    late = [max(0.0, lag) for lag in lags]
    p50, p95 = percentile(late, 50), percentile(late, 95)
    whole = len(lags) == sum(len(turn.said.ends) for turn in turns)
    return [
        Row(
            f"teleprompter lag, {name}",
            f"p50 {p50:.2f} s, p95 {p95:.2f} s, {len(lags)} words, {early} guessed",
            "p95 1.5 s",
            whole and p95 <= 1.5,
        )
    ]
