"""Own electronic signatures under the minutes, over HTTP: taken, refused, carried, and checked by openssl alone."""

from __future__ import annotations

import base64
import os
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hearing.facts import SignatureAdded
from hearing.participants import HearingId
from tests.hearing.registry.national import Holder, authority, person
from tests.web.bags import faults, stamping, take_bundle, tool
from tests.web.house import JUDGE_IIN, SECRETARY, Browser, House, visiting
from web.doors import POLICY
from web.office import NCALAYER
from web.sealing import seal_ruling

README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def root(house: House, tmp_path: Path) -> Holder:
    return authority(tmp_path / "root", house.at)


async def _signed(browser: Browser, held: HearingId, iin: str) -> str:
    """The minutes signed here by this person; answers the page."""
    await browser.sign_in(iin)
    await browser.post(f"/file/{held}/minutes/sign")
    return (await browser.get(f"/file/{held}/minutes"))[1]


def _offered(page: str) -> str:
    found = re.search(r'data-document="([^"]+)"', page)
    assert found is not None
    return found[1]


async def _minutes(browser: Browser, held: HearingId, document: str) -> bytes:
    answer = await browser.call("GET", f"/hearings/{held}/documents/{document}")
    assert answer.status == 200
    return await answer.read()


async def _add(browser: Browser, held: HearingId, document: str, cms: bytes) -> tuple[int, dict[str, str]]:
    said = {"cms": base64.b64encode(cms).decode()}
    answer = await browser.call("POST", f"/hearings/{held}/documents/{document}/signature", said)
    return answer.status, await answer.json()


async def test_judge_and_secretary_sign_the_same_minutes_and_a_stranger_checks_it_in_the_bundle(
    house: House, held: HearingId, root: Holder, tmp_path: Path
) -> None:
    house.office = replace(house.office, roots=(root.certificate,))
    async with visiting(house) as browser:
        await _signed(browser, held, SECRETARY)
        document = _offered(await _signed(browser, held, JUDGE_IIN))
        minutes = await _minutes(browser, held, document)
        for iin in (JUDGE_IIN, SECRETARY):
            await browser.sign_in(iin)
            own = person(tmp_path / iin, root, iin, house.at)
            taken = await _add(browser, held, document, own.sign(minutes))
            assert taken == (201, {"signature": "checked", "chain": "checked"})
        assert (await _add(browser, held, document, own.sign(minutes)))[1]["rule"] == "signature_there"
        await browser.come_in(await house.pass_for(held, "counsel"))
        folder = await take_bundle(browser, held, tmp_path)
    facts = [entry.fact for entry in await house.registry.journal.read(held)]
    assert len([fact for fact in facts if isinstance(fact, SignatureAdded)]) == 2
    assert faults(folder) == []
    made, signed = sorted((folder / "data" / "signature").iterdir()), "data/minutes/minutes-2-kk.pdf"
    assert [path.name for path in made] == ["signature-minutes-2-1.p7s", "signature-minutes-2-2.p7s"]
    for path in made:
        command = ("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", str(path), "-content", signed)
        assert tool(folder, *command, "-cades", "-CAfile", str(root.crt), "-purpose", "any", "-out", "/dev/null") == 0


def readme() -> list[str]:
    """The commands with which a stranger checks a bundle, as README tells them."""
    blocks = re.findall(r"```sh\n(.*?)```", README.read_text().partition("## Checking a hearing")[2], re.DOTALL)
    return "".join(blocks).replace("\\\n", "").splitlines()


async def test_every_command_of_the_readme_checks_a_bundle_word_by_word(
    house: House, held: HearingId, root: Holder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    async with stamping(tmp_path) as stamp:
        house.office = replace(house.office, stamp=stamp)
        async with visiting(house) as browser:
            for iin in (SECRETARY, JUDGE_IIN):
                document = _offered(await _signed(browser, held, iin))
            own = person(tmp_path / "own", root, JUDGE_IIN, house.at)
            await _add(browser, held, document, own.sign(await _minutes(browser, held, document)))
            folder = await take_bundle(browser, held, tmp_path)
    shutil.copy(root.crt, folder.parent / "nca-roots.pem")
    told = readme()
    assert len(told) == 5
    assert [command for command in told if tool(folder, "sh", "-c", command) != 0] == []


async def test_the_page_says_how_each_signature_stands_and_only_it_may_reach_ncalayer(
    browser: Browser, house: House, held: HearingId, root: Holder, tmp_path: Path
) -> None:
    await browser.sign_in(SECRETARY)
    assert "own-signature" not in (await browser.get(f"/file/{held}/minutes"))[1]
    document = _offered(await _signed(browser, held, SECRETARY))
    for path, reaches in ((f"/file/{held}/minutes", True), (f"/file/{held}", False)):
        async with browser.client.get(path) as answer:
            assert (f"connect-src 'self' {NCALAYER};" in answer.headers[POLICY]) is reaches
    own = person(tmp_path / "own", root, SECRETARY, house.at)
    taken = await _add(browser, held, document, own.sign(await _minutes(browser, held, document)))
    assert taken == (201, {"signature": "checked", "chain": "not_checked"})
    page = (await browser.get(f"/file/{held}/minutes"))[1]
    assert "тізбегі тексерілмеді" in page
    assert "data-document" not in page


async def test_what_does_not_fit_is_refused_in_words_and_leaves_nothing(
    browser: Browser, house: House, held: HearingId, root: Holder, tmp_path: Path
) -> None:
    document = _offered(await _signed(browser, held, SECRETARY))
    minutes = await _minutes(browser, held, document)
    before = len(await house.registry.docket.documents.of(held))
    own = person(tmp_path / "own", root, SECRETARY, house.at)
    another = person(tmp_path / "another", root, JUDGE_IIN, house.at)
    expired = person(tmp_path / "expired", root, SECRETARY, house.at - 366 * 86400)
    tried = {
        "signature_of_another_document": own.sign(minutes + b" "),
        "certificate_of_another": another.sign(minutes),
        "certificate_expired": expired.sign(minutes),
        "signature_unreadable": b"no signature",
    }
    for rule, cms in tried.items():
        status, answer = await _add(browser, held, document, cms)
        assert (status, answer["rule"]) == (422, rule)
        assert answer["why"]
    film = next(one.id for one in await house.registry.docket.documents.of(held) if one.kind != "minutes")
    assert (await _add(browser, held, film, own.sign(minutes)))[1]["rule"] == "not_to_be_signed"
    await browser.sign_in(JUDGE_IIN)
    assert (await _add(browser, held, document, another.sign(minutes)))[1]["rule"] == "sign_first"
    await browser.come_in(await house.pass_for(held, "counsel"))
    assert (await _add(browser, held, document, own.sign(minutes)))[1]["rule"] == "role"
    assert len(await house.registry.docket.documents.of(held)) == before


async def test_minutes_that_are_signed_anew_ask_for_another_own_signature(
    browser: Browser, house: House, held: HearingId, root: Holder, tmp_path: Path
) -> None:
    own, first = person(tmp_path / "own", root, SECRETARY, house.at), await _signed(browser, held, SECRETARY)
    assert (await _add(browser, held, _offered(first), own.sign(await _minutes(browser, held, _offered(first)))))[
        0
    ] == 201
    await _signed(browser, held, JUDGE_IIN)
    await browser.sign_in(SECRETARY)
    again = _offered((await browser.get(f"/file/{held}/minutes"))[1])
    assert again != _offered(first)
    assert (await _add(browser, held, again, own.sign(await _minutes(browser, held, again))))[0] == 201
    assert "data-document" not in (await browser.get(f"/file/{held}/minutes"))[1]
    assert faults(await take_bundle(browser, held, tmp_path)) == []


async def test_the_judge_alone_signs_the_announced_ruling_and_the_bundle_carries_it(
    browser: Browser, house: House, held: HearingId, root: Holder, tmp_path: Path
) -> None:
    await browser.sign_in(JUDGE_IIN)
    assert "data-document" not in (await browser.get(f"/file/{held}/ruling"))[1], "nothing is sealed yet"
    await seal_ruling(house.office, held)
    document = _offered((await browser.get(f"/file/{held}/ruling"))[1])
    ruling = await _minutes(browser, held, document)
    await browser.sign_in(SECRETARY)
    assert "data-document" not in (await browser.get(f"/file/{held}/ruling"))[1]
    another = person(tmp_path / "another", root, SECRETARY, house.at)
    assert (await _add(browser, held, document, another.sign(ruling)))[1]["rule"] == "role"
    await browser.sign_in(JUDGE_IIN)
    own = person(tmp_path / "own", root, JUDGE_IIN, house.at)
    assert (await _add(browser, held, document, own.sign(ruling)))[0] == 201
    assert (await _add(browser, held, document, own.sign(ruling)))[1]["rule"] == "signature_there"
    page = (await browser.get(f"/file/{held}/ruling"))[1]
    assert ("тізбегі тексерілмеді" in page, "data-document" in page) == (True, False)
    minutes = await _signed(browser, held, JUDGE_IIN)
    assert _offered(minutes) != document, "the minutes still wait for the judge's"
    folder = await take_bundle(browser, held, tmp_path)
    assert faults(folder) == []
    assert [path.name for path in (folder / "data" / "signature").iterdir()] == ["signature-ruling-1-1.p7s"]


async def test_a_bundle_whose_own_signature_covers_other_minutes_is_refused(
    browser: Browser, house: House, held: HearingId, root: Holder, tmp_path: Path
) -> None:
    document = _offered(await _signed(browser, held, SECRETARY))
    own = person(tmp_path / "own", root, SECRETARY, house.at)
    await _add(browser, held, document, own.sign(await _minutes(browser, held, document)))
    folder = await take_bundle(browser, held, tmp_path)
    (path,) = (folder / "data" / "signature").iterdir()
    path.write_bytes(own.sign(b"other minutes"))
    assert faults(folder) == ["data/signature/signature-minutes-1-1.p7s was changed", *faults(folder)[1:]]
