"""One sanction hearing, held from the lobby to the close in real browsers, and then looked at from outside.

Not part of ``make test`` yet: with five Chromiums two cores do not suffice, and the hearing rightly pauses when their
lines fall silent. ``make whole-hearing`` runs it on a machine with more of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from pathlib import Path
from typing import Any

import aiohttp
import av
import pytest
from playwright.async_api import expect

from tests.browser.courthouse import (
    PATIENCE_MS,
    Company,
    Courthouse,
    Guest,
    Listed,
    list_hearing,
    player,
    walk_kiosk,
    walk_lobby,
)

OATH = "Я клянусь суду рассказать все известное мне по делу, говорить только правду, всю правду и ничего, кроме правды"
STEPS = ("composition", "motion_announced", "rights_explained", "prosecutor_heard", "suspect_heard", "counsel_heard")


async def grows(guest: Guest, what: str, least: int) -> dict[str, Any]:
    """Wait until this much more of something has been received."""
    start = (await guest.stats())[what]
    while (found := await guest.stats())[what] < start + least:
        await guest.page.evaluate("() => new Promise(r => setTimeout(r, 200))")
    return found


async def journal(listed: Listed) -> list[dict[str, Any]]:
    text = await listed.secretary.call("GET", f"/hearings/{listed.hearing}/journal")
    return [json.loads(line) for line in text.splitlines() if line]


async def fact(listed: Listed, name: str) -> dict[str, Any]:
    """Wait until the journal holds a fact of this name."""
    return await fact_of(listed, name)


async def seat_of(listed: Listed, name: str) -> str:
    added = [e["fact"] for e in await journal(listed) if e["fact"]["fact"] == "ParticipantAdded"]
    return str(next(f["seat"] for f in added if f["person"] == listed.people[name]))


async def fact_of(listed: Listed, name: str, **fields: Any) -> dict[str, Any]:
    """Wait until the journal holds a fact of this name with these fields."""
    pace = asyncio.Event()
    while True:
        for entry in await journal(listed):
            if entry["fact"]["fact"] == name and fields.items() <= entry["fact"].items():
                return entry
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(pace.wait(), 0.5)


async def gather_in_lobby(house: Courthouse, company: Company, listed: Listed) -> dict[str, Guest]:
    """Everybody but the witness is in the lobby, tested."""
    guests = {
        "secretary": await company.staff("secretary", listed.hearing),
        "judge": await company.staff("judge", listed.hearing),
    }
    for name, walk in (("suspect", walk_kiosk), ("counsel", walk_lobby)):
        guests[name] = await company.party(name, listed.links[name], f"{VOICE[name]}-ru.ogg")
        await walk(guests[name])
    return guests


VOICE = {"suspect": "suspect-4", "counsel": "defence_counsel-2", "witness": "witness-2"}


async def admit(listed: Listed, secretary: Guest, *names: str) -> None:
    for name in names:
        await secretary.press("confirm_identity", listed.people[name])
        await secretary.press("admit", listed.people[name])


async def open_hearing(listed: Listed, guests: dict[str, Guest]) -> None:
    await guests["secretary"].press("name_court_camera", listed.people["judge"])
    await guests["secretary"].press("start_recording")
    await guests["judge"].press("announce_opening")
    await fact(listed, "Opened")


@pytest.fixture
async def session() -> Any:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    house = Courthouse(tmp_path / "data")
    await house.accounts()
    await house.open()
    yield house
    await house.close()
    print("".join(house.log[-60:]))


async def test_a_hearing_is_held_from_the_lobby_to_the_case_file(
    house: Courthouse, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    listed = await list_hearing(house, session)
    async with Company(house, tmp_path) as company:
        prosecutor = asyncio.create_task(player(house, listed, "prosecutor").play())
        guests = await gather_in_lobby(house, company, listed)
        judge, secretary, suspect, counsel = (guests[n] for n in ("judge", "secretary", "suspect", "counsel"))

        await fact_of(listed, "LinkTested", seat=await seat_of(listed, "prosecutor"))
        await admit(listed, secretary, "prosecutor", "suspect")
        await secretary.press("name_court_camera", listed.people["judge"])
        await secretary.press("start_recording")
        await expect(judge.button("announce_opening")).to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
        await admit(listed, secretary, "counsel")
        await judge.press("announce_opening")
        await fact(listed, "Opened")

        for guest in guests.values():
            await grows(guest, "frames", 5)
            await grows(guest, "audio", 50)

        witness = guests["witness"] = await company.party("witness", listed.links["witness"], "witness-2-ru.ogg")
        await walk_lobby(witness)
        await secretary.press("confirm_identity", listed.people["witness"])
        waited = await witness.stats()
        assert (waited["audio"], waited["video"]) == (0, 0)

        for step in STEPS[:3]:
            await judge.press("take_step")
            assert step in [e["fact"].get("step") for e in await journal(listed)]
        await judge.press("call_witness", listed.people["witness"])
        await grows(witness, "frames", 5)
        await judge.press("warn_witness")
        await judge.press("show_oath")
        heard = await fact(listed, "OathHeard")
        assert heard["fact"]["verdict"] == "heard"
        await judge.press("accept_oath")
        await judge.press("begin_testimony")
        await judge.press("release_witness", listed.people["witness"])

        await judge.press("begin_private_talk")
        await fact(listed, "PrivateTalkBegan")
        await grows(suspect, "audio", 50)
        others = {n: await guests[n].stats() for n in ("judge", "secretary")}
        await grows(counsel, "audio", 100)
        for name, before in others.items():
            after = await guests[name].stats()
            assert (after["audio"], after["video"]) == (before["audio"], before["video"]), name
        await judge.press("end_private_talk")

        for _ in STEPS[3:]:
            await judge.press("take_step")
        await judge.press("retire")
        await fact(listed, "Retired")
        await decide(judge)
        await judge.press("return_from_deliberation")
        await judge.press("announce_decision")
        await fact(listed, "DecisionAnnounced")
        await secretary.press("note_ruling_delivered")
        await judge.press("close_hearing")
        await fact(listed, "Closed")
        await fact(listed, "TranscriptSealed")
        assert [e for g in guests.values() for e in g.errors] == []
        prosecutor.cancel()

    await check_case_file(house, listed, tmp_path)


async def decide(judge: Guest) -> None:
    button = judge.page.locator('button[data-act="decide"]').nth(1)
    await button.click(timeout=PATIENCE_MS)
    dialog = judge.page.locator("dialog[open]")
    await dialog.locator('[name="days"]').fill("10")
    await dialog.locator('input[type=radio][value="especially_grave"]').check()
    await dialog.locator('[name="reasons"]').fill("Основания: тяжесть подозрения и риск скрыться.")
    await dialog.locator("button.go").click()
    await expect(dialog).to_have_count(0, timeout=PATIENCE_MS)


async def check_case_file(house: Courthouse, listed: Listed, tmp_path: Path) -> None:
    entries = await journal(listed)
    names = [e["fact"]["fact"] for e in entries]
    sealed = {e["fact"]["kind"] for e in entries if e["fact"]["fact"] == "FileSealed"}
    assert "recording" in sealed
    assert {"OathAccepted", "TestimonyBegan", "PrivateTalkEnded", "RecordingStopped"} <= set(names)

    film = tmp_path / "recording.webm"
    film.write_bytes(await listed.secretary.bytes(f"/hearings/{listed.hearing}/recording"))
    with av.open(str(film)) as container:
        videos = container.streams.video
        assert len(videos) == 1
        assert len(container.streams.audio) == 1 + len(seats(entries))
        assert sum(1 for _ in container.decode(videos[0])) > 30

    shown = next(e for e in entries if e["fact"]["fact"] == "OathShown")
    accepted = next(e for e in entries if e["fact"]["fact"] == "OathAccepted")
    transcript = await listed.secretary.call("GET", f"/hearings/{listed.hearing}/transcript")
    said = [line["text"] for line in transcript["lines"] if shown["at"] - 1 <= line["start"] <= accepted["at"]]
    assert any(OATH.lower() in text.lower().rstrip(".") for text in said), said

    code, out = await house.command("verify")
    assert code == 0, out


def seats(entries: list[dict[str, Any]]) -> set[str]:
    """The seats whose voice must be in the record: everyone who was admitted."""
    seat_of = {e["fact"]["person"]: e["fact"]["seat"] for e in entries if e["fact"]["fact"] == "ParticipantAdded"}
    came = {e["fact"]["person"] for e in entries if e["fact"]["fact"] in ("Admitted", "WitnessCalled")}
    return {seat_of[person] for person in came}
