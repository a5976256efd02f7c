"""One sanction hearing, held from the lobby to the close in real browsers, and then looked at from outside."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any

import av
import docx
from playwright.async_api import Browser, expect

from tests.browser.company import PATIENCE_MS, Company, Guest, admit, decide_and_close, gather, hear
from tests.browser.courthouse import PEOPLE, Courthouse, Listed

OATH = "Я клянусь суду рассказать все известное мне по делу, говорить только правду, всю правду и ничего, кроме правды"
READINGS = 4
ANSWER_SECONDS = 20
BEFORE, AFTER = (
    ("composition", "motion_announced", "rights_explained"),
    ("prosecutor_heard", "suspect_heard", "counsel_heard"),
)


async def test_a_hearing_is_held_from_the_lobby_to_the_case_file(
    house: Courthouse, listed: Listed, loud: Browser, tmp_path: Path
) -> None:
    async with Company(house, loud, tmp_path) as company:
        guests = await gather(company, listed, *PEOPLE)
        judge, secretary, suspect, counsel, witness = (
            guests[n] for n in ("judge", "secretary", "suspect", "counsel", "witness")
        )

        await admit(listed, secretary, "prosecutor", "suspect")
        await secretary.press("name_court_camera", listed.people["judge"])
        await secretary.press("start_recording")
        await expect(judge.button("announce_opening")).to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
        await admit(listed, secretary, "counsel")
        await judge.press("announce_opening")
        await listed.fact("Opened")
        admitted = [guest for guest in guests.values() if guest is not witness]
        for guest in admitted:
            await guest.receives("frames", 5)
        await hear(judge, *(guest for guest in admitted if guest is not judge))

        gallery = await listed.secretary.call("POST", f"/hearings/{listed.hearing}/observers")
        citizen = await company.public(gallery["link"])
        await citizen.receives("frames", 5)
        await hear(guests["prosecutor"], citizen, judge)
        for name in guests:
            assert await citizen.page.locator(f'button[data-person="{listed.people[name]}"]').count() == 0

        await secretary.press("confirm_identity", listed.people["witness"])
        waited = await witness.stats()
        assert (waited["audio"], waited["video"]) == (0, 0)

        for step in BEFORE:
            await judge.press("take_step")
            await listed.fact("StepTaken", step=step)
        await judge.press("call_witness", listed.people["witness"])
        await witness.receives("frames", 5)
        await judge.press("warn_witness")
        await expect(judge.button("begin_testimony")).to_have_attribute("aria-disabled", "true", timeout=PATIENCE_MS)
        await judge.press("show_oath")
        await listed.fact("OathShown")
        await expect(witness.page.locator("p.oath")).to_contain_text(OATH, timeout=PATIENCE_MS)
        await swear(listed, judge, witness)
        await judge.press("accept_oath")
        await judge.press("begin_testimony")
        await witness.say("witness-3")
        await judge.press("release_witness", listed.people["witness"])

        await judge.press("begin_private_talk")
        await listed.fact("PrivateTalkBegan")
        await hear(counsel, suspect)
        outside = {n: guests[n] for n in ("judge", "secretary", "prosecutor", "witness")} | {"citizen": citizen}
        others = {name: await guest.stats() for name, guest in outside.items()}
        await suspect.say("suspect-4")
        await hear(suspect, counsel, packets=100)
        for name, before in others.items():
            after = await outside[name].stats()
            assert (after["audio"], after["video"]) == (before["audio"], before["video"]), name
        await judge.press("end_private_talk")

        for step in AFTER:
            await judge.press("take_step")
            await listed.fact("StepTaken", step=step)
        await decide_and_close(listed, judge, secretary)
        await expect(citizen.page.locator(".ending h1")).to_be_visible(timeout=PATIENCE_MS)
        assert [e for g in guests.values() for e in g.errors] == []

    entries = await listed.entries()
    await check_recording(house, listed, tmp_path, await seats_heard(listed, entries))
    await check_transcript(listed, entries)
    await check_minutes(listed)
    code, out = await house.command("verify")
    assert code == 0, out


async def swear(listed: Listed, judge: Guest, witness: Guest) -> None:
    """Read the oath; where a busy machine tears the sound, the judge asks again, as with any bad line."""
    for _ in range(READINGS - 1):
        await witness.say("witness-2")
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await listed.fact("OathHeard", verdict="heard")
            return
        except TimeoutError:
            await judge.press("repeat_oath")
    await witness.say("witness-2")
    await listed.fact("OathHeard", verdict="heard")


async def seats_heard(listed: Listed, entries: list[dict[str, Any]]) -> set[str]:
    """The seats whose voice must be in the record: everyone who was admitted or called."""
    names = {person: name for name, person in listed.people.items()}
    seats = await listed.seats()
    came = {e["fact"]["person"] for e in entries if e["fact"]["fact"] in ("Admitted", "WitnessCalled")}
    return {seats[names[person]] for person in came}


async def check_recording(house: Courthouse, listed: Listed, folder: Path, heard: set[str]) -> None:
    """One picture, the court camera's; the mix and a track for each seat; and no other picture ever on the disk."""
    film = folder / "recording.webm"
    film.write_bytes(await listed.secretary.bytes(f"/hearings/{listed.hearing}/recording"))
    with av.open(str(film)) as container:
        videos = container.streams.video
        assert len(videos) == 1
        assert len(container.streams.audio) == 1 + len(heard)
        assert sum(1 for _ in container.decode(videos[0])) > 30
    taped = {path.name for path in (house.folder / "tapes" / listed.hearing).iterdir() if path.name.endswith(".video")}
    assert taped == {f"{(await listed.seats())['judge']}.video"}


async def check_transcript(listed: Listed, entries: list[dict[str, Any]]) -> None:
    """The oath's words stand in the transcript within the oath's time; nothing of the private talk does."""
    at = {e["fact"]["fact"]: e["at"] for e in entries}
    begins = (await listed.secretary.call("GET", f"/hearings/{listed.hearing}/file"))["start"]
    lines = (await listed.secretary.call("GET", f"/hearings/{listed.hearing}/transcript"))["lines"]
    spoken = [line["text"].lower() for line in lines]
    sworn = [line for line in lines if OATH.lower() in line["text"].lower()]
    assert len(sworn) == 1, spoken
    assert at["OathShown"] - 1 <= begins + sworn[0]["at"] < begins + sworn[0]["until"] <= at["OathAccepted"]
    assert any("я был дома" in text for text in spoken), spoken
    assert not any("вину" in text for text in spoken), spoken


async def check_minutes(listed: Listed) -> None:
    paper = await listed.secretary.bytes(f"/hearings/{listed.hearing}/minutes.docx")
    text = docx_text(paper)
    for wanted in ("7585-24-00-2/101", "клятв", "наедине", "recording"):
        assert wanted.lower() in text.lower(), wanted


def docx_text(content: bytes) -> str:
    paper = docx.Document(io.BytesIO(content))
    cells = [c.text for t in paper.tables for row in t.rows for c in row.cells]
    return "\n".join([p.text for p in paper.paragraphs] + cells)
