"""The gate of the link test, walked through in browsers: below the norm, the judge's leave, and a test grown old."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Locator, expect

from tests.browser.bench_pages import doors_of
from tests.browser.company import PATIENCE_MS, Company, Guest, walk_lobby
from tests.media.narrow_wire import NarrowWire
from tests.web.sittings import Bench, bench
from web.languages import Languages

CATALOGUES = Languages.load().catalogues
WORDS, STAFF_WORDS = CATALOGUES["kk"], CATALOGUES["ru"]
REASON = "Ауылда басқа желі жоқ, дауыс анық естіледі"
MINUTE = 60.0
BUSY = """window.busy = setInterval(() => {
const since = performance.now(); while (performance.now() - since < 400); }, 440)"""
"""A page whose device has other things to do for nine tenths of the time, however fast it is."""


def row(guest: Guest, court: Bench) -> Locator:
    """Counsel at the roll of the court."""
    return guest.page.locator(f'.roll li[data-person="{court.house.people["counsel"]}"]')


async def has(place: Locator, *keys: str) -> None:
    for key in keys:
        await expect(place).to_contain_text(WORDS[key], timeout=PATIENCE_MS)


async def marked(guest: Guest, court: Bench, key: str) -> None:
    """Counsel bears a mark at the roll of this member of the court."""
    await expect(row(guest, court)).to_contain_text(STAFF_WORDS[key], timeout=PATIENCE_MS)


async def asleep(guest: Guest, court: Bench, rule: str) -> None:
    """Admission is shown, cannot be pressed, and says why."""
    place, button = row(guest, court), guest.button("admit", court.house.people["counsel"])
    await expect(button).to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
    why = STAFF_WORDS[f"rule.{rule}"].partition("%(")[0].strip()
    await expect(place.locator(".why").last).to_contain_text(why, timeout=PATIENCE_MS)


async def act_of(guest: Guest, court: Bench) -> str:
    """The link-test act, as this member of the court reads it."""
    return await guest.read(f"{court.house.office.origin}/file/{court.id}/link-test?paper=kk")


@asynccontextmanager
async def gate(folder: Path, browser: Browser, wire: NarrowWire) -> AsyncIterator[tuple[Bench, Company]]:
    """A hearing to be held by video, before a court whose media come over this wire, and whose clock stands still."""
    async with (
        bench(folder / "data", model=None, wire=wire, by_hand=True) as court,
        doors_of(court) as doors,
        Company(doors, browser, folder) as company,
    ):
        await court.ask("judge", "order_remote", order="№ 1")
        yield court, company


async def come(court: Bench, company: Company) -> Guest:
    return await company.party("counsel", (await court.house.pass_for(court.id, "counsel")).link)


async def test_below_the_norm_only_the_judge_lets_somebody_in_and_the_act_says_why(
    loud: Browser, tmp_path: Path
) -> None:
    wire = NarrowWire(up=700_000, down=3_000_000)
    async with gate(tmp_path, loud, wire) as (court, company):
        person, seat = court.house.people["counsel"], await court.house.seat(court.id, "counsel")
        counsel = await come(court, company)
        await walk_lobby(counsel, tested=False)
        await counsel.page.locator('[data-local="probe"]').click(timeout=PATIENCE_MS)
        tested = await court.until(lambda h: h.seats[seat].link is not None)
        link = tested.seats[seat].link
        assert link is not None
        assert link.up_kbps < 1000
        step = counsel.page.locator('[data-step="link"]')
        await has(step, "js.advice.1", "js.advice.2", "js.advice.3", "js.verdict.judge")
        await expect(step.locator('[data-local="onward"]')).to_have_count(0)

        wire.widen()
        secretary = await company.staff("secretary", court.id)
        await secretary.press("confirm_identity", person)
        await asleep(secretary, court, "link_below_norm")
        await expect(secretary.button("override_link", person)).to_have_count(0)
        assert WORDS["link_test.below"] in await act_of(secretary, court)

        judge = await company.staff("judge", court.id)
        await judge.press("override_link", person, reason=REASON)
        await court.until(lambda h: h.seats[seat].link_overridden)
        for guest in (secretary, judge):
            await marked(guest, court, "js.line.override")
        await has(step, "js.verdict.override")
        await secretary.press("admit", person)
        await court.until(lambda h: h.people[person].attendance == "admitted")
        text = await act_of(secretary, court)
        assert REASON in text
        assert WORDS["link_test.overridden"] in text
        assert [e for g in company.guests.values() for e in g.errors] == []


async def test_a_device_that_is_too_busy_reads_that_beside_the_verdict(loud: Browser, tmp_path: Path) -> None:
    async with gate(tmp_path, loud, NarrowWire()) as (court, company):
        seat = await court.house.seat(court.id, "counsel")
        counsel = await come(court, company)
        await walk_lobby(counsel, tested=False)
        await counsel.page.evaluate(BUSY)
        await counsel.page.locator('[data-local="probe"]').click(timeout=PATIENCE_MS)
        tested = await court.until(lambda h: h.seats[seat].link is not None)
        await counsel.page.evaluate("clearInterval(window.busy)")
        link = tested.seats[seat].link
        assert link is not None
        assert link.device_busy
        key = "js.verdict.busy" if min(link.up_kbps, link.down_kbps) >= 1000 else "js.advice.busy"
        await has(counsel.page.locator('[data-step="link"]'), key)
        await marked(await company.staff("secretary", court.id), court, "js.line.busy")
        assert "айтуынша тым жүктелген" in await act_of(await company.staff("judge", court.id), court)
        assert [e for g in company.guests.values() for e in g.errors] == []


async def test_a_test_grown_old_shuts_the_door_until_it_is_repeated(loud: Browser, tmp_path: Path) -> None:
    async with gate(tmp_path, loud, NarrowWire()) as (court, company):
        person, seat = court.house.people["counsel"], await court.house.seat(court.id, "counsel")
        counsel = await come(court, company)
        secretary, _ = await asyncio.gather(company.staff("secretary", court.id), walk_lobby(counsel))
        await secretary.press("confirm_identity", person)
        admit = secretary.button("admit", person)
        await expect(admit).to_be_visible(timeout=PATIENCE_MS)
        await expect(admit).not_to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)

        first = (await court.house.state(court.id)).seats[seat].link_at
        court.house.at += court.house.office.edition.numbers["link_test_valid_minutes"] * MINUTE + 1
        await asleep(secretary, court, "link_test_stale")
        await marked(secretary, court, "js.line.stale")
        step = counsel.page.locator('[data-step="link"]')
        await has(step, "js.verdict.stale")

        await step.locator('[data-local="probe"]').click()
        await court.until(lambda h: h.seats[seat].link_at != first)
        await step.locator('[data-local="onward"]').click(timeout=PATIENCE_MS)
        await expect(row(secretary, court)).not_to_contain_text(STAFF_WORDS["js.line.stale"], timeout=PATIENCE_MS)
        await secretary.press("admit", person)
        await court.until(lambda h: h.people[person].attendance == "admitted")
        assert [e for g in company.guests.values() for e in g.errors] == []
