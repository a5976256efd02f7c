"""The evidence bundle of a closed hearing: when it is made anew, who is told its digest, who may take it away."""

from __future__ import annotations

import aiohttp
import structlog

from hearing import acts as a
from hearing.hearings import Hearing, Phase
from hearing.participants import SYSTEM, HearingId, PersonId
from hearing.registry import bundles
from hearing.registry.bundles import Bundle, Stamp
from hearing.rules.record import TOLD
from hearing.wrongs import Refused
from web import languages
from web.asking import perform
from web.casefile import CaseFile, gather, source
from web.documents.link_test import link_test
from web.notifier import Letter
from web.office import LINK_TEST, Office
from web.rights import closed_parts
from web.sealing import EVERYTHING, keep, of_proceedings, sealed

log = structlog.get_logger()

STAMP_SECONDS = 20.0
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


def authority(url: str) -> Stamp:
    """Asks this RFC 3161 authority over HTTP."""

    async def stamp(request: bytes) -> bytes:
        patience = aiohttp.ClientTimeout(total=STAMP_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=patience) as session,
                session.post(url, data=request, headers={"Content-Type": QUERY}) as answer,
            ):
                if answer.status != 200 or answer.content_type != REPLY:
                    raise OSError(f"the timestamp authority answered {answer.status}")
                return await answer.read()
        except (aiohttp.ClientError, TimeoutError) as wrong:
            raise OSError("the timestamp authority cannot be asked") from wrong

    return stamp


async def renew(office: Office, hearing_id: HearingId) -> Bundle | None:
    """The bundle as it must be now: made when something was written since the last one. None before the close."""
    hearing = await office.clerk.load(hearing_id)
    if hearing.phase is not Phase.CLOSED:
        return None
    bundle = await bundles.latest(office.registry, hearing_id)
    if bundle is None or not bundles.covers(bundle, await office.registry.journal.read(hearing_id)):
        await seal_link_test(office, hearing_id, hearing)
        bundle = await bundles.make(office.registry, hearing_id, hearing, office.court, office.now(), office.stamp)
    if bundle.document.id not in hearing.files:
        document = bundle.document
        act = a.NoteFileSealed(document.kind, document.id, document.sha256, document.size)
        await perform(office, hearing_id, act, SYSTEM)
    return bundle


async def renew_if_possible(office: Office, hearing_id: HearingId) -> None:
    """Renew; while the timestamp authority is silent the last bundle stands, and the next renewal makes it good."""
    try:
        await renew(office, hearing_id)
    except OSError as wrong:
        log.warning("bundle waits", hearing=hearing_id, why=str(wrong))


async def seal_link_test(office: Office, hearing_id: HearingId, hearing: Hearing) -> None:
    """The act on the tests of the lines, once, in the language of the proceedings."""
    file = await gather(office, hearing_id, hearing, SYSTEM, EVERYTHING)
    language = of_proceedings(hearing)
    kept = sealed(file, LINK_TEST, language, "pdf")
    if kept is None or kept.id not in hearing.files:
        made = link_test(await source(office, file, language, LINK_TEST))
        await keep(office, file, LINK_TEST, language, "pdf", made, SYSTEM.person)


async def tell_digest(office: Office, hearing_id: HearingId, bundle: Bundle) -> None:
    """Send the final digest to every party that left a contact, once; a failed letter is tried at the next call."""
    hearing = await office.clerk.load(hearing_id)
    case = await office.registry.docket.cases.get(hearing.case)
    for party in hearing.with_role(*office.edition_of(hearing).groups["parties"]):
        person = await office.registry.docket.persons.get(party.person)
        if not person.contact or hearing.told.get(party.person) in TOLD:
            continue
        letter = _letter(office, hearing_id, hearing, party.language, case.court_number, person.contact, bundle)
        delivery = await office.notifier.tell(letter, office.now())
        await _note(office, hearing_id, party.person, bundle, delivery.channel, delivery.state)


async def _note(
    office: Office, hearing_id: HearingId, person: PersonId, bundle: Bundle, channel: str, state: str
) -> None:
    try:
        await perform(office, hearing_id, a.NoteDigestTold(person, bundle.digest, channel, state), SYSTEM)
    except Refused as refused:
        log.info("digest not noted", hearing=hearing_id, rule=refused.rule)


def _letter(
    office: Office, hearing_id: HearingId, hearing: Hearing, language: str, number: str, to: str, bundle: Bundle
) -> Letter:
    words = {
        "court": office.court,
        "case": number,
        "day": languages.day(language, hearing.opened_at or hearing.listing.scheduled_at, office.zone),
        "digest": grouped(bundle.digest),
        "link": f"{office.origin}/file/{hearing_id}",
    }
    say = office.languages.translate
    return Letter(to, say(language, "digest.subject", **words), say(language, "digest.body", **words))


def grouped(digest: str) -> str:
    """A whole digest in groups of four, as people compare it."""
    return " ".join(digest[i : i + 4] for i in range(0, len(digest), 4))


def may_take(file: CaseFile) -> bool:
    """Whether this reader may take the bundle away: it carries all that was said, closed parts too."""
    whole = file.rights.sealed_too or not closed_parts(file.entries)
    return file.rights.download and whole and not file.rights.own_only
