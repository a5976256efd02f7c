"""Coming in: sign-in, sessions, cross-site checks, language, passes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hearing.participants import Actor, PersonId, Role
from tests.web.house import JUDGE_IIN, ORIGIN, PASSWORD, Browser, House, valid_iin, visiting
from web import doors
from web.desk import add_participant


async def test_a_judge_signs_in_and_sees_the_board(browser: Browser) -> None:
    await browser.sign_in(JUDGE_IIN)
    status, text = await browser.get("/board")
    assert status == 200
    assert "Бүгінгі отырыстар" in text


async def test_a_wrong_password_is_told_in_the_visitors_language(browser: Browser) -> None:
    await browser.get("/signin?lang=ru")
    status, text, _ = await browser.post("/signin", iin=JUDGE_IIN, password="не тот пароль")
    assert status == 401
    assert "Неверный ИИН или пароль" in text
    assert "не тот пароль" not in text


async def test_guessing_is_stopped_after_some_attempts(browser: Browser) -> None:
    await browser.get("/signin")
    statuses = [(await browser.post("/signin", iin=JUDGE_IIN, password=f"болжам-{n}"))[0] for n in range(7)]
    assert statuses[0] == 401
    assert statuses[-1] == 429


async def test_nobody_sees_a_page_of_the_desk_without_signing_in(browser: Browser) -> None:
    async with browser.client.get("/board", allow_redirects=False) as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "/signin?next=/board"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1"])
async def test_signing_in_sends_nobody_out_of_the_house(browser: Browser, target: str) -> None:
    await browser.get("/signin")
    _, _, location = await browser.post("/signin", iin=JUDGE_IIN, password=PASSWORD, next=target)
    assert location == "/board"


async def test_a_form_of_another_site_is_refused(browser: Browser) -> None:
    fields = {"iin": JUDGE_IIN, "password": PASSWORD}
    headers = {"Origin": "https://evil.example"}
    async with browser.client.post("/signin", data=fields, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 403


async def test_a_form_without_the_sessions_proof_is_refused(browser: Browser) -> None:
    await browser.sign_in(JUDGE_IIN)
    fields, headers = {"court_number": "7585-24-00-2/7"}, {"Origin": ORIGIN}
    async with browser.client.post("/cases/new", data=fields, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 403
        assert "Бет ескірген" in await answer.text()


async def test_under_tls_the_cookie_is_bound_to_the_host(house: House) -> None:
    house.office = replace(house.office, secure=True)
    async with visiting(house) as browser:
        data, headers = {"iin": JUDGE_IIN, "password": PASSWORD}, {"Origin": ORIGIN}
        async with browser.client.post("/signin", data=data, headers=headers, allow_redirects=False) as answer:
            cookie = answer.cookies["__Host-tyndau"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["path"] == "/"
    assert not cookie["domain"]


async def test_under_tls_a_page_that_came_in_the_clear_is_not_one_of_ours(house: House) -> None:
    """Whoever sits on the line can write such a page, though not the court's own."""
    house.office = replace(house.office, secure=True, origin="https://tyndau.court.kz")
    data = {"iin": JUDGE_IIN, "password": PASSWORD}
    async with visiting(house) as browser:
        here = f"{browser.client.host}:{browser.client.port}"
        for origin, status in ((f"http://{here}", 403), (f"https://{here}", 303), ("https://tyndau.court.kz", 303)):
            headers = {"Origin": origin}
            async with browser.client.post("/signin", data=data, headers=headers, allow_redirects=False) as answer:
                assert answer.status == status


async def test_signing_out_ends_the_session_on_the_server(browser: Browser, house: House) -> None:
    await browser.sign_in(JUDGE_IIN)
    secret = {c.key: c.value for c in browser.client.session.cookie_jar}[doors.cookie_name(house.office)]
    await browser.post("/signout")
    assert await house.registry.docket.sessions.find(secret, house.at) is None


async def test_a_chosen_language_stays(browser: Browser) -> None:
    _, text = await browser.get("/signin?lang=en")
    assert '<html lang="en">' in text
    _, text = await browser.get("/signin")
    assert '<html lang="en">' in text


async def test_kazakh_is_spoken_to_a_browser_that_asks_for_english(browser: Browser) -> None:
    _, text = await browser.get("/signin", headers={"Accept-Language": "en-US,en;q=0.9"})
    assert '<html lang="kk">' in text


async def test_a_pass_opens_its_hearing_and_no_other(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    sheet = await house.pass_for(hearing, "counsel")
    assert await browser.come_in(sheet) == f"/sit/{hearing}"
    other = await house.list_sanction("7585-24-00-2/102")
    assert (await browser.call("GET", f"/hearings/{hearing}")).status == 200
    assert (await browser.call("GET", f"/hearings/{other}")).status == 404


async def test_a_participant_is_spoken_to_in_the_language_that_the_secretary_noted(
    browser: Browser, house: House
) -> None:
    hearing = await house.list_sanction()
    fields = {"name": "Примеров Иван", "role": "victim", "place": "elsewhere", "language": "ru"}
    clerk = Actor(PersonId("a-test"), Role.COURT_SECRETARY)
    house.people["victim"] = await add_participant(house.office, clerk, hearing, fields)
    await browser.come_in(await house.pass_for(hearing, "victim"))
    _, text = await browser.get(f"/sit/{hearing}")
    assert '<html lang="ru">' in text


async def test_behind_a_proxy_only_the_proxys_own_word_counts(house: House) -> None:
    house.office = replace(house.office, behind_proxy=True)
    async with visiting(house) as browser:
        for n in range(7):
            data = {"iin": JUDGE_IIN, "password": f"болжам-{n}"}
            headers = {"Origin": ORIGIN, "X-Forwarded-For": f"10.0.0.{n}, 192.0.2.7"}
            async with browser.client.post("/signin", data=data, headers=headers) as answer:
                status = answer.status
    assert status == 429


async def test_a_short_code_opens_the_same_door(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    sheet = await house.pass_for(hearing, "suspect")
    answer = await browser.call("POST", "/passes/exchange", {"code": f"{sheet.code[:4]} {sheet.code[4:].lower()}"})
    assert (await answer.json())["go"] == f"/sit/{hearing}"


async def test_a_revoked_pass_opens_nothing_and_throws_its_bearer_out(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    sheet = await house.pass_for(hearing, "counsel")
    await browser.come_in(sheet)
    await house.ask(hearing, "secretary", "revoke_pass", person=house.people["counsel"], pass_id=sheet.pass_id)
    assert (await browser.call("GET", "/session")).status == 401
    answer = await browser.call("POST", "/passes/exchange", {"secret": sheet.link.partition("#")[2]})
    assert answer.status == 410
    assert (await answer.json())["rule"] == "pass_revoked"


async def test_a_new_pass_ends_the_old_one(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    old = await house.pass_for(hearing, "counsel")
    await house.pass_for(hearing, "counsel")
    answer = await browser.call("POST", "/passes/exchange", {"secret": old.link.partition("#")[2]})
    assert answer.status == 410


async def test_the_public_comes_in_by_the_link_until_a_ruling_switches_it_off(browser: Browser, house: House) -> None:
    hearing = await house.list_sanction()
    async with visiting(house) as judge:
        await judge.sign_in(JUDGE_IIN)
        link = (await (await judge.call("POST", f"/hearings/{hearing}/observers")).json())["link"]
        token = link.partition("#")[2]
        answer = await browser.call("POST", "/passes/exchange", {"observer": token})
        assert (await answer.json())["go"] == f"/watch/{hearing}"
        ruling = {"ruling": "№ 15 қаулы"}
        assert (await judge.call("DELETE", f"/hearings/{hearing}/observers", ruling)).status == 204
    assert (await browser.call("GET", "/session")).status == 401
    assert (await browser.call("POST", "/passes/exchange", {"observer": token})).status == 422


async def test_every_page_forbids_foreign_scripts_and_frames(browser: Browser) -> None:
    async with browser.client.get("/signin") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    ("eleven", "role", "marked"),
    [
        ("11050555000", Role.WITNESS, True),
        ("10112155000", Role.WITNESS, True),
        ("10112055000", Role.WITNESS, False),
        ("79060630001", Role.WITNESS, False),
        ("11050555000", Role.SUSPECT, False),
    ],
)
async def test_a_witness_too_young_for_the_oath_is_marked_by_their_number(
    house: House, eleven: str, role: Role, marked: bool
) -> None:
    """The hearing is listed for 20 November 2026, the sixteenth birthday of one of them."""
    hearing = await house.list_sanction()
    clerk = Actor(PersonId("a-test"), Role.COURT_SECRETARY)
    fields = {"name": "Сынақ", "role": role, "place": "elsewhere", "language": "kk", "iin": valid_iin(eleven)}
    person = await add_participant(house.office, clerk, hearing, fields)
    assert (await house.state(hearing)).people[person].under_16 is marked
