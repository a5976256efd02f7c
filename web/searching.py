"""Search over the words of all hearings that this person may see. Rights come first, and once more for every line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hearing.participants import HearingId, Role
from hearing.registry.hearings import Listing
from hearing.wrongs import Refused
from transcripts.folding import marks, wanted
from web import casefile
from web.doors import Visitor
from web.office import Office
from web.playback import speakers

MOST = 50
"""Lines shown. Whoever finds so many wants to say more of what they look for."""
MOST_HEARINGS = 10_000


@dataclass(frozen=True, slots=True)
class Hit:
    """One line that was found, as a page shows it."""

    hearing: HearingId
    line: str
    case_number: str
    at: float
    place: float
    label: str
    text: str
    language: str
    words_page: bool


async def reindex(office: Office, hearing_id: HearingId) -> None:
    """Bring the index of one hearing up to its present text."""
    text = await office.registry.corrections.current(hearing_id)
    lines = {said.id: marks(said.text, said.language) for said in text.lines}
    await office.registry.search.index(hearing_id, text.version, text.last, lines)


async def behind(office: Office) -> list[HearingId]:
    """Hearings whose index is not that of their present text: heard before there was an index, or cut short."""
    indexed = await office.registry.search.indexed()
    standings = await office.registry.corrections.standings()
    return [hearing for hearing, standing in standings.items() if indexed.get(hearing) != standing]


async def search(office: Office, who: Visitor, query: str, say: Callable[..., str]) -> list[Hit]:
    """The lines with all words of the query, those of the latest hearings first."""
    groups = wanted(query)
    listings = await _visible(office, who) if groups else []
    found = await office.registry.search.find(groups, [one.id for one in listings], MOST)
    lines: dict[HearingId, set[str]] = {}
    for hearing, line in found:
        lines.setdefault(hearing, set()).add(line)
    hits: list[Hit] = []
    for listing in listings:
        if listing.id in lines:
            hits += await _hits(office, who, listing, lines[listing.id], say)
    return hits


async def _visible(office: Office, who: Visitor) -> list[Listing]:
    """The hearings whose file this visitor may open, the latest first."""
    shelf = office.registry.docket.hearings
    if Role.COURT_SECRETARY in who.roles:
        return await shelf.all(MOST_HEARINGS)
    if who.account is not None:
        mine = await shelf.of_account(who.account.id)
        return sorted(mine, key=lambda one: one.scheduled_at, reverse=True)
    if who.session.hearing is not None and who.session.person is not None:
        return [await shelf.get(who.session.hearing)]
    return []


async def _hits(office: Office, who: Visitor, listing: Listing, lines: set[str], say: Callable[..., str]) -> list[Hit]:
    try:
        file = await casefile.open_file(office, who, listing.id)
    except Refused:
        return []
    await office.registry.docket.log.note(
        office.now(), who.who, "transcript_searched", hearing=listing.id, case=listing.case
    )
    labels = speakers(file, say)
    return [
        Hit(
            listing.id,
            said.id,
            file.case_number,
            said.start,
            file.timeline.nearest(said.start),
            labels[said.seat]["label"] if said.seat in labels else "—",
            said.text,
            said.language,
            file.rights.staff,
        )
        for said in file.lines
        if said.id in lines
    ]
