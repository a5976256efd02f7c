"""The server is killed in the middle of a hearing: nothing that reached it is lost, and everybody comes back."""

from __future__ import annotations

import shutil
from pathlib import Path

from playwright.async_api import Browser, expect

from hearing.participants import CaseId
from hearing.registry.office import Office
from media.record.frames import Flag
from media.record.tape import read_tape, recover, tapes_in
from tests.browser.company import PATIENCE_MS, Company, admit, decide_and_close, gather, hear
from tests.browser.courthouse import Courthouse, Listed
from tests.browser.fake_parts import STEPS

BEFORE_THE_DECISION = STEPS[: STEPS.index("retire")]


async def test_a_hearing_whose_server_is_killed_goes_on_with_nothing_lost(
    house: Courthouse, listed: Listed, loud: Browser, tmp_path: Path
) -> None:
    async with Company(house, loud, tmp_path) as company:
        guests = await gather(company, listed, "prosecutor", "suspect", "counsel", tested=False)
        judge, secretary, suspect = (guests[n] for n in ("judge", "secretary", "suspect"))
        await admit(listed, secretary, "prosecutor", "suspect", "counsel")
        await secretary.press("name_court_camera", listed.people["judge"])
        await secretary.press("start_recording")
        await judge.press("announce_opening")
        await listed.fact("Opened")
        for step in BEFORE_THE_DECISION[:3]:
            await judge.press("take_step")
            await listed.fact("StepTaken", step=step)
        await suspect.say("suspect-2")
        await hear(suspect, judge, packets=100)

        before = await listed.entries()
        seats = await listed.seats()
        heard = (await judge.stats())["audio"]
        await house.kill()
        assert await voices_on_tape(house, listed, tmp_path / "copy", but=seats["judge"]) >= heard
        await house.open()

        early = await listed.judge.refusal("POST", f"/hearings/{listed.hearing}/acts", {"act": "resume_after_loss"})
        assert early["rule"] in ("seat_not_back", "quorum", "recording_failed"), early
        entries = await listed.entries()
        assert entries[: len(before)] == before
        await listed.fact("PausedByLoss", cause="server")

        await expect(judge.button("resume_after_loss")).not_to_have_attribute(
            "aria-disabled", "true", timeout=PATIENCE_MS
        )
        await judge.press("resume_after_loss")
        resumed = await listed.fact("ResumedAfterLoss")
        assert before[-1]["at"] <= resumed["fact"]["gap_from"] < resumed["fact"]["gap_to"]
        for guest in guests.values():
            await guest.receives("frames", 5)
        await hear(judge, *(guest for guest in guests.values() if guest is not judge))
        await hear(suspect, judge)
        await judge.press("repair_gap", summary="Подозреваемый повторил, что права ему понятны.")
        await guests["counsel"].press("confirm_gap")
        await listed.fact("GapConfirmed", person=listed.people["counsel"])

        for step in BEFORE_THE_DECISION[3:]:
            await judge.press("take_step")
            await listed.fact("StepTaken", step=step)
        await decide_and_close(listed, judge, secretary)
        assert [e for g in guests.values() for e in g.errors] == []
    code, out = await house.command("verify")
    assert code == 0, out


async def voices_on_tape(house: Courthouse, listed: Listed, copy: Path, but: str) -> int:
    """The voice packets of all seats but one that the dead server left, read from a copy as recovery will."""
    shutil.copytree(house.folder, copy)
    async with await Office.open(copy) as office:
        key = await office.keys.tapes(CaseId(listed.case))
    folder = copy / "tapes" / listed.hearing
    recover(folder, key)
    tapes = [tape for tape in tapes_in(folder) if tape.kind == "audio" and tape.seat != but]
    return sum(frame.flag is Flag.RTP for tape in tapes for frame in read_tape(folder, key, tape))
