"""Asking an act on somebody's behalf: the one way from a form, a JSON call or a socket to the clerk.

What people typed goes into the docket first, so that the act and the journal hold only its salted hash. What an act
means for the docket (a revoked pass ends its sessions, a switched-off link shuts its observers out) follows here, so
that no door can forget it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hearing import acts as a
from hearing.hearings import Hearing
from hearing.participants import Actor, HearingId
from hearing.registry.journal import Entry
from hearing.wrongs import Refused
from web.office import Office

LONGEST_TEXT = 20_000


async def ask(
    office: Office, hearing_id: HearingId, act: str, fields: Mapping[str, Any], by: Actor
) -> tuple[Hearing, Sequence[Entry]]:
    """Ask ``act`` with the typed ``fields``. Raises ``Refused`` or ``Malformed``; answers the hearing after it."""
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


async def deposit(office: Office, hearing: Hearing, name: str, text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise Refused("field_missing", field=name)
    if len(text) > LONGEST_TEXT:
        raise Refused("too_long", field=name, limit=LONGEST_TEXT)
    return await office.registry.docket.texts.deposit(hearing.case, text.strip())


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
