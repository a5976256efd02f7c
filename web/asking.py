"""Asking an act on somebody's behalf: the one way from a form, a JSON call or a socket to the clerk.

What people typed goes into the docket first, so that the act and the journal hold only its salted hash. What an act
means for the docket (a revoked pass ends its sessions, a switched-off link shuts its observers out) follows here, so
that no door can forget it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from hearing import acts as a
from hearing.hearings import Hearing
from hearing.participants import Actor, HearingId
from hearing.registry.journal import Entry
from hearing.wrongs import Refused
from web.office import Office

LONGEST_TEXT = 20_000
UNWRITTEN = frozenset({"Cc", "Cn", "Cs"})
BREAKS = "\n\r\t"
TURNERS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the direction of writing: with them a name can be made to look like another."""


async def ask(
    office: Office, hearing_id: HearingId, act: str, fields: Mapping[str, Any], by: Actor
) -> tuple[Hearing, Sequence[Entry]]:
    """Ask ``act`` with the typed ``fields``. Raises ``Refused`` or ``Malformed``; answers the hearing after it."""
    if by.role not in office.edition.groups["bench"] | office.edition.groups["secretary"]:
        office.patience.claim(by.person, office.now())
    hearing = await office.clerk.load(hearing_id)
    values = dict(fields)
    for name in a.text_fields(act):
        if values.get(name) is not None:
            values[name] = await deposit(office, hearing, name, values[name])
    return await perform(office, hearing_id, a.parse(act, values), by)


async def perform(office: Office, hearing_id: HearingId, act: a.Act, by: Actor) -> tuple[Hearing, Sequence[Entry]]:
    """Ask an act that is already complete, and let the docket follow it."""
    before = await office.clerk.load(hearing_id) if not isinstance(act, a.ListHearing) else None
    after, entries = await office.clerk.perform(hearing_id, act, by, office.now())
    if entries:
        await _follow(office, hearing_id, act, before)
    return after, entries


def readable(text: str) -> str:
    """The text without what no paper can show: control characters, halves of characters, turned directions."""
    return "".join(
        sign for sign in text if sign in BREAKS or (unicodedata.category(sign) not in UNWRITTEN and sign not in TURNERS)
    )


async def deposit(office: Office, hearing: Hearing, name: str, text: object) -> str:
    if text is not None and not isinstance(text, str):
        raise Refused("field_type", field=name)
    text = readable(text or "").strip()
    if not text:
        raise Refused("field_missing", field=name)
    if len(text) > LONGEST_TEXT:
        raise Refused("too_long", field=name, limit=LONGEST_TEXT)
    return await office.registry.docket.texts.deposit(hearing.case, text)


async def _follow(office: Office, hearing_id: HearingId, act: a.Act, before: Hearing | None) -> None:
    docket, now = office.registry.docket, office.now()
    match act:
        case a.RevokePass(_, pass_id):
            await docket.passes.revoke(pass_id, now)
        case a.RemoveParticipant(person) if before is not None and person in before.people:
            for pass_id in before.people[person].passes:
                await docket.passes.revoke(pass_id, now)
        case a.NoteDelivery(pass_id, channel, state):
            await docket.passes.note_delivery(pass_id, channel, state, now)
        case a.EndShare(person) if before is not None and person in before.shares:
            await docket.passes.revoke(before.shares[person].pass_id, now)
        case a.CloseObserverLink() | a.CloseHearing() | a.Vacate():
            await docket.observers.close(hearing_id)
