"""The case file and its papers, seen by the court, by a party and by a witness."""

from __future__ import annotations

import hashlib
import html
import io
import json
import re

import docx
import jsonschema

from hearing.facts import Closed, PartClosed
from hearing.participants import HearingId
from hearing.utterances import Utterance, Word, utterance_id
from tests.web.house import JUDGE_IIN, Browser, House
from tests.web.prepared import FILM, keep
from web.documents.setting import qr_image
from web.office import LINK_TEST, OATH_CLIP, RECORDING, RULING, SWORN_WORDS, TIMELINE, TRANSCRIPT, WARNING_CLIP

WORDS = (TRANSCRIPT, f"{SWORN_WORDS}p-1")
REPORTS = (LINK_TEST,)


async def test_counsel_sees_player_words_and_chapters(browser: Browser, house: House, held: HearingId) -> None:
    await browser.come_in(await house.pass_for(held, "counsel"))
    status, text = await browser.get(f"/file/{held}")
    assert status == 200
    assert "<video" in text
    assert "санкциялауды" in text
    assert 'class="doubt"' in text
    assert 'data-at="' in text
    assert "Ант" in text
    parts = ("file", "t-h", "tl-h", "c-h", "decision-h", "papers-h", "remarks-h", "evidence-h", "seal-h", "ledger-h")
    places = {part: text.find(f'id="{part}"') for part in parts if f'id="{part}"' in text}
    assert {"decision-h", "papers-h", "evidence-h"} <= set(places)
    assert list(places.values()) == sorted(places.values()), "player and words, oath, decision, papers, evidence"
    assert '<a href="#evidence-h">' in text


async def test_every_look_and_play_is_in_the_access_log(browser: Browser, house: House, held: HearingId) -> None:
    counsel = house.people["counsel"]
    await browser.come_in(await house.pass_for(held, "counsel"))
    await browser.get(f"/file/{held}")
    await browser.get(f"/file/{held}/minutes")
    async with browser.client.get(f"/file/{held}/recording?download") as answer:
        assert await answer.read() == FILM
    oath = next(one.id for one in await house.registry.docket.documents.of(held) if one.kind.startswith(OATH_CLIP))
    await browser.get(f"/file/{held}/documents/no-such")
    async with browser.client.get(f"/file/{held}/documents/{oath}") as answer:
        assert answer.status == 200
    noted = [(line.what, line.subject) for line in await house.registry.docket.log.of(held) if line.who == counsel]
    for what in ("file_viewed", "minutes_viewed", "recording_downloaded"):
        assert (what, None) in noted
    assert [subject for what, subject in noted if what == "document_opened"] == [None, oath]


async def test_the_court_sees_every_look_the_newest_first_and_all_when_it_asks(
    browser: Browser, house: House, held: HearingId
) -> None:
    await browser.come_in(await house.pass_for(held, "counsel"))
    async with browser.client.get(f"/file/{held}/recording") as answer:
        await answer.read()
    assert 'id="log"' not in (await browser.get(f"/file/{held}"))[1], "a party does not see who looked"
    for _ in range(110):
        await house.registry.docket.log.note(house.at, house.people["suspect"], "file_viewed", hearing=held)
    await browser.sign_in(JUDGE_IIN)
    looks = len(await house.registry.docket.log.of(held)) + 1
    newest, whole = [(await browser.get(f"/file/{held}{asked}&lang=en"))[1] for asked in ("?", "?log=all")]
    assert f"Show all: {looks}" in newest
    counsel = "Мұсабекова Тоғжан Ерланқызы</td><td>played the recording</td>"
    assert (counsel in newest, counsel in whole) == (False, True)
    assert "Show all" not in whole


async def test_the_closing_digest_is_shown_as_a_qr_code_to_whoever_was_there(
    browser: Browser, house: House, held: HearingId
) -> None:
    (closed,) = [entry for entry in await house.registry.journal.read(held) if isinstance(entry.fact, Closed)]
    await browser.come_in(await house.pass_for(held, "witness"))
    async with browser.client.get(f"/file/{held}/digest.svg") as answer:
        assert answer.content_type == "image/svg+xml"
        assert await answer.read() == qr_image(f"{house.office.origin}/file/{held}#{closed.digest}")
    other = await house.list_sanction("7585-24-00-2/102")
    await browser.come_in(await house.pass_for(other, "counsel"))
    for hearing, status in ((other, 422), (held, 404)):
        async with browser.client.get(f"/file/{hearing}/digest.svg") as answer:
            assert answer.status == status


async def test_the_player_may_jump(browser: Browser, house: House, held: HearingId) -> None:
    await browser.come_in(await house.pass_for(held, "counsel"))
    for asked, expected in (
        ("bytes=100-299", FILM[100:300]),
        ("bytes=-50", FILM[-50:]),
        ("bytes=10000-", FILM[10000:]),
    ):
        async with browser.client.get(f"/file/{held}/recording", headers={"Range": asked}) as answer:
            assert answer.status == 206
            assert await answer.read() == expected
    async with browser.client.get(f"/file/{held}/recording", headers={"Range": "bytes=99999-"}) as answer:
        assert answer.status == 416
    noted = [line.what for line in await house.registry.docket.log.of(held)]
    assert noted.count("recording_played") == 1, "whoever begins in the middle is noted, each jump is not"


async def test_of_a_closed_hearing_a_party_gets_nothing_away_from_the_court(browser: Browser, house: House) -> None:
    order = {"publicity": "closed", "closure_ground": "minor"}
    case = await house.registry.docket.cases.create("7585-24-00-2/9", house.at, "a-test")
    ruling = await house.registry.docket.texts.deposit(case.id, "№ 3 қаулы")
    hearing = await house.list_sanction("7585-24-00-2/10", closure_ruling=ruling, **order)
    await house.hold(hearing)
    await browser.come_in(await house.pass_for(hearing, "counsel"))
    status, text = await browser.get(f"/file/{hearing}")
    assert status == 403
    assert "тек сотта" in text
    for path in ("recording", "minutes.pdf", "transcript.docx"):
        async with browser.client.get(f"/file/{hearing}/{path}") as answer:
            assert answer.status == 403


async def test_what_holds_the_words_of_a_closed_part_is_the_courts_alone(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing, closed_part=True)
    kept = {kind: await keep(house, hearing, kind, f"{kind}.x", "text/plain") for kind in (*WORDS, *REPORTS, RULING)}
    await browser.come_in(await house.pass_for(hearing, "counsel"))
    listed = (await (await browser.call("GET", f"/hearings/{hearing}/file")).json())["documents"]
    assert {one["kind"] for one in listed} == {RULING}
    statuses = {
        kind: (await browser.call("GET", f"/hearings/{hearing}/documents/{name}")).status for kind, name in kept.items()
    }
    assert statuses == {kind: 200 if kind == RULING else 403 for kind in kept}
    await browser.sign_in(JUDGE_IIN)
    for name in kept.values():
        assert (await browser.call("GET", f"/hearings/{hearing}/documents/{name}")).status == 200


async def test_an_oath_taken_in_a_closed_part_is_played_to_the_court_and_to_whoever_took_it(
    browser: Browser, house: House
) -> None:
    for closed_oath, number in ((True, "7585-24-00-2/11"), (False, "7585-24-00-2/12")):
        hearing = await house.list_sanction(number)
        await house.hold(hearing, closed_part=not closed_oath, closed_oath=closed_oath)
        witness = house.people["witness"]
        kept = [await keep(house, hearing, f"{k}{witness}", "x.webm", "audio/webm") for k in (WARNING_CLIP, OATH_CLIP)]

        async def gets(hearing: HearingId = hearing, kept: list[str] = kept) -> tuple[set[int], bool]:
            paths = [f"/file/{hearing}/documents/{one}" for one in kept]
            statuses = {(await browser.client.get(path)).status for path in paths}
            apis = {(await browser.call("GET", f"/hearings/{hearing}/documents/{one}")).status for one in kept}
            _, page = await browser.get(f"/file/{hearing}")
            return statuses | apis, any(one in page for one in kept)

        await browser.come_in(await house.pass_for(hearing, "counsel"))
        assert await gets() == (({403}, False) if closed_oath else ({200}, True))
        await browser.come_in(await house.pass_for(hearing, "witness"))
        assert await gets() == ({200}, True)
        await browser.sign_in(JUDGE_IIN)
        assert await gets() == ({200}, True)


async def test_a_sentence_that_runs_into_a_closed_part_is_not_the_partys_to_read(
    browser: Browser, house: House
) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing, closed_part=True)
    facts = await house.registry.journal.read(hearing)
    closed = next(entry.at for entry in facts if isinstance(entry.fact, PartClosed))
    book, seat = house.registry.words, await house.seat(hearing, "suspect")
    version = await book.begin_version(hearing, (), house.at)
    for name, start, end in (("before", closed - 9, closed - 5), ("into", closed - 4, closed + 3)):
        word = Word(name, start, end, 0.9)
        line = utterance_id(hearing, version, seat, int(start * 1e9))
        await book.add(Utterance(line, hearing, seat, start, end, "kk", name, (word,), 0.9, 0.01, "m@1", version))
    await book.complete_version(hearing, version, "ab" * 32, house.at)
    await browser.come_in(await house.pass_for(hearing, "counsel"))
    lines = (await (await browser.call("GET", f"/hearings/{hearing}/transcript")).json())["lines"]
    assert [line["text"] for line in lines] == ["before"]


async def test_where_nothing_was_closed_a_party_takes_the_words_and_not_the_reports(
    browser: Browser, house: House, held: HearingId
) -> None:
    kept = {kind: await keep(house, held, kind, f"{kind}.x", "text/plain") for kind in (*WORDS, *REPORTS)}
    await browser.come_in(await house.pass_for(held, "counsel"))
    for kind, name in kept.items():
        answer = await browser.call("GET", f"/hearings/{held}/documents/{name}")
        assert answer.status == (200 if kind in WORDS else 403), kind


async def test_a_witness_finds_only_their_own_words(browser: Browser, house: House, held: HearingId) -> None:
    await browser.come_in(await house.pass_for(held, "witness"))
    status, text = await browser.get(f"/file/{held}")
    assert status == 200
    assert "ештеңе көрген жоқпын" in text
    assert "санкциялауды" not in text
    assert "<audio" in text
    async with browser.client.get(f"/file/{held}/recording") as answer:
        assert answer.status == 403


async def test_nobody_but_the_court_opens_the_file_before_the_end(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await browser.come_in(await house.pass_for(hearing, "counsel"))
    status, text = await browser.get(f"/file/{hearing}")
    assert status == 422
    assert "аяқталғаннан кейін" in text


async def test_the_words_become_captions_with_speakers(browser: Browser, house: House, held: HearingId) -> None:
    await browser.come_in(await house.pass_for(held, "counsel"))
    _, text = await browser.get(f"/file/{held}/transcript.vtt")
    assert text.startswith("WEBVTT")
    assert "<v Прокурор Боранбаев Қуат Серікұлы>" in text
    assert "Автоматты жоба. Хаттама емес." in text


async def test_every_form_of_the_transcript_says_that_it_is_a_draft(
    browser: Browser, house: House, held: HearingId
) -> None:
    await browser.come_in(await house.pass_for(held, "counsel"))
    async with browser.client.get(f"/file/{held}/transcript.srt") as answer:
        assert "-draft.srt" in answer.headers["Content-Disposition"]
        assert (await answer.text()).startswith("1\n00:00:00,000 --> 00:00:03,000\nАвтоматты жоба. Хаттама емес.")
    async with browser.client.get(f"/file/{held}/transcript.pdf") as answer:
        assert (await answer.read()).startswith(b"%PDF")
    async with browser.client.get(f"/file/{held}/transcript.docx?lang=ru") as answer:
        paper = docx.Document(io.BytesIO(await answer.read()))
    text = "\n".join(line.text for line in paper.paragraphs)
    assert "Автоматический проект. Не протокол." in text
    assert "Следственный судья: Сағынтаев Асқар Маратұлы" in text
    cells = [cell.text for row in paper.tables[0].rows for cell in row.cells]
    assert any("[мекенжайда?]" in cell for cell in cells)
    assert "Автоматический проект. Не протокол." in paper.sections[0].footer.paragraphs[0].text
    table = paper.tables[0]._tbl.xml
    assert table.count("<w:tblHeader/>") == 1
    assert table.count("<w:cantSplit/>") == len(paper.tables[0].rows)


async def test_the_canonical_json_is_the_sealed_bytes_and_its_schema_is_open_to_all(
    browser: Browser, house: House, held: HearingId
) -> None:
    schema = await (await browser.call("GET", "/schemas/transcript.json")).json()
    await browser.come_in(await house.pass_for(held, "counsel"))
    async with browser.client.get(f"/file/{held}/transcript.json") as answer:
        raw = await answer.read()
    jsonschema.validate(json.loads(raw), schema)
    (version,) = await house.registry.words.versions(held)
    assert hashlib.sha256(raw).hexdigest() == version.digest


async def test_asking_whether_the_recording_is_finished_is_no_look_at_it(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing)
    await browser.sign_in(JUDGE_IIN)
    async with browser.client.head(f"/file/{hearing}/recording") as answer:
        assert answer.status >= 400
    await keep(house, hearing, RECORDING, "7585.webm", "video/webm")
    async with browser.client.head(f"/file/{hearing}/recording") as answer:
        assert answer.status == 200
    assert [entry.what for entry in await house.registry.docket.log.of(hearing) if "recording" in entry.what] == []


async def test_a_recording_in_two_files_is_one_to_its_reader(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await house.hold(hearing)
    halves = [b"webm" * 9, b"mp4" * 9]
    await keep(house, hearing, RECORDING, "recording-1.webm", "video/webm", halves[0])
    await keep(house, hearing, RECORDING, "recording-2.mp4", "video/mp4", halves[1])
    timeline = {"start": house.at, "duration": 12.0, "segments": [], "files": [0.0, 5.5], "tracks": []}
    await keep(house, hearing, TIMELINE, "timeline.json", "application/json", json.dumps(timeline).encode())
    await browser.sign_in(JUDGE_IIN)
    _, text = await browser.get(f"/file/{hearing}")
    told = re.search(r'data-parts="([^"]*)"', text)
    assert told is not None
    parts = json.loads(html.unescape(told[1]))
    assert [part["at"] for part in parts] == [0.0, 5.5]
    for part, half, kind in zip(parts, halves, ("video/webm", "video/mp4"), strict=True):
        async with browser.client.get(part["src"]) as answer:
            assert (await answer.read(), answer.content_type) == (half, kind)
    assert [f"{part['src'].replace('?', '?download&amp;')}" in text for part in parts] == [True, True]
    async with browser.client.get(f"/file/{hearing}/recording?part=3") as answer:
        assert answer.status == 404
    async with browser.client.get(f"/file/{hearing}/recording/check") as answer:
        checked = await answer.json()
    assert checked == {"sealed": True, "sha256": " ".join(hashlib.sha256(half).hexdigest() for half in halves)}
