"""What of a hearing went to outside systems, what waits and what failed; one button has a failed one tried again."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hearing.participants import HearingId
from hearing.registry.outbox import RETRIED, Delivery
from web.delivery.targets import kind_of
from web.office import Office, of
from web.pages.forms import given
from web.rendering import go

LOOKS = {
    Delivery.WAITING: ("out", "i-ring-half"),
    Delivery.DELIVERED: ("used", "i-check-ring"),
    Delivery.WITHHELD: ("none", "i-ring-dash"),
    Delivery.FAILED: ("failed", "i-cross-ring"),
}


async def rows(office: Office, hearing_id: HearingId, language: str) -> list[dict[str, Any]]:
    """One row per target and document, in words."""
    documents = {one.id: one for one in await office.registry.docket.documents.of(hearing_id)}
    titles = {target.name: target.title for target in office.targets}

    def say(msgid: str) -> str:
        return office.languages.translate(language, msgid)

    found = []
    for one in await office.registry.docket.outbox.of(hearing_id):
        look, icon = LOOKS[one.state]
        document = documents[one.document]
        found.append(
            {
                "target": one.target,
                "title": titles.get(one.target, one.target),
                "document": one.document,
                "name": say(f"document.{kind_of(document)}"),
                "version": document.version,
                "state": one.state.value,
                "look": look,
                "icon": icon,
                "words": say(f"delivered.{one.state.value}" if one.attempts or one.why else "delivered.owed"),
                "why": why_words(office, language, one.why),
                "at": one.settled_at,
                "due_at": one.due_at if one.state is Delivery.WAITING and one.attempts else None,
                "again": one.state in RETRIED and bool(one.why) and one.target in titles,
            }
        )
    return found


def why_words(office: Office, language: str, why: str) -> str:
    """What the last attempt ended with, in words; an answer of the other system with its number."""
    if not why:
        return ""
    if why.startswith("http_"):
        return office.languages.translate(language, "undelivered.http", status=why.removeprefix("http_"))
    return office.languages.translate(language, f"undelivered.{why}")


async def retry(request: web.Request) -> web.StreamResponse:
    from web.pages.hearings import desk_of

    who, _, hearing_id, hearing = await desk_of(request)
    office, fields = of(request), await given(request)
    target, document = fields.get("target", ""), fields.get("document", "")
    await office.registry.docket.outbox.retry(hearing_id, target, document, office.now())
    await office.registry.docket.log.note(
        office.now(), who.who, "delivery_retried", hearing=hearing_id, case=hearing.case, subject=document
    )
    return go(f"/hearings/{hearing_id}#deliveries")


ROUTES = [web.post("/hearings/{hearing}/deliveries/retry", retry)]
