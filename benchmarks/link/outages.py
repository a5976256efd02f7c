"""A listener whose line breaks at random, who counts for itself; and what the court wrote of it.

A whole court with its journal, on loopback: people who speak all the time, and one whose datagrams are held back in
both directions while its line is out. Its page's reports, once a second, wait for the line too.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from benchmarks.link.table import Table
from hearing import facts as f
from hearing.hearings import Phase
from hearing.participants import Actor
from hearing.registry.journal import Entry
from tests.media.visitor import Visitor
from tests.web.sittings import PARTIES, SILENCE, Bench, bench
from tests.web.test_link_test_ends import Page
from web import signalling
from web.sitting import Sitting

OUTAGES, DROPS = 5, 3
SHORTEST_S, LONGEST_S = 1.1, 8.0
BETWEEN_S = (6.0, 12.0)
SETTLE_S = 4.0
EDGE_BAR_S, FOUND_BAR_S, PAUSE_BAR_S = 1.0, 3.0, 5.0
REPORT_S = 1.0
LISTENER, SPEAKER, NEEDED = "prosecutor", "judge", "counsel"


class Listener(Visitor):
    """``out``: neither direction carries anything. ``came`` are the arrivals of one voice."""

    out = False

    def __init__(self, *who: object) -> None:
        super().__init__(*who)  # type: ignore[arg-type]
        self.came: list[float] = []
        self.counts: dict[int, int] = {}
        self.voice = -1

    def send_raw(self, data: bytes) -> None:
        if not self.out:
            super().send_raw(data)

    def _take(self, data: bytes) -> None:
        if self.out:
            return
        if data[0] >= 128 and not 192 <= data[1] <= 223:
            ssrc = int.from_bytes(data[8:12])
            self.counts[ssrc] = self.counts.get(ssrc, 0) + 1
            if ssrc == self.voice:
                self.came.append(time.time())
            return
        super()._take(data)

    def sections(self) -> dict[str, int]:
        """The SSRC of media by section, as the answer announces it."""
        found: dict[str, int] = {}
        for section in self.answer.split("m=")[1:]:
            lines = section.splitlines()
            mid = next(line[6:] for line in lines if line.startswith("a=mid:"))
            for line in lines:
                if line.startswith("a=ssrc:"):
                    found.setdefault(mid, int(line[7:].split(" ")[0]))
        return found


async def entered(court: Bench, sitting: Sitting, name: str) -> Listener:
    """This person again, by a line that can break and over which it also hears."""
    seat = await court.house.seat(court.id, name)
    await court.speakers.pop(name).leave()
    one = Listener(sitting.courtroom, seat)
    await one.offer()
    one.check()
    await one.shake()
    return one


async def kept(one: Listener, number: int = 0) -> None:
    """Its own voice goes on, as a microphone's does."""
    while True:
        one.speak(number, SILENCE, 127)
        number += 1
        await asyncio.sleep(0.02)


async def reporting(sitting: Sitting, page: Page, one: Listener) -> None:
    """The page's word once a second; what is said while the line is out comes when it is back."""
    waiting: list[dict[str, object]] = []
    at_section = one.sections()
    while True:
        tracks = {mid: [one.counts.get(ssrc, 0), one.counts.get(ssrc, 0)] for mid, ssrc in at_section.items()}
        waiting.append({"t": "rtc.report", "at": 1000 * time.monotonic(), "tracks": tracks})
        while waiting and not one.out:
            await signalling.hear(sitting, page, waiting.pop(0))
        await asyncio.sleep(REPORT_S)


def gaps(came: Sequence[float]) -> list[tuple[float, float]]:
    """What the listener itself calls a gap."""
    return [(early, late) for early, late in pairwise(came) if late - early > 1.0]


async def written(court: Bench, wanted: Callable[[Entry], bool]) -> list[Entry]:
    return [entry for entry in await court.registry.journal.read(court.id) if wanted(entry)]


async def outages(table: Table, seed: int) -> None:
    """A listener through five outages, then drops of a person without whom nothing goes on."""
    began = time.monotonic()
    print(f"\nthe ledger against a listener who counts for itself, {OUTAGES} outages each; and a peer that drops")
    with tempfile.TemporaryDirectory() as folder:
        async with bench(Path(folder) / "data", model=None) as court:
            court.court.loss_seconds = court.house.office.edition.numbers["loss_pause_seconds"]
            await court.open()
            sitting = await court.sitting()
            for name in PARTIES:
                sitting.devices[await court.house.seat(court.id, name)] = (True, False)
            await _ledger(court, sitting, table, random.Random(seed))
            for _ in range(DROPS):
                await _drop(court, sitting, table)
    print(f"({time.monotonic() - began:.0f} s)", flush=True)


async def _ledger(court: Bench, sitting: Sitting, table: Table, dice: random.Random) -> None:
    seat, speaker = await court.house.seat(court.id, LISTENER), await court.house.seat(court.id, SPEAKER)
    one = await entered(court, sitting, LISTENER)
    person = (await court.now()).people[court.house.people[LISTENER]]
    page = Page(Actor(person.person, person.role), seat)
    mid = next(mid for mid, (of, kind) in sitting.courtroom.mapping(seat).items() if (of, kind) == (speaker, "audio"))
    one.voice = one.sections()[mid]
    sitting.listening.entered(page)
    began = time.time()
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(kept(one)), tasks.create_task(reporting(sitting, page, one))]
        for _ in range(OUTAGES):
            await asyncio.sleep(dice.uniform(*BETWEEN_S))
            one.out = True
            await asyncio.sleep(dice.uniform(SHORTEST_S, LONGEST_S))
            one.out = False
        await asyncio.sleep(SETTLE_S)
        for task in running:
            task.cancel()
    await one.close()
    found = [
        (entry.fact.start, entry.fact.start + entry.fact.seconds)
        for entry in await written(court, lambda entry: entry.at >= began)
        if isinstance(entry.fact, f.Unheard) and entry.fact.seat == seat and speaker in entry.fact.speakers
        if entry.fact.medium == "sound"
    ]
    mine = gaps(one.came)
    off = [
        max(abs(start - mine_start), abs(end - mine_end))
        for mine_start, mine_end in mine
        for start, end in [min(found, key=lambda one, at=mine_start: abs(one[0] - at), default=(0.0, 0.0))]  # type: ignore[misc]
    ]
    worst = max(off, default=float("inf"))
    good = len(mine) == OUTAGES == len(found) and worst <= EDGE_BAR_S
    print(
        f"ledger: {len(mine)} gaps counted by the listener, {len(found)} written; the edge farthest off: {worst:.2f} s "
        f"(bar {EDGE_BAR_S:.0f})  {table.verdict(good, f'ledger: {len(found)} of {len(mine)}, {worst:.2f} s off')}",
        flush=True,
    )
    await _goes_on(court, LISTENER)


async def _drop(court: Bench, sitting: Sitting, table: Table) -> None:
    seat = await court.house.seat(court.id, NEEDED)
    one = await entered(court, sitting, NEEDED)
    await court.until(lambda h: h.seats[seat].connected)
    speaking = asyncio.create_task(kept(one))
    await asyncio.sleep(SETTLE_S)
    one.out, dropped = True, time.time()
    lost = await _until(court, dropped, lambda entry: isinstance(entry.fact, f.LineLost))
    paused = await _until(court, dropped, lambda entry: isinstance(entry.fact, f.PausedByLoss))
    speaking.cancel()
    await one.close()
    verdict = table.verdict(
        lost <= FOUND_BAR_S and paused <= PAUSE_BAR_S, f"drop: found after {lost:.2f} s, paused after {paused:.2f} s"
    )
    print(
        f"drop: written as lost after {lost:.2f} s (bar {FOUND_BAR_S:.0f}), the pause after {paused:.2f} s "
        f"(bar {PAUSE_BAR_S:.0f})  {verdict}",
        flush=True,
    )
    await _goes_on(court, NEEDED)


async def _goes_on(court: Bench, back: str) -> None:
    """This person is here again, and the hearing no longer waits for them."""
    await court.enter(back)
    if (await court.now()).phase is Phase.PAUSED_BY_LOSS:
        await court.ask("judge", "resume_after_loss")


async def _until(court: Bench, since: float, wanted: Callable[[Entry], bool]) -> float:
    """How long after ``since`` such a fact was written; for ever, when it is not."""
    while time.time() - since < 4 * PAUSE_BAR_S:
        for entry in await written(court, lambda entry: entry.at >= since and wanted(entry)):
            return entry.at - since
        await asyncio.sleep(0.05)
    return float("inf")
