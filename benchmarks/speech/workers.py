"""Workers that are killed again and again, and how long a transcript takes once the hearing has closed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.speech.court import HEARING, listening
from benchmarks.speech.rows import Row
from benchmarks.speech.spoken import Tape, Turn, hearing
from hearing.participants import SeatId
from media.record import growing
from media.record.tape import PART_NS
from transcripts.settings import Condition
from transcripts.transcriber import Transcriber
from transcripts.utterances import NS, RecordedTrack
from transcripts.windows import Windows
from web.court import AHEAD_SECONDS

T0 = 1_800_000_000 * NS
SECONDS_PER_KILL = 4
FASTER = 8
UNREAD_SECONDS = (growing.AROUND_NS + PART_NS) // NS + round(AHEAD_SECONDS)
"""What of a tape is not yet given out is at most this and the minute that it lies in."""
UNSETTLED = 60 * NS
"""Sound that may wait unrecognised: the server holds no more than 120 s, and on a busy machine lives are short."""


async def killed(kills: int, folder: Path) -> list[Row]:
    """One voice, and the worker killed at any moment after it came up, once for every four seconds that were spoken:
    every sentence once, in order, in the words that come without kills (the rehearsal model errs in a few)."""
    seconds = max(40, kills * SECONDS_PER_KILL)
    turns = hearing(1, seconds, 0.0, pause=1.0)
    wanted = await _lines(turns, seconds, 0, folder)
    lines = await _lines(turns, seconds, kills, folder)
    lost, extra = max(0, len(turns) - len(lines)), max(0, len(lines) - len(turns))
    same = sum(one == other for one, other in zip(wanted, lines, strict=False))
    right = sum(line == turn.said.text for line, turn in zip(lines, turns, strict=False))
    told = f"{lost} lost, {extra} doubled of {len(turns)}; {same} in the words that come without kills, {right} right"
    return [Row(f"worker killed {kills} times", told, "0 lost, 0 doubled, same words", lines == wanted and not lost)]


async def _lines(turns: Sequence[Turn], seconds: int, kills: int, folder: Path) -> list[str]:
    """What is written of one voice while its worker is killed so often."""
    tape, step = Tape(turns, 0, T0), NS // 5
    rng, spoken = random.Random(4), asyncio.Semaphore(0)
    async with listening(folder) as (transcriber, book):
        killing = asyncio.create_task(_kill(transcriber, kills, spoken, rng))
        for at in range(T0, T0 + (seconds + 2) * NS, step):
            transcriber.hear(HEARING, SeatId("s-0"), "ru", at, tape.read(at, at + step))
            if (at - T0) % (SECONDS_PER_KILL * NS) == 0:
                spoken.release()
                while at - (await book.marks(HEARING)).get(SeatId("s-0"), T0) > UNSETTLED:
                    await transcriber.utterances().get()
        await killing
        await transcriber.finish(HEARING)
        return [line.text for line in await book.lines(HEARING)]


async def _kill(transcriber: Transcriber, kills: int, spoken: asyncio.Semaphore, rng: random.Random) -> None:
    for _ in range(kills):
        await spoken.acquire()
        await transcriber.until(Condition.READY)
        await asyncio.sleep(rng.uniform(0.05, 1.0))
        pid = transcriber.worker_pid
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
        await transcriber.until(Condition.LOADING)


def _recorded(turns: Sequence[Turn], seconds: int) -> list[RecordedTrack]:
    """Eight voices as they are on tape after so many seconds of the hearing."""
    return [RecordedTrack(SeatId(f"s-{n}"), T0, T0 + seconds * NS, Tape(turns, n, T0).read, "ru") for n in range(8)]


async def after_close(seconds: int, folder: Path) -> list[Row]:
    """Eight voices taking turns with two seconds between, heard live and, while the hearing goes on, from tape.

    The hearing runs ``FASTER`` times faster than real time, which leaves the second pass so much less; what it did not
    come to is read after the close like the last minutes, which can change until then. The transcript is ready when
    its new version is complete in the book: from then on the page shows it.
    """
    turns = hearing(8, seconds, 0.05, pause=2.0)
    tapes = [Tape(turns, n, T0) for n in range(8)]
    async with listening(folder, windows=Windows.LIVE) as (transcriber, book):
        loop = asyncio.get_running_loop()
        began = loop.time()
        for second in range(seconds):
            await asyncio.sleep(began + second / FASTER - loop.time())
            at = T0 + second * NS
            for n, tape in enumerate(tapes):
                transcriber.hear(HEARING, SeatId(f"s-{n}"), "ru", at, tape.read(at, at + NS))
            if second % 60 == 0 and second > UNREAD_SECONDS:
                await transcriber.read_ahead(HEARING, _recorded(turns, (second - UNREAD_SECONDS) // 60 * 60))
        closed = loop.time()
        number = await transcriber.transcribe_recording(HEARING, _recorded(turns, seconds))
        took = loop.time() - closed
        lines = await book.lines(HEARING, number)
    return [
        Row(
            f"after closing {seconds // 60} min held {FASTER} times as fast",
            f"{took:.0f} s, {len(lines)} of {len(turns)} lines",
            "60 s",
            took <= 60 and len(lines) == len(turns),
        )
    ]


async def final_pass(seconds: int, folder: Path, windows: Windows) -> list[Row]:
    """The same voices read from beginning to end after the close, as where nothing was read before."""
    turns = hearing(8, seconds, 0.05, pause=2.0)
    tracks = _recorded(turns, seconds)
    async with listening(folder, windows=windows) as (transcriber, book):
        began = time.monotonic()
        number = await transcriber.transcribe_recording(HEARING, tracks)
        took = time.monotonic() - began
        lines = await book.lines(HEARING, number)
    hour = took * 3600 / seconds
    return [
        Row(
            f"from nothing over {seconds // 60} min, {'short' if windows is Windows.ALL else 'whole'} windows",
            f"{took:.0f} s, {len(lines)} of {len(turns)} lines; {hour:.0f} s an hour",
            "60 s an hour",
            hour <= 60,
        )
    ]
