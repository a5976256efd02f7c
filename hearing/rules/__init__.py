"""The rules judge. ``decide`` turns an act into facts or refuses it; it is the only place where a hearing changes.

First the edition's table says whether this role may ask this act in this phase at all; then the subject's own rule
looks at the hearing; at last the proposed facts are folded, and what the state machines do not allow is refused.
"""

from __future__ import annotations

from hearing.acts import Act, ListHearing
from hearing.edition import Edition
from hearing.evolve import evolve
from hearing.facts import Fact
from hearing.hearings import Hearing, Retention
from hearing.participants import Actor, Role
from hearing.rules import link, listing, lobby, record, retention, ruling, session, sharing, witness
from hearing.rules.asked import Asked, Rule
from hearing.wrongs import Impossible, Refused

RULES: dict[type[Act], Rule] = {
    **listing.RULES,
    **lobby.RULES,
    **link.RULES,
    **record.RULES,
    **retention.RULES,
    **session.RULES,
    **witness.RULES,
    **ruling.RULES,
    **sharing.RULES,
}


def decide(hearing: Hearing | None, act: Act, by: Actor, at: float, edition: Edition) -> list[Fact]:
    """The facts that ``act``, asked by ``by`` at Unix second ``at``, makes of ``hearing``.

    An empty list means that nothing changes (the act was asked twice). Raises ``Refused`` when the law says no.
    """
    if isinstance(act, ListHearing):
        if hearing is not None:
            raise Refused("listed_already")
        if by.role not in edition.groups["secretary"] | edition.groups["bench"]:
            raise Refused("role")
        return listing.list_hearing(act, at, edition)
    if hearing is None:
        raise Refused("no_such_hearing")
    _permitted(hearing, act, by, edition)
    facts = list(RULES[type(act)](Asked(hearing, act, by, at, edition)))
    folded = hearing
    try:
        for fact in facts:
            folded = evolve(folded, fact, at)
    except Impossible as wrong:
        raise Refused("not_now", phase=hearing.phase.value) from wrong
    return facts


def _permitted(hearing: Hearing, act: Act, by: Actor, edition: Edition) -> None:
    if hearing.retention is Retention.DESTROYED:
        raise Refused("destroyed")
    permission = edition.acts.get(act.wire_name())
    if permission is None:
        raise Refused("role")
    participant = hearing.people.get(by.person)
    role = participant.role if participant is not None else by.role
    staff = edition.groups["bench"] | edition.groups["secretary"] | {Role.SYSTEM}
    if role not in permission.roles or (participant is None and role not in staff):
        raise Refused("role")
    if hearing.phase not in permission.phases:
        raise Refused("phase", phase=hearing.phase.value)
