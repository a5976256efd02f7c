"""Reviewing a record: each voice alone, its waveform, and that neither is mistaken for what was sealed."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from hearing import acts as a
from hearing.participants import SYSTEM, HearingId
from hearing.registry import bundles
from hearing.registry.documents import DERIVED
from media.record.finalise import finalise
from tests.media.record.synthetic import JUDGE, KEY, SUSPECT, beeps, filmed, opus, said, tape_session, vp8
from tests.web.house import SECRETARY, Browser, House
from web import quality, review
from web.asking import perform
from web.office import QUALITY, RECORDING, TIMELINE


async def recorded(house: House, scratch: Path, seconds: int = 12) -> HearingId:
    """A held hearing with a real recording of the judge and the suspect, made as the court makes it."""
    hearing = await house.list_sanction()
    await house.hold(hearing)
    await house.transcribe(hearing)
    seats = {JUDGE: await house.seat(hearing, "judge"), SUSPECT: await house.seat(hearing, "suspect")}
    judge = said(JUDGE, opus(beeps(seconds, [1, 8], 1.0)))
    suspect = said(SUSPECT, opus(beeps(seconds, [3, 10], 1.0, 500)))
    tape_session(scratch / "tapes", seconds, judge, suspect, filmed(vp8(seconds)))
    made = finalise(scratch / "tapes", KEY, scratch / "hearing.webm", {}, [], mix_title="")
    named = [(seats[track.seat], track) for track in made.figures.tracks]
    peaks = json.dumps({seat: base64.b64encode(track.peaks).decode() for seat, track in named}).encode()
    start = (await house.state(hearing)).opened_at or house.at
    length = made.duration_ns / 1e9
    timeline = {
        "start": start,
        "duration": length,
        "segments": [{"start": start, "place": 0.0, "length": length}],
        "tracks": [{"seat": seat, "lost_packets": 0} for seat, _ in named],
    }
    documents = house.registry.docket.documents
    await documents.put(hearing, review.WAVEFORM, "waveform.json", peaks, "application/json", house.at, "system")
    kept = [
        await documents.put_file(hearing, RECORDING, "7585.webm", made.files[0], "video/webm", house.at, "system"),
        await documents.put(
            hearing, TIMELINE, "t.json", json.dumps(timeline).encode(), "application/json", house.at, "s"
        ),
        await documents.put(
            hearing, QUALITY, "q.json", quality.content(made), "application/json", house.at, "system"
        ),
    ]  # fmt: skip
    for one in kept:
        await perform(house.office, hearing, a.NoteFileSealed(one.kind, one.id, one.sha256, one.size), SYSTEM)
    await review.split_voices(house.office, hearing, scratch)
    return hearing


@pytest.fixture
async def reviewed(house: House, tmp_path: Path) -> HearingId:
    return await recorded(house, tmp_path)


async def test_a_party_hears_one_voice_alone_by_ranges_and_that_is_noted(
    browser: Browser, house: House, reviewed: HearingId
) -> None:
    await browser.come_in(await house.pass_for(reviewed, "counsel"))
    seat = await house.seat(reviewed, "suspect")
    _, text = await browser.get(f"/file/{reviewed}")
    assert f'value="/file/{reviewed}/voices/{seat}"' in text
    assert '<path class="wave" d="M' in text
    for asked, size in (("bytes=0-99", 100), ("bytes=100-149", 50)):
        async with browser.client.get(f"/file/{reviewed}/voices/{seat}", headers={"Range": asked}) as answer:
            assert (answer.status, answer.content_type, len(await answer.read())) == (206, "audio/webm", size)
    log = await house.registry.docket.log.of(reviewed)
    assert [line.subject for line in log if line.what == "voice_played"] == [seat]
    async with browser.client.get(f"/file/{reviewed}/voices/s-nobody") as answer:
        assert answer.status == 404


async def test_a_witness_hears_nobody_alone(browser: Browser, house: House, reviewed: HearingId) -> None:
    await browser.come_in(await house.pass_for(reviewed, "witness"))
    seat = await house.seat(reviewed, "suspect")
    for path in (f"voices/{seat}", "waveform.json"):
        async with browser.client.get(f"/file/{reviewed}/{path}") as answer:
            assert answer.status == 403
    _, text = await browser.get(f"/file/{reviewed}")
    assert 'id="whom"' not in text


async def test_the_waveform_shows_who_was_loud_when(browser: Browser, house: House, reviewed: HearingId) -> None:
    await browser.sign_in(SECRETARY)
    answer = await browser.call("GET", f"/hearings/{reviewed}/waveform")
    found = await answer.json()
    loud = {
        one["voice"]: {n // 10 for n, peak in enumerate(base64.b64decode(one["peaks"])) if peak > 60}
        for one in found["voices"]
    }
    assert found["per_second"] == 10
    assert loud == {"judge": {1, 2, 8, 9}, "suspect": {3, 4, 10, 11}}


def test_a_waveform_is_drawn_where_there_is_sound_and_nowhere_else() -> None:
    drawn = review.path(bytes(50) + bytes([255]) * 50, 10.0)
    assert drawn.count("M") == 50
    assert drawn.startswith("M505 0v22")
    assert review.path(bytes(100), 10.0) == ""


async def test_what_is_derived_is_made_once_and_is_neither_sealed_nor_carried(
    browser: Browser, house: House, reviewed: HearingId, tmp_path: Path
) -> None:
    before = await house.registry.docket.documents.of(reviewed)
    await review.split_voices(house.office, reviewed, tmp_path)
    documents = await house.registry.docket.documents.of(reviewed)
    derived = [one for one in documents if one.kind.startswith(DERIVED)]
    assert len(documents) == len(before)
    assert len(derived) == 3
    hearing = await house.state(reviewed)
    assert not {one.id for one in derived} & hearing.files.keys()
    bundle = await bundles.make(house.registry, reviewed, hearing, "Сот", house.at, None)
    assert {one.id for one in derived} & {carried for _, carried in bundle.files} == set()
    await browser.come_in(await house.pass_for(reviewed, "counsel"))
    for one in derived:
        async with browser.client.get(f"/file/{reviewed}/documents/{one.id}?download") as answer:
            assert answer.status == 403
