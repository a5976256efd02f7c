"""The ruling, for as far as it has been decided. The judge's reasons stand in it as they were written."""

from __future__ import annotations

from web.documents.paper import Paper
from web.documents.source import Source, head, printed, took_part


def ruling(source: Source) -> Paper:
    return printed(source, "ruling", _context(source))


def _context(source: Source) -> dict[str, object]:
    decision = source.hearing.decision
    kind = source.edition.kind(source.hearing.listing.kind)
    judges = [p for p in source.hearing.people.values() if p.role == kind.presiding and took_part(p)]
    return {
        **head(source),
        "decision": decision,
        "reasons": source.texts.get(decision.reasons, "—").splitlines() if decision is not None else [],
        "bail": f"{decision.bail_tenge:,}".replace(",", " ") if decision is not None and decision.bail_tenge else None,
        "appeal_days": source.edition.numbers["appeal_days"],
        "judge": ", ".join(source.names.get(p.person, "—") for p in judges) or "—",
        "defended": source.edition.groups["defended"],
        "sent_to": ", ".join(
            source.say(f"recipient.to.{who}") for who in kind.delivery if who not in source.edition.groups["defended"]
        ),
    }
