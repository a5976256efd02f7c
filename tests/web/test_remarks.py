"""Remarks on record and minutes, filed by a party and ruled on by the judge."""

from __future__ import annotations

from hearing.participants import HearingId
from tests.web.house import JUDGE_IIN, Browser, House

DAY = 86400.0
TEXT, REASON = "Менің сөзім қате жазылған.", "Жазба тыңдалды, ескерту негізді."


async def test_a_party_remarks_at_a_place_and_the_judge_rules(browser: Browser, house: House, held: HearingId) -> None:
    await browser.come_in(await house.pass_for(held, "counsel"))
    await browser.get(f"/file/{held}")
    assert (await browser.post(f"/file/{held}/remarks", place="00:02:17", text=TEXT))[0] == 303
    (remark,) = (await house.state(held)).remarks
    started = (await house.state(held)).recording_since
    assert started is not None
    assert (remark.person, remark.place - started) == (house.people["counsel"], 137.0)
    await browser.sign_in(JUDGE_IIN)
    _, text = await browser.get(f"/file/{held}")
    assert TEXT in text
    assert (await browser.post(f"/file/{held}/remarks/1", granted="yes", reason=REASON))[0] == 303
    _, text = await browser.get(f"/file/{held}")
    assert REASON in text
    assert (await browser.post(f"/file/{held}/remarks/1", granted="no", reason=REASON))[0] == 422


async def test_a_remark_comes_too_late_five_days_after_the_signing(
    browser: Browser, house: House, held: HearingId
) -> None:
    await house.ask(held, "secretary", "sign_minutes", sha256="ab" * 32)
    house.at += 5 * DAY + 1
    await browser.come_in(await house.pass_for(held, "counsel"))
    await browser.get(f"/file/{held}")
    assert (await browser.post(f"/file/{held}/remarks", place="10", text=TEXT))[0] == 422
    assert (await house.state(held)).remarks == ()


async def test_neither_a_witness_nor_a_place_outside_the_hearing_makes_a_remark(
    browser: Browser, house: House, held: HearingId
) -> None:
    await browser.come_in(await house.pass_for(held, "witness"))
    await browser.get(f"/file/{held}")
    assert (await browser.post(f"/file/{held}/remarks", place="10", text=TEXT))[0] in (403, 422)
    await browser.come_in(await house.pass_for(held, "suspect"))
    await browser.get(f"/file/{held}")
    assert (await browser.post(f"/file/{held}/remarks", place="99:00:00", text=TEXT))[0] == 422
    assert (await house.state(held)).remarks == ()
