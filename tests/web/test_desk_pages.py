"""The secretary's desk: cases, listing, participants, passes, the board."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from hearing.participants import HearingId, PersonId, Role
from tests.web.house import ALMATY, EDITION, HOUR, JUDGE_IIN, SECRETARY, Browser, House, valid_iin, visiting
from web.board import dot, row
from web.languages import LANGUAGES, Languages

WEB = Path(__file__).parents[2] / "web"


def local(at: float) -> str:
    return datetime.fromtimestamp(at, ALMATY).strftime("%Y-%m-%dT%H:%M")


async def listing(house: House, browser: Browser, **changes: str) -> tuple[int, str, str]:
    """Fill in the listing form for a new case."""
    case = await house.registry.docket.cases.create("7585-24-00-2/55", house.at, "a-test")
    fields = {
        "case": case.id,
        "kind": "sanction",
        "scheduled_at": local(house.at + HOUR),
        "judge": house.accounts["judge"].id,
        "language": "kk",
        "publicity": "open",
        "measure": "custody",
        "received_at": local(house.at - HOUR),
        "detained_at": local(house.at - 20 * HOUR),
        "limit_hours": "48",
        "remote_ground": "by_order_of_judge",
        **changes,
    }
    return await browser.post("/hearings/new", **fields)


async def test_a_case_number_that_cannot_be_is_refused_at_its_field(browser: Browser) -> None:
    await browser.sign_in(SECRETARY)
    status, text, _ = await browser.post("/cases/new", court_number="7585/24", erdr_number="12")
    assert status == 422
    assert 'id="court_number-wrong"' in text
    assert 'value="7585/24"' in text


async def test_a_case_becomes_a_listed_hearing_with_its_judge(browser: Browser, house: House) -> None:
    await browser.sign_in(SECRETARY)
    status, _, location = await browser.post("/cases/new", court_number="7585-24-00-2/101", subject="Санкциялау")
    assert status == 303
    assert location.startswith("/hearings/new?case=")
    status, _, location = await listing(house, browser)
    assert status == 303
    hearing = await house.state(HearingId(location.rsplit("/", 1)[1]))
    assert {p.role.value for p in hearing.people.values()} == {"investigating_judge", "court_secretary"}
    status, text = await browser.get(location)
    assert status == 200
    assert "7585-24-00-2/55" in text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("protected_secret", "true"),
        ("protected_witness", "true"),
        ("kind", "civil"),
        ("scheduled_at", "ертең түстен кейін"),
    ],
    ids=["a protected secret", "a protected witness, until masking exists", "a kind that is not complete", "no date"],
)
async def test_what_is_not_held_by_video_is_refused_at_its_field(
    browser: Browser, house: House, field: str, value: str
) -> None:
    await browser.sign_in(SECRETARY)
    status, text, _ = await listing(house, browser, **{field: value})
    assert status == 422
    assert f'id="{field}-wrong"' in text
    assert await house.registry.journal.hearings() == []


async def test_a_participant_with_a_wrong_iin_is_refused_at_the_field(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await browser.sign_in(SECRETARY)
    fields = {"role": "victim", "name": "Ахметова Айгүл", "place": "elsewhere", "iin": "061211600013"}
    status, text, _ = await browser.post(f"/hearings/{hearing}/participants", **fields)
    assert status == 422
    assert 'id="iin-wrong"' in text
    fields["iin"] = valid_iin("77050530001")
    status, _, _ = await browser.post(f"/hearings/{hearing}/participants", **fields)
    assert status == 303


async def test_passes_are_printed_with_code_and_picture_and_sent_by_letter(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await browser.sign_in(SECRETARY)
    status, text, _ = await browser.post(f"/hearings/{hearing}/passes", deliver="true")
    assert status == 200
    assert text.count('class="pass-sheet panel"') == 4
    assert text.count("<svg xmlns") + text.count('class="segno"') >= 4
    letters = (house.folder / "letters.txt").read_text()
    links = re.findall(r"http://localhost:8080/enter#\S+", letters)
    assert len(links) == 4
    delivered = [one.delivery for one in await house.registry.docket.passes.of(hearing)]
    assert set(delivered) == {"written"}


async def test_passes_for_all_leave_those_alone_by_which_people_have_come_in(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await browser.sign_in(SECRETARY)
    await browser.post(f"/hearings/{hearing}/passes")
    for count, name in enumerate(("counsel", "suspect", "prosecutor", "witness"), 1):
        sheet = await house.pass_for(hearing, name)
        async with visiting(house) as guest:
            await guest.come_in(sheet)
            _, text, _ = await browser.post(f"/hearings/{hearing}/passes")
            assert text.count('class="pass-sheet panel"') == 4 - count
            assert (await guest.call("GET", "/session")).status == 200
    status, _, _ = await browser.post(f"/hearings/{hearing}/passes")
    assert status == 422


async def test_a_passs_secret_is_in_no_path_and_no_journal(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    sheet = await house.pass_for(hearing, "suspect")
    secret = sheet.link.partition("#")[2]
    exported = "".join([line async for line in house.registry.journal.export(hearing)])
    assert secret not in exported
    assert sheet.code not in exported
    assert "Досанов" not in exported


async def test_the_judge_orders_the_hearing_by_video(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await browser.sign_in(JUDGE_IIN)
    status, _, _ = await browser.post(f"/hearings/{hearing}/order", order="20.11.2026 № 14")
    assert status == 303
    order = (await house.state(hearing)).order
    assert order is not None
    assert await house.registry.docket.texts.read(order) == "20.11.2026 № 14"


async def test_the_secretary_cannot_order_it(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await browser.sign_in(SECRETARY)
    status, _, _ = await browser.post(f"/hearings/{hearing}/order", order="20.11.2026 № 14")
    assert status == 422
    assert (await house.state(hearing)).order is None


async def test_the_board_puts_what_waits_on_top(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await house.gather(hearing)
    await house.measure(hearing, "witness", 700)
    await browser.sign_in(SECRETARY)
    _, text = await browser.get("/board")
    assert "Байланыс 0,7 Мбит/с" in text
    assert "сынақ өтпеді · 0,7" in text
    assert text.index("needs-h") < text.index("docket")


async def test_a_line_that_is_watched_stands_on_the_board_as_it_is_proven(house: House) -> None:
    hearing = await house.list_sanction()
    await house.gather(hearing)
    now = await house.state(hearing)
    suspect = now.people[house.people["suspect"]]
    seat = now.seats[suspect.seat]
    assert dot(suspect, seat, EDITION, lambda _: "not_proven").line == "line.not_proven"
    assert dot(suspect, seat, EDITION).line is None
    below = replace(seat, below_norm=True)
    assert dot(suspect, below, EDITION, lambda _: "below").line is None


async def test_a_lost_hall_camera_waits_for_the_secretary_and_a_connected_one_does_not(house: House) -> None:
    hearing = await house.list_sanction()
    await house.gather(hearing)
    now = await house.state(hearing)

    def needs(camera: str | None) -> set[str]:
        shown = row(hearing, "101", now, Role.COURT_SECRETARY, house.at, EDITION, None, camera)
        assert shown.camera == camera
        return {need.word for need in shown.needs}

    assert "need.camera_lost" in needs("lost")
    assert needs("here") == needs("coming") == needs(None) == needs("lost") - {"need.camera_lost"}


async def test_the_form_offers_the_kinds_of_hearing_that_can_be_held(browser: Browser) -> None:
    await browser.sign_in(SECRETARY)
    _, form = await browser.get("/hearings/new")
    offered = re.findall(r'<option value="(\w+)"', form[form.index('id="kind"') : form.index('id="scheduled_at"')])
    assert offered == [kind.name for kind in EDITION.kinds.values() if kind.complete]


async def test_who_left_the_hearing_is_told_so_and_others_are_told_to_call_them(house: House) -> None:
    hearing = await house.list_sanction()
    await house.gather(hearing)
    await house.ask(hearing, "system", "note_loss", seat=await house.seat(hearing, "secretary"))
    now = await house.state(hearing)

    def needs(role: Role) -> set[tuple[str, PersonId | None]]:
        shown = row(hearing, "101", now, role, house.at, EDITION, None, None)
        return {(need.word, need.person) for need in shown.needs if need.word in ("need.left", "need.lost")}

    assert needs(Role.COURT_SECRETARY) == {("need.left", None)}
    assert needs(Role.INVESTIGATING_JUDGE) == {("need.lost", house.people["secretary"])}


async def test_the_board_says_who_was_heard_and_whose_line_fell_below_the_norm(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    await house.gather(hearing)
    witness, suspect = await house.seat(hearing, "witness"), await house.seat(hearing, "suspect")
    await browser.sign_in(SECRETARY)
    _, before = await browser.get("/board")
    assert "естіледі, көрінеді" not in before
    assert "байланыс нормадан төмен" not in before
    await house.ask(hearing, "secretary", "begin_talk", seat=witness)
    await house.ask(hearing, "secretary", "confirm_rehearsal", seat=witness)
    await house.ask(hearing, "secretary", "end_talk")
    await house.ask(hearing, "system", "note_line_below", seat=suspect, direction="up", kbps=600, loss=0.2)
    _, after = await browser.get("/board")
    assert "естіледі, көрінеді · " in after
    assert "байланыс нормадан төмен" in after
    await house.ask(hearing, "system", "note_line_recovered", seat=suspect)
    _, later = await browser.get("/board")
    assert "байланыс нормадан төмен" not in later


async def test_a_judge_sees_only_hearings_in_which_they_sit(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    other = await house.registry.docket.accounts.create(
        valid_iin("75050530001"), "басқа-құпия-7", "Басқа Судья", ["investigating_judge"], house.at
    )
    secret, _ = await house.registry.docket.sessions.open(house.at, account=other.id)
    headers = {"Authorization": f"Bearer {secret}"}
    async with browser.client.get(f"/api/v1/hearings/{hearing}", headers=headers) as answer:
        assert answer.status == 404
    async with browser.client.get("/api/v1/hearings", headers=headers) as answer:
        assert (await answer.json())["hearings"] == []


def test_every_word_of_the_desk_exists_in_three_languages() -> None:
    known = Languages.load()
    asked: set[str] = set()
    for template in (WEB / "templates").glob("*.html"):
        asked |= set(re.findall(r"""\b_\(\s*"([^"]+)"\s*[,)]""", template.read_text()))
        asked |= set(re.findall(r"""\b_\(\s*'([^']+)'\s*[,)]""", template.read_text()))
    for module in WEB.rglob("*.py"):
        asked |= set(re.findall(r"""\b(?:say|words)\(\s*"([^"{]+)"\s*[,)]""", module.read_text()))
    lacking = [
        (language, msgid) for msgid in sorted(asked) for language in LANGUAGES if not known.knows(language, msgid)
    ]
    assert lacking == []


def test_translations_fill_in_the_same_values() -> None:
    known = Languages.load()
    for msgid in known.catalogues["en"]:
        found = {frozenset(re.findall(r"%\((\w+)\)s", known.translate(language, msgid))) for language in LANGUAGES}
        assert len(found) == 1, msgid
