"""The copy for office machines: H.264 and AAC, asked for, made once, taken by whoever may take the recording."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from hearing import acts as a
from hearing.participants import SYSTEM, HearingId
from tests.media.record.test_finalise import a_hearing
from tests.web.house import Browser, House
from web.asking import perform
from web.office import RECORDING


def probed(film: Path) -> dict[str, object]:
    command = ("ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", str(film))
    found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    codecs = sorted(stream["codec_name"] for stream in found["streams"])
    return {"codecs": codecs, "seconds": float(found["format"]["duration"]), "format": found["format"]["format_name"]}


def faults(film: Path) -> bytes:
    """What a decoder complains of, from the first packet to the last."""
    command = ("ffmpeg", "-v", "error", "-i", str(film), "-f", "null", "-")
    return subprocess.run(command, capture_output=True, check=True).stderr


async def recorded(house: House, hearing: HearingId, folder: Path) -> Path:
    """A real recording, newer than the stand-in that the hearing has."""
    (folder / "tapes").mkdir()
    film = a_hearing(folder / "tapes", folder / "recording.webm").files[0]
    put = house.registry.docket.documents.put_file
    kept = await put(hearing, RECORDING, "recording.webm", film, "video/webm", house.at, "system")
    await perform(house.office, hearing, a.NoteFileSealed(RECORDING, kept.id, kept.sha256, kept.size), SYSTEM)
    return film


async def test_a_copy_is_made_on_request_and_plays_where_the_recording_does_not(
    browser: Browser, house: House, held: HearingId, tmp_path: Path
) -> None:
    (tmp_path / "real").mkdir()
    film = await recorded(house, held, tmp_path / "real")
    await browser.come_in(await house.pass_for(held, "counsel"))
    _, text = await browser.get(f"/file/{held}")
    assert "Көшірмені жасау" in text
    assert (await browser.post(f"/file/{held}/office-copy"))[0] == 303
    _, text = await browser.get(f"/file/{held}")
    assert "<progress" in text
    copies = house.office.copies
    await copies.make(house.office, await copies.next())
    async with browser.client.get(f"/file/{held}/office-copy.json") as answer:
        assert await answer.json() == {"state": "ready", "reached": 1.0}
    async with browser.client.get(f"/file/{held}/office-copy.mp4") as answer:
        copy = tmp_path / "copy.mp4"
        copy.write_bytes(await answer.read())
    found = probed(copy)
    assert found["codecs"] == ["aac", "h264"]
    assert "mp4" in str(found["format"])
    assert abs(float(str(found["seconds"])) - float(str(probed(film)["seconds"]))) < 0.2
    assert faults(copy) == b""
    noted = [line.what for line in await house.registry.docket.log.of(held)]
    assert {"office_copy_asked", "office_copy_taken"} <= set(noted)
    assert list((house.registry.folder / "tapes").iterdir()) == []
    assert (await browser.post(f"/file/{held}/office-copy"))[0] == 303
    assert "office-copy.mp4" in (await browser.get(f"/file/{held}"))[1]


async def test_a_recording_that_cannot_be_encoded_says_so(browser: Browser, house: House, held: HearingId) -> None:
    await browser.come_in(await house.pass_for(held, "counsel"))
    await browser.post(f"/file/{held}/office-copy")
    with pytest.raises(OSError, match="encoded"):
        await house.office.copies.make(house.office, held)
    async with browser.client.get(f"/file/{held}/office-copy.json") as answer:
        assert (await answer.json())["state"] == "failed"


async def test_who_may_not_take_the_recording_gets_no_copy(browser: Browser, house: House, held: HearingId) -> None:
    await browser.come_in(await house.pass_for(held, "witness"))
    assert (await browser.post(f"/file/{held}/office-copy"))[0] == 403
    assert (await browser.get(f"/file/{held}/office-copy.mp4"))[0] == 403


async def test_of_a_closed_hearing_a_party_gets_no_copy(browser: Browser, house: House) -> None:
    case = await house.registry.docket.cases.create("7585-24-00-2/9", house.at, "a-test")
    ruling = await house.registry.docket.texts.deposit(case.id, "№ 3 қаулы")
    order = {"publicity": "closed", "closure_ground": "minor", "closure_ruling": ruling}
    hearing = await house.list_sanction("7585-24-00-2/10", **order)
    await house.hold(hearing)
    await browser.come_in(await house.pass_for(hearing, "counsel"))
    assert (await browser.post(f"/file/{hearing}/office-copy"))[0] == 403
    assert (await browser.get(f"/file/{hearing}/office-copy.mp4"))[0] == 403
