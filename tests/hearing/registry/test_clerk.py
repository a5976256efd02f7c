"""The clerk with the real rules: decide, append, index, seal, and take up again after a restart."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from config import editions
from hearing import acts as a
from hearing import facts as f
from hearing.edition import Editions
from hearing.evolve import fold
from hearing.hearings import Phase
from hearing.participants import HearingId
from hearing.registry.clerk import Clerk
from hearing.registry.errors import NotFound
from hearing.registry.office import Office
from hearing.rules import decide
from hearing.wrongs import Impossible, Refused
from tests.hearing.registry.people import SECRETARY, an_iin, sealed_and_closed
from tests.hearing.scripts import EDITION, NOBODY, NOON, actor, listing, person, seat

H = HearingId("h-1")
RULES = partial(decide, edition=EDITION)


@pytest.fixture
def clerk(office: Office) -> Clerk:
    return Clerk(office, RULES)


async def listed(clerk: Clerk) -> None:
    await clerk.perform(H, listing(), NOBODY, NOON)
    for who in ("judge", "secretary", "suspect"):
        role = actor(who).role.value
        await clerk.perform(H, a.AddParticipant(person(who), role, seat(who), "courtroom", "ru", "hmac"), NOBODY, NOON)


async def test_an_act_becomes_entries_and_the_hearing_follows(clerk: Clerk, office: Office) -> None:
    hearing, written = await clerk.perform(H, listing(), NOBODY, NOON)
    assert [type(entry.fact) for entry in written] == [f.HearingListed]
    assert hearing.phase is Phase.LISTED
    assert await clerk.load(H) == hearing
    assert await clerk.version(H) == 1
    assert (await office.docket.hearings.get(H)).phase == "listed"


async def test_a_clerk_keeps_so_many_hearings_at_hand_and_folds_the_others_anew(office: Office) -> None:
    clerk = Clerk(office, RULES, most_known=3)
    names = [HearingId(f"h-{number}") for number in range(1, 8)]
    for name in names:
        await clerk.perform(name, listing(), NOBODY, NOON)
        assert len(clerk) <= 3
    assert [(await clerk.load(name)).phase for name in names] == [Phase.LISTED] * 7
    with pytest.raises(NotFound):
        await clerk.load(HearingId("h-none"))
    assert len(clerk) <= 3


async def test_each_hearing_is_judged_by_the_edition_under_which_it_was_listed(office: Office) -> None:
    stricter = replace(EDITION, name="kz-2027-1", acts={**EDITION.acts, "record_view": EDITION.acts["open_hearing"]})
    before = Clerk(office, RULES)
    await listed(before)
    data = {"kz-2026-1": editions.read()}
    law = Editions(stricter, data.__getitem__)
    clerk = Clerk(office, lambda hearing, act, by, at: decide(hearing, act, by, at, law.of(hearing)))
    new = HearingId("h-2")
    hearing, _ = await clerk.perform(new, listing(), NOBODY, NOON)
    assert hearing.listing.edition == "kz-2027-1"
    suspect = a.AddParticipant(person("suspect"), "suspect", seat("suspect"), "courtroom", "ru", "hmac")
    await clerk.perform(new, suspect, NOBODY, NOON)
    asked = a.RecordView(person("suspect"), "agrees")
    with pytest.raises(Refused):
        await clerk.perform(new, asked, NOBODY, NOON)
    await clerk.perform(H, asked, NOBODY, NOON)
    data.clear()
    with pytest.raises(Impossible, match="kz-2026-1"):
        Editions(stricter, data.__getitem__).of(await clerk.load(H))


async def test_what_an_older_edition_is_silent_about_the_one_in_force_answers(clerk: Clerk) -> None:
    newer = replace(EDITION, name="kz-2027-1", numbers={**EDITION.numbers, "norm_kbps": 2000})
    older = editions.read()
    older["acts"] = {name: row for name, row in older["acts"].items() if name != "note_signature"}
    older["numbers"] = {name: row for name, row in older["numbers"].items() if name != "unheard_seconds"}
    await listed(clerk)
    law = Editions(newer, {"kz-2026-1": older}.__getitem__).of(await clerk.load(H))
    assert law.name == "kz-2026-1"
    assert law.acts["note_signature"] == newer.acts["note_signature"]
    assert law.numbers["unheard_seconds"] == newer.numbers["unheard_seconds"]
    assert law.numbers["norm_kbps"] == EDITION.numbers["norm_kbps"]


async def test_what_the_law_refuses_is_not_written(clerk: Clerk, office: Office) -> None:
    with pytest.raises(Refused):
        await clerk.perform(H, a.OpenLobby(), SECRETARY, NOON)
    with pytest.raises(NotFound):
        await clerk.load(H)
    await listed(clerk)
    before = await office.journal.head(H)
    with pytest.raises(Refused):
        await clerk.perform(H, a.OpenHearing(), actor("suspect"), NOON)
    assert await office.journal.head(H) == before


async def test_two_clerks_on_one_journal_decide_again_instead_of_failing(clerk: Clerk, office: Office) -> None:
    await listed(clerk)
    other = Clerk(office, RULES)
    await other.load(H)

    async def issue(one: Clerk, number: int) -> None:
        await one.perform(H, a.RecordView(person("suspect"), ("agrees", "objects")[number % 2]), NOBODY, NOON + number)

    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(issue((clerk, other)[number % 2], number))
    entries = await office.journal.read(H)
    assert [entry.version for entry in entries] == list(range(1, len(entries) + 1))
    assert await clerk.load(H) == await other.load(H) == fold((entry.fact, entry.at) for entry in entries)


async def test_the_index_knows_cases_days_and_people(clerk: Clerk, office: Office) -> None:
    await listed(clerk)
    index = office.docket.hearings
    assert [one.id for one in await index.of_case(listing().case)] == [H]
    assert [one.id for one in await index.between(NOON, NOON + 3600)] == [H]
    assert await index.between(NOON + 3600, NOON + 7200) == []
    assert [one.id for one in await index.live()] == [H]
    assert [one.id for one in await index.all()] == [H]
    assert (await index.people(H))[person("suspect")] == "suspect"


async def test_whoever_takes_part_finds_their_own_hearings(clerk: Clerk, office: Office) -> None:
    iin = "061211600012"
    case = await office.docket.cases.create("7585-24-00-2/101", NOON, "a-1")
    linked = await office.docket.accounts.create(iin, "a long password", "Counsel", ["defence_counsel"], NOON)
    counsel = await office.docket.persons.add(case.id, "Counsel", iin)
    judge = await office.docket.accounts.create(an_iin(7), "a long password", "Judge", ["judge"], NOON)
    on_bench = await office.docket.persons.add(case.id, "Judge", account=judge.id)
    await clerk.perform(H, listing(case=case.id), NOBODY, NOON)
    for someone, role in ((counsel, "defence_counsel"), (on_bench, "investigating_judge")):
        identity = await office.docket.persons.identity(someone.id)
        act = a.AddParticipant(someone.id, role, seat(role), "courtroom", "ru", identity)
        await clerk.perform(H, act, NOBODY, NOON)
    assert [one.id for one in await office.docket.hearings.of_account(linked.id)] == [H]
    assert [one.id for one in await office.docket.hearings.of_account(judge.id)] == [H]
    assert await office.docket.persons.of_account(linked.id, case.id) == counsel
    assert await office.docket.persons.of_account(judge.id, case.id) == on_bench


async def test_a_restart_folds_the_journal_and_goes_on(url: str, tmp_path: Path) -> None:
    async with await Office.open(tmp_path, url) as office:
        await listed(Clerk(office, RULES))
        hearing = await Clerk(office, RULES).load(H)
    async with await Office.open(tmp_path, url) as office:
        again = Clerk(office, RULES)
        assert await again.recover() == [H]
        assert await again.load(H) == hearing


async def test_a_crash_between_append_and_index_is_made_good_at_the_start(office: Office) -> None:
    await office.journal.append(H, 0, sealed_and_closed(), SECRETARY, NOON)
    assert await office.docket.hearings.live() == []
    assert office.seals.read(H) is None
    clerk = Clerk(office, RULES)
    assert await clerk.recover() == []
    assert (await office.docket.hearings.get(H)).phase == "closed"
    seal = office.seals.read(H)
    assert seal is not None
    assert (seal.version, seal.digest) == await office.journal.head(H)


async def test_the_seal_is_renewed_after_each_fact_that_follows_the_close(office: Office) -> None:
    await office.journal.append(H, 0, sealed_and_closed(), SECRETARY, NOON)
    await Clerk(office, RULES).recover()
    version, _ = await office.journal.head(H)
    await office.journal.append(H, version, [f.TapeHead("t", seat("judge"), "audio", 1, "0" * 64, 9)], SECRETARY, NOON)
    await Clerk(office, RULES).recover()
    seal = office.seals.read(H)
    assert seal is not None
    assert seal.version == version + 1


async def test_one_damaged_journal_does_not_keep_the_others_from_being_held(clerk: Clerk, office: Office) -> None:
    await office.journal.append(HearingId("h-0"), 0, [f.LobbyOpened()], SECRETARY, NOON)
    await listed(clerk)
    assert await Clerk(office, RULES).recover() == [H]
