"""Three pages of one hearing: who speaks, who interprets, and who listens to the channel of their choice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, expect

from hearing import facts as f
from hearing.hearings import Phase
from hearing.participants import Role, SeatId
from tests.browser.bench_pages import add, doors_of, guest
from tests.browser.company import PATIENCE_MS, Company, Guest, Voice, humming
from tests.web.sittings import TYPED, Bench, bench
from transcripts.interpretation import tied

PAGES = {"prosecutor": "kk", "interpreter": "ru", "victim": "ru"}
HERE = ("judge", "secretary", "suspect", "counsel")
HEARD = """async () => {
  const out = {};
  for (const pc of window.testPeers) {
    if (pc.connectionState === "closed") continue;
    const inbound = [...(await pc.getStats()).values()].filter((s) => s.type === "inbound-rtp" && s.kind === "audio");
    for (const voice of document.querySelectorAll("#sounds audio")) {
      const track = voice.srcObject?.getTracks()[0]?.id;
      const found = inbound.find((s) => s.trackIdentifier === track);
      if (found) out[voice.dataset.seat] = found.packetsReceived ?? 0;
    }
  }
  return out;
}"""


async def voices(one: Guest) -> dict[str, int]:
    found: dict[str, int] = await one.page.evaluate(HEARD)
    return found


async def flows(one: Guest, seat: SeatId, voice: Voice, packets: int = 60) -> None:
    """Wait until so many more packets of this voice have come."""
    start = (await voices(one)).get(seat, 0)

    async def come() -> None:
        async with asyncio.timeout(PATIENCE_MS / 1000):
            while (await voices(one)).get(seat, 0) < start + packets:
                await one.page.evaluate("() => new Promise((next) => setTimeout(next, 100))")

    await humming(voice, asyncio.ensure_future(come()))


async def rests(one: Guest, seat: SeatId, other: SeatId, voice: Voice) -> None:
    """While another voice goes on, of this one nothing comes."""
    await flows(one, other, voice, 10)
    start = (await voices(one))[seat]
    await flows(one, other, voice)
    assert (await voices(one))[seat] == start


def chosen(one: Guest) -> Any:
    return one.page.locator('[data-listen][aria-pressed="true"]')


async def quiet(one: Guest, seat: SeatId, is_quiet: bool) -> None:
    await one.page.wait_for_function(
        "([seat, quiet]) => (document.querySelector(`#sounds audio[data-seat='${seat}']`).volume < 0.5) === quiet",
        arg=[seat, is_quiet],
        timeout=PATIENCE_MS,
    )


async def test_each_listener_hears_the_channel_of_their_choice(loud: Browser, tmp_path: Path) -> None:
    async with bench(tmp_path) as held, doors_of(held) as doors, Company(doors, loud, tmp_path) as company:
        await add(held, "interpreter", Role.INTERPRETER, "ru")
        await add(held, "victim", Role.VICTIM, "ru")
        await held.ask("judge", "order_remote", order=TYPED["order"])
        await held.sitting()
        await held.until(lambda h: h.phase is Phase.LOBBY)
        await held.enter(*HERE)
        for name in ("suspect", "counsel"):
            await held.house.prepare(held.id, name)
        guests = {name: await guest(held, company, name, lang) for name, lang in PAGES.items()}
        speaker, interpreter, listener = guests.values()
        seats = {name: await held.house.seat(held.id, name) for name in (*HERE, *PAGES)}
        await held.until(lambda h: all(h.seats[seat].connected for seat in seats.values()))
        for name in (*HERE[2:], *PAGES):
            await held.ask("secretary", "confirm_identity", person=held.house.people[name])
            await held.ask("secretary", "admit", person=held.house.people[name])
        await held.ask("secretary", "name_court_camera", seat=seats["judge"])
        await held.ask("secretary", "start_recording")
        await held.ask("judge", "announce_opening")
        await held.until(lambda h: h.phase is Phase.OPEN)

        await expect(chosen(listener)).to_have_attribute("data-listen", "ru", timeout=PATIENCE_MS)
        await expect(chosen(speaker)).to_have_attribute("data-listen", "kk", timeout=PATIENCE_MS)
        for one in (speaker, listener):
            await flows(one, seats["interpreter"], interpreter)
        await interpreter.page.locator('[data-speak="ru"]').click(timeout=PATIENCE_MS)
        await held.until(lambda h: h.people[held.house.people["interpreter"]].channel == "ru")
        await flows(listener, seats["interpreter"], interpreter)
        await rests(speaker, seats["interpreter"], seats["judge"], held.speakers["judge"])

        speaking = asyncio.gather(speaker.say("prosecutor-1"), interpreter_follows(interpreter))
        await quiet(listener, seats["prosecutor"], True)
        await speaking
        await quiet(listener, seats["prosecutor"], False)
        await flows(listener, seats["prosecutor"], speaker)

        await listener.page.locator('[data-listen="floor"]').click()
        await expect(chosen(listener)).to_have_attribute("data-listen", "floor", timeout=PATIENCE_MS)
        await rests(listener, seats["interpreter"], seats["prosecutor"], speaker)
        await speaker.page.locator('[data-listen="ru"]').click()
        await flows(speaker, seats["interpreter"], interpreter)

        await listener.page.goto(f"{doors.url}/sit/{held.id}?lang=en")
        await expect(chosen(listener)).to_have_text("No interpretation", timeout=PATIENCE_MS)
        await flows(listener, seats["prosecutor"], speaker)
        await listener.page.goto(f"{doors.url}/sit/{held.id}?lang=kk")
        await expect(listener.page.locator("#listen-h")).to_have_text("Сіз үшін аударма", timeout=PATIENCE_MS)
        await interpreter.page.locator('[data-speak="floor"]').click()
        await flows(listener, seats["interpreter"], interpreter)

        facts = [entry.fact for entry in await held.registry.journal.read(held.id)]
        assert [fact.channel for fact in facts if isinstance(fact, f.ChannelChosen)] == ["ru", "floor"]
        missed = [fact for fact in facts if isinstance(fact, f.Unheard) and fact.medium == "sound"]
        assert [fact for fact in missed if seats["interpreter"] in fact.speakers] == []
        assert [error for one in guests.values() for error in one.errors] == []
        await original_is_named(held, interpreter, seats)


async def interpreter_follows(interpreter: Guest) -> None:
    """The interpreter begins a little after the speaker."""
    await interpreter.page.evaluate("() => new Promise((begin) => setTimeout(begin, 700))")
    await interpreter.say("prosecutor-1")


async def original_is_named(held: Bench, interpreter: Guest, seats: dict[str, SeatId]) -> None:
    """The interpreter's line of the live transcript names the line of the speaker."""
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while len(lines := await held.court.book.lines(held.id)) < 2:
            await interpreter.page.evaluate("() => new Promise((next) => setTimeout(next, 100))")
    found = tied(lines, {seats["interpreter"]})
    spoken = {line.id: line.seat for line in found}
    named = [spoken[line.interprets] for line in found if line.interprets is not None]
    assert named == [seats["prosecutor"]], [(line.seat, line.language, line.text) for line in found]
