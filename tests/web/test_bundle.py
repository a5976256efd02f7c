"""The evidence bundle: made at the close, taken by those who may, checked by a stranger with standard tools alone."""

from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from hearing.participants import Actor, HearingId, Role
from hearing.registry import bag, bundles
from tests.hearing.registry.lying import lying
from tests.web.bags import (
    CMS,
    TAGS,
    TOOLS,
    TS,
    accepted,
    faults,
    files_of,
    flip,
    flips,
    stamping,
    take_bundle,
    tool,
)
from tests.web.house import JUDGE_IIN, SECRETARY, Browser, House
from tests.web.prepared import keep
from tests.web.test_quality import made as measured
from web import bundling, quality
from web.bundle_check import check_bundle, opened
from web.desk import add_participant
from web.office import LINK_TEST, QUALITY, RECORDING


@pytest.fixture
async def taken(browser: Browser, house: House, held: HearingId, tmp_path: Path) -> Path:
    """The bundle's folder, as counsel unpacks it."""
    await bundling.renew(house.office, held)
    await browser.come_in(await house.pass_for(held, "counsel"))
    return await take_bundle(browser, held, tmp_path)


async def test_a_stranger_checks_the_bundle_with_standard_tools_alone(taken: Path) -> None:
    assert [tool(taken, *command) for command in TOOLS] == [0, 0, 0, 0]


async def test_verify_finds_nothing_wrong_in_folder_and_zip(taken: Path) -> None:
    assert faults(taken) == []
    assert list(check_bundle(taken.parent / "bundle.zip", taken.parent / "seal.crt").faults) == []


async def test_the_bundle_carries_recording_oath_papers_and_journal_and_names_nobody_in_clear(
    taken: Path, house: House, held: HearingId
) -> None:
    kinds = {path.relative_to(taken).parts[1] for path in files_of(taken) if path.relative_to(taken).parts[0] == "data"}
    assert {"recording", "oath", "journal.jsonl", "persons.sealed", "reports.sealed"} <= kinds
    texts = [path.read_text("utf-8") for path in files_of(taken) if path.suffix in (".txt", ".jsonl")]
    names = [part for full in house.accounts.values() for part in full.name.split()]
    assert [name for name in (*names, "Досанов", "Ермеков") if any(name in text for text in texts)] == []
    persons, _ = await opened(house.registry, taken)
    assert "Досанов Нұрлан Ақанұлы" in {person["name"] for person in persons}


async def test_the_courts_reports_lie_in_everybodys_bundle_and_only_the_court_reads_them(
    browser: Browser, house: House, held: HearingId, tmp_path: Path
) -> None:
    report = quality.content(measured())
    await keep(house, held, QUALITY, "quality.json", "application/json", report)
    await bundling.renew(house.office, held)
    bytes_of = {}
    for who in ("counsel", "judge"):
        to = tmp_path / who
        to.mkdir()
        await (browser.sign_in(JUDGE_IIN) if who == "judge" else browser.come_in(await house.pass_for(held, who)))
        folder = await take_bundle(browser, held, to)
        assert faults(folder) == []
        assert [path.name for path in files_of(folder) if "quality" in path.name or "link-test" in path.name] == []
        assert [path for path in files_of(folder) if report in path.read_bytes()] == []
        bytes_of[who] = (to / "bundle.zip").read_bytes()
    assert bytes_of["counsel"] == bytes_of["judge"]
    _, reports = await opened(house.registry, folder)
    found = {one.name: one.content for one in reports}
    assert (sorted(found), found["quality-1.json"]) == (["link-test-1-kk.pdf", "quality-1.json"], report)


async def test_a_bundle_without_the_courts_sealed_reports_is_refused_though_its_seal_fits(
    house: House, held: HearingId, tmp_path: Path
) -> None:
    bundle = await bundling.renew(house.office, held)
    assert bundle is not None
    lines = [line async for line in house.registry.journal.export(held)][: bundle.version]
    said = {"Journal-Entries": str(len(lines)), "Journal-Digest": json.loads(lines[-1])["digest"]}
    (tmp_path / "bag" / "data").mkdir(parents=True)
    (tmp_path / "bag" / "data" / "journal.jsonl").write_text("".join(lines), "utf-8")
    documents = await house.registry.docket.documents.of(held)
    listed = {f"data/{one.id}": one.sha256 for one in documents if one.kind != LINK_TEST}
    with bag.source_of(tmp_path / "bag") as source:
        without = bundles.inside(source, said, listed)
        assert bundles.inside(source, said, {**listed, "data/reports.sealed": "ab" * 32}) == []
    assert [fault for fault in without if "link-test" in fault] == without != []


# --- refused -------------------------------------------------------------------------------------------------------


async def test_whatever_is_done_to_a_bundle_is_refused(taken: Path) -> None:
    assert accepted(taken) == []


async def test_a_zip_that_names_a_place_outside_is_refused(taken: Path) -> None:
    with zipfile.ZipFile(taken.parent / "bundle.zip", "a") as file:
        file.writestr("../evil.txt", b"x")
    faults = check_bundle(taken.parent / "bundle.zip", taken.parent / "seal.crt").faults
    assert ["outside the bag" in fault for fault in faults] == [True]


async def test_one_flipped_byte_anywhere_is_found_each_of_a_hundred_times(taken: Path) -> None:
    missed, missed_by_tools = flips(taken, 100, (*TAGS, CMS))
    # OpenSSL does not compare all the bytes in the seal's file that name algorithms; `tyndau verify` does.
    assert (missed, [one for one in missed_by_tools if not one.startswith(bag.SEAL)]) == ([], [])


# --- the timestamp -------------------------------------------------------------------------------------------------


@pytest.fixture
async def stamped(house: House, tmp_path: Path) -> AsyncIterator[None]:
    """A timestamp authority of our own."""
    async with stamping(tmp_path) as stamp:
        house.office = replace(house.office, stamp=stamp)
        yield


@pytest.mark.usefixtures("stamped")
async def test_an_authority_confirms_the_time_and_openssl_agrees(house: House, tmp_path: Path) -> None:
    from tests.web.house import visiting

    hearing = await house.list_sanction()
    await house.hold(hearing)
    await keep(house, hearing, RECORDING, "7585.webm", "video/webm")
    await bundling.renew(house.office, hearing)
    async with visiting(house) as browser:
        await browser.sign_in(JUDGE_IIN)
        folder = await take_bundle(browser, hearing, tmp_path)
    assert tool(folder, *TS) == 0
    found = check_bundle(folder, tmp_path / "seal.crt", tmp_path / "authority.crt")
    assert (list(found.faults), found.sealed_at is not None) == ([], True)
    whole = (folder / bag.TIMESTAMP).read_bytes()
    accepted = []
    for place in range(len(whole)):
        flip(folder / bag.TIMESTAMP, place)
        changed = check_bundle(folder, tmp_path / "seal.crt", tmp_path / "authority.crt")
        accepted += [] if changed.faults else [changed.sealed_at]
        (folder / bag.TIMESTAMP).write_bytes(whole)
    # A few bytes name a version or an algorithm twice and prove nothing; none of them moves the time.
    assert set(accepted) <= {found.sealed_at}
    assert len(accepted) < len(whole) // 50


async def test_a_silent_authority_leaves_the_bundle_for_later_and_nothing_behind(house: House, held: HearingId) -> None:
    house.office = replace(house.office, stamp=bundling.authority("http://127.0.0.1:9/"))
    with pytest.raises(OSError, match="cannot be asked"):
        await bundling.renew(house.office, held)
    assert await house.registry.docket.documents.latest(held, "bundle") is None


# --- who gets it, who is told --------------------------------------------------------------------------------------


async def test_the_bundle_is_made_once_and_again_when_the_minutes_are_signed(
    browser: Browser, house: House, held: HearingId
) -> None:
    first = await bundling.renew(house.office, held)
    assert first is not None
    await bundling.tell_digest(house.office, held, first)
    again = await bundling.renew(house.office, held)
    assert again is not None
    assert again.digest == first.digest
    await browser.sign_in(SECRETARY)
    assert (await browser.post(f"/file/{held}/minutes/sign"))[0] == 303
    signed = await bundling.renew(house.office, held)
    assert signed is not None
    assert signed.digest != first.digest
    assert any(path.startswith("minutes/") for path, _ in signed.files)


async def test_every_party_is_sent_the_digest_once(house: House, held: HearingId) -> None:
    bundle = await bundling.renew(house.office, held)
    assert bundle is not None
    await bundling.tell_digest(house.office, held, bundle)
    await bundling.tell_digest(house.office, held, bundle)
    letters = (house.folder / "letters.txt").read_text("utf-8")
    assert letters.count(bundling.grouped(bundle.digest)) == 3
    assert {letters.count(f"To: {name}@example.kz") for name in ("prosecutor", "suspect", "counsel")} == {1}
    assert "To: witness@example.kz" not in letters


async def test_who_was_removed_before_the_hearing_is_sent_nothing_of_it(house: House) -> None:
    hearing = await house.list_sanction()
    by = Actor(house.people["secretary"], Role.COURT_SECRETARY)
    fields = {"name": "Үлгі", "role": "victim", "place": "elsewhere", "contact": "victim@example.kz"}
    house.people["victim"] = await add_participant(house.office, by, hearing, fields)
    await house.ask(hearing, "judge", "remove_participant", person=house.people["victim"])
    await house.hold(hearing)
    bundle = await bundling.renew(house.office, hearing)
    assert bundle is not None
    await bundling.tell_digest(house.office, hearing, bundle)
    letters = (house.folder / "letters.txt").read_text("utf-8")
    assert "To: counsel@example.kz" in letters
    assert "To: victim@example.kz" not in letters


async def test_a_witness_does_not_get_the_bundle_and_a_taken_one_is_in_the_access_log(
    browser: Browser, house: House, held: HearingId
) -> None:
    await bundling.renew(house.office, held)
    await browser.come_in(await house.pass_for(held, "witness"))
    assert (await browser.get(f"/file/{held}/bundle.zip"))[0] == 403
    await browser.come_in(await house.pass_for(held, "suspect"))
    async with browser.client.get(f"/file/{held}/bundle.zip") as answer:
        assert (await answer.read()).startswith(b"PK")
    noted = [(line.who, line.what) for line in await house.registry.docket.log.of(held)]
    assert (house.people["suspect"], "bundle_downloaded") in noted


async def test_the_player_says_whether_it_plays_the_sealed_recording(
    browser: Browser, house: House, held: HearingId
) -> None:
    await browser.come_in(await house.pass_for(held, "counsel"))
    _, text = await browser.get(f"/file/{held}")
    assert 'id="sealed-file"' in text
    path = f"/file/{held}/recording/check"
    async with browser.client.get(path) as answer:
        assert (await answer.json())["sealed"] is True
    document = await house.registry.docket.documents.latest(held, RECORDING)
    assert document is not None
    flip(lying(house.registry, document))
    async with browser.client.get(path) as answer:
        assert (await answer.json())["sealed"] is False


async def test_a_party_sees_their_own_name_over_the_picture_and_the_court_does_not(
    browser: Browser, house: House, held: HearingId
) -> None:
    await browser.come_in(await house.pass_for(held, "counsel"))
    _, text = await browser.get(f"/file/{held}")
    assert text.count("<span>Мұсабекова Тоғжан Ерланқызы · ") == 3
    await browser.sign_in(JUDGE_IIN)
    _, text = await browser.get(f"/file/{held}")
    assert 'class="mark"' not in text
