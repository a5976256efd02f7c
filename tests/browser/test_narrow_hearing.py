"""A hearing of eight before a browser whose line carries the 1 Mbit/s that the rules ask for, and no more.

Who speaks is heard and seen, whoever it is; what has no room is left out, and the rest loses nothing.
``benchmarks.bench_narrow`` measures the same on the kernel's own queue, for minutes.
"""

from __future__ import annotations

import asyncio

from playwright.async_api import Browser

from benchmarks.bench_narrow import CAMERA, ME, SEATS, SPEAKER, cast
from hearing.floor import Floor
from tests.browser.stage import eventually, staged
from tests.media.narrow_wire import NarrowWire

DOWN_BITS = 1_000_000
GUEST = SEATS[4]
EVERYONE = frozenset({*SEATS, ME})
HEARD = {seat: EVERYONE - {seat} for seat in EVERYONE}
OF = """window.of = async (seat, kind) =>
  (await stats("inbound-rtp")).find((s) => s.kind === kind && tracks[s.mid]?.seat === seat) ?? {packetsReceived: 0};
"""


async def test_on_one_megabit_whoever_speaks_is_heard_and_seen(shared: Browser) -> None:
    async with staged(shared, NarrowWire(down=DOWN_BITS)) as stage:
        people = await cast(stage.courtroom)
        stage.courtroom.apply(Floor(hears=HEARD, sees=HEARD, recorded_video=CAMERA))
        async with asyncio.TaskGroup() as acting:
            acts = [acting.create_task(one.act(n / len(people))) for n, one in enumerate(people.values())]
            people[SPEAKER].speaks = True
            page = await stage.enter(ME)
            await page.evaluate(OF)
            await eventually(page, f"(await of('{SPEAKER}', 'video')).framesDecoded > 100", 90)
            await eventually(page, f"(await of('{SPEAKER}', 'audio')).packetsReceived > 250", 90)
            given = stage.courtroom.allotment(ME)
            assert given is not None
            assert given.resting or stage.courtroom.withheld(ME), "everything of everybody does not fit"

            people[SPEAKER].speaks, people[GUEST].speaks = False, True
            before = (await page.evaluate(f"of('{GUEST}', 'audio')"))["packetsReceived"]
            await eventually(page, f"(await of('{GUEST}', 'audio')).packetsReceived > {before + 250}", 90)
            seen = (await page.evaluate(f"of('{SPEAKER}', 'video')"))["framesDecoded"]
            await eventually(page, f"(await of('{CAMERA}', 'video')).framesDecoded > 100", 90)
            await eventually(page, f"(await of('{SPEAKER}', 'video')).framesDecoded > {seen + 30}", 90)
            for seat in (SPEAKER, GUEST):
                voice = await page.evaluate(f"of('{seat}', 'audio')")
                assert voice["packetsLost"] < 0.02 * voice["packetsReceived"]
            for act in acts:
                act.cancel()
        for one in people.values():
            await one.close()
