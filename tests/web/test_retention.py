"""Destroying a case's record: by the judge, after the term, with everything that its key locked; the journal stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config import editions
from hearing import acts as a
from hearing import facts as f
from hearing.edition import Editions
from hearing.hearings import Retention
from hearing.participants import Actor, HearingId, PersonId, Role
from hearing.registry.errors import Destroyed
from hearing.registry.verify import FaultKind, destroyed, verify
from hearing.retention import due_at
from hearing.wrongs import Refused
from media.wire.door import Door
from tests.web.house import EDITION, JUDGE_IIN, SECRETARY, Browser, House
from transcripts.settings import SpeechSettings
from transcripts.transcriber import Transcriber
from web.asking import perform
from web.court import Court
from web.retention import destroy, finish, has_key, kept

JUDGE = Actor(PersonId("a-judge"), Role.INVESTIGATING_JUDGE)


async def at_the_end_of_the_term(house: House, hearing: HearingId) -> None:
    house.at = due_at(await house.state(hearing), EDITION) or 0.0


async def test_the_judge_destroys_a_due_record_and_verify_says_that_it_was_lawful(
    browser: Browser, house: House, held: HearingId
) -> None:
    case = (await house.state(held)).case
    tapes = house.registry.folder / "tapes" / held
    tapes.mkdir(parents=True)
    (tapes / "0001.part").write_bytes(b"sealed")
    await at_the_end_of_the_term(house, held)
    await browser.sign_in(JUDGE_IIN)
    _, text = await browser.get("/retention")
    assert "Мерзімі бітті" in text
    assert (await browser.post(f"/cases/{case}/destroy", ground="term_over"))[0] == 422
    assert (await house.state(held)).retention is Retention.KEPT
    status, _, location = await browser.post(f"/cases/{case}/destroy", ground="term_over", sure="yes")
    assert (status, location) == (303, "/retention")
    assert (await house.state(held)).retention is Retention.DESTROYED
    document = (await house.registry.docket.documents.of(held))[0]
    with pytest.raises(Destroyed):
        await house.registry.docket.documents.read(document.id)
    assert list(house.registry.docket.documents.shelf.names(held)) == []
    assert not tapes.exists()
    assert await verify(house.registry) == []
    [(name, at, ground, _)] = await destroyed(house.registry)
    assert (name, at, ground) == (held, house.at, "term_over")
    await browser.sign_in(SECRETARY)
    _, text = await browser.get("/retention")
    assert "Жойылды" in text
    assert (await browser.get(f"/file/{held}"))[0] == 410
    exported = "".join([line async for line in house.registry.journal.export(held)])
    assert "RecordDestroyed" in exported
    assert "Досанов" not in exported


async def test_the_grounds_offered_are_those_of_the_hearings_own_edition(
    browser: Browser, house: House, held: HearingId
) -> None:
    later = replace(EDITION, name="kz-2027-1", destruction_grounds=("term_over",))
    law = Editions(later, {EDITION.name: editions.read()}.__getitem__)
    [record] = await kept(house.registry, house.office.clerk, law)
    assert record.grounds == EDITION.destruction_grounds
    await at_the_end_of_the_term(house, held)
    with pytest.raises(Refused) as wrong:
        await destroy(replace(house.office, editions=law), record.case, "overcrowding", JUDGE)
    assert (wrong.value.rule, wrong.value.field) == ("field_type", "ground")
    await destroy(replace(house.office, editions=law), record.case, "commission", JUDGE)
    assert (await house.state(held)).retention is Retention.DESTROYED


async def test_the_second_recorders_tapes_go_with_the_record_and_the_fact_says_so(
    house: House, held: HearingId, tmp_path: Path
) -> None:
    second = tmp_path / "second"
    for folder in (second / held, second / "h-another"):
        folder.mkdir(parents=True)
        (folder / "0001.part").write_bytes(b"sealed")
    await at_the_end_of_the_term(house, held)
    office = replace(house.office, second_tapes=second)
    await destroy(office, (await house.state(held)).case, "term_over", JUDGE)
    assert [path.name for path in second.iterdir()] == ["h-another"]
    facts = [entry.fact for entry in await house.registry.journal.read(held)]
    assert [fact.second_recording for fact in facts if isinstance(fact, f.RecordDestroyed)] == [True]


async def test_a_held_record_and_one_whose_term_runs_stay(browser: Browser, house: House, held: HearingId) -> None:
    case = (await house.state(held)).case
    await browser.sign_in(JUDGE_IIN)
    status, text, _ = await browser.post(f"/cases/{case}/destroy", ground="term_over", sure="yes")
    assert (status, "Сақтау мерзімі біткен жоқ" in text) == (422, True)
    assert (await browser.post(f"/hearings/{held}/hold", reason="Апелляция"))[0] == 303
    await at_the_end_of_the_term(house, held)
    await browser.sign_in(JUDGE_IIN)
    status, text, _ = await browser.post(f"/cases/{case}/destroy", ground="term_over", sure="yes")
    assert (status, "Жазба сақтауда" in text) == (422, True)
    assert (await browser.post(f"/hearings/{held}/hold/lift", reason="Аяқталды"))[0] == 303
    assert [one.state for one in await kept(house.registry, house.office.clerk, Editions(EDITION))] == [Retention.KEPT]
    assert await has_key(house.registry, case)


async def test_the_secretary_sees_the_terms_and_destroys_nothing(
    browser: Browser, house: House, held: HearingId
) -> None:
    case = (await house.state(held)).case
    await at_the_end_of_the_term(house, held)
    await browser.sign_in(SECRETARY)
    status, text = await browser.get("/retention")
    assert (status, "destroy" in text) == (200, False)
    assert (await browser.post(f"/cases/{case}/destroy", ground="term_over", sure="yes"))[0] == 403
    answer = await browser.call("POST", f"/cases/{case}/destroy", {"ground": "term_over"})
    assert answer.status == 403
    assert await has_key(house.registry, case)


async def test_a_destruction_that_a_crash_broke_off_is_named_and_completed(
    house: House, held: HearingId, tmp_path: Path
) -> None:
    case = (await house.state(held)).case
    await at_the_end_of_the_term(house, held)
    await perform(house.office, held, a.DestroyRecord("term_over"), JUDGE)
    faults = {fault.kind for fault in await verify(house.registry)}
    assert FaultKind.KEY in faults
    left = tmp_path / held
    left.mkdir()
    assert await finish(house.registry, house.office.clerk, house.at, tmp_path) == [case]
    assert not left.exists()
    assert await finish(house.registry, house.office.clerk, house.at) == []
    assert await verify(house.registry) == []


async def test_a_key_that_vanished_without_an_act_is_no_lawful_destruction(house: House, held: HearingId) -> None:
    case = (await house.state(held)).case
    await house.registry.docket.cases.destroy(case, house.at)
    assert FaultKind.KEY in {fault.kind for fault in await verify(house.registry)}
    assert await destroyed(house.registry) == []


async def test_one_hearing_that_is_not_over_keeps_the_record_of_the_whole_case(house: House, held: HearingId) -> None:
    case = (await house.state(held)).case
    listing = a.ListHearing(
        case=case, kind="sanction", publicity="open", scheduled_at=house.at + 1e6, language="kk",
        remote_ground="by_order_of_judge", measure="custody", detained_at=house.at, limit_hours=48,
        received_at=house.at,
    )  # fmt: skip
    await perform(house.office, HearingId("h-second"), listing, JUDGE)
    await at_the_end_of_the_term(house, held)
    with pytest.raises(Refused) as caught:
        await destroy(house.office, case, "term_over", JUDGE)
    assert caught.value.rule == "hearing_not_over"
    assert (await house.state(held)).retention is Retention.KEPT


async def test_the_case_file_of_a_destroyed_record_is_no_longer_waited_for(
    house: House, held: HearingId, tmp_path: Path
) -> None:
    await at_the_end_of_the_term(house, held)
    await destroy(house.office, (await house.state(held)).case, "term_over", JUDGE)
    words = house.registry.words
    door = await Door.open("127.0.0.1", 0, ["127.0.0.1"])
    court = Court(house.office, door, Transcriber(SpeechSettings(model=None), words), words, tmp_path, 2.0)
    assert await court.closing.complete(held)
    await door.close()
