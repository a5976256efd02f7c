"""The public API's description, OpenAPI 3.1. It is built from the very table that the routes are built from.

An endpoint is one row: method, path, handler, what it does, what goes in and what comes out. So no call can exist
without its description; a test compares the two all the same.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BASE = "/api/v1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call of the API."""

    method: str
    path: str
    handler: Handler
    summary: str
    tag: str
    takes: Json | None = None
    gives: Json | None = None
    media: str = "application/json"
    status: int = 200
    query: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    takes_media: str = "application/json"
    base: str = BASE

    @property
    def address(self) -> str:
        return self.base + self.path

    def route(self) -> web.RouteDef:
        return web.route(self.method, self.address, self.handler)


def text(description: str = "") -> Json:
    return {"type": "string", **({"description": description} if description else {})}


def record(required: Sequence[str] = (), **properties: Json) -> Json:
    found: Json = {"type": "object", "properties": properties}
    return {**found, "required": list(required)} if required else found


def listed(of: Json) -> Json:
    return {"type": "array", "items": of}


NUMBER: Json = {"type": "number"}
WHOLE: Json = {"type": "integer"}
FLAG: Json = {"type": "boolean"}
ANY: Json = {"type": "object", "additionalProperties": True}
INSTANT: Json = {
    "description": "Unix seconds, or a local date and time such as 2026-11-20T15:45",
    "oneOf": [{"type": "number"}, {"type": "string"}],
}

SCHEMAS: dict[str, Json] = {
    "Problem": record(
        ("rule", "why"),
        status=WHOLE,
        rule=text("Stable name of the rule that said no"),
        field={"type": ["string", "null"], "description": "Field of the request that the rule objects to"},
        why=text("The reason in the language of the caller"),
    ),
    "Case": record(
        ("id", "court_number"),
        id=text(),
        court_number=text("For example 7585-24-00-2/101"),
        erdr_number={"type": ["string", "null"]},
        subject=text(),
        created_at=NUMBER,
    ),
    "Listing": record(
        ("id", "case", "kind", "phase"),
        id=text(),
        case=text(),
        kind=text(),
        publicity=text(),
        language=text(),
        scheduled_at=NUMBER,
        phase=text(),
        version=WHOLE,
        closed_at={"type": ["number", "null"]},
    ),
    "Pass": record(
        ("pass_id", "person"),
        pass_id=text(),
        person=text(),
        link=text("Shown once"),
        code=text("Shown once"),
        delivery=text(),
    ),
    "Entry": record(
        ("version", "at", "fact", "previous", "digest"),
        version=WHOLE,
        at=NUMBER,
        by=ANY,
        fact=ANY,
        previous=text(),
        digest=text(),
    ),
}


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def describe(endpoints: Sequence[Endpoint], origin: str) -> Json:
    """The OpenAPI document of these endpoints."""
    paths: dict[str, Json] = {}
    for one in endpoints:
        path = re.sub(r"{(\w+):[^}]*}", r"{\1}", one.address)
        paths.setdefault(path, {})[one.method.lower()] = _operation(one, path)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tyndau",
            "version": "1",
            "summary": "Everything that a page of the court does, as JSON over HTTP.",
            "description": (
                "Sign in with POST /session and send the token as a bearer, or use the cookie together with the header "
                "X-CSRF. Every refusal is a Problem that names the rule and the field, in the language of "
                "Accept-Language (kk, ru, en) or of the account. Text that people write goes in as plain text; the "
                "journal keeps only its salted hash."
            ),
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": origin}],
        "security": [{"bearer": []}, {"cookie": []}],
        "tags": [{"name": name} for name in dict.fromkeys(one.tag for one in endpoints)],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-tyndau"},
            },
            "responses": {
                "Problem": {
                    "description": "Refused, with the rule, the field and the reason",
                    "content": {"application/problem+json": {"schema": ref("Problem")}},
                }
            },
        },
    }


def _operation(one: Endpoint, path: str) -> Json:
    inside = [{"name": name, "in": "path", "required": True, "schema": text()} for name in re.findall(r"{(\w+)}", path)]
    asked = [
        {"name": name, "in": "query", "required": False, "description": words, "schema": text()}
        for name, words in one.query.items()
    ]
    answer: Json = {"description": "Done"}
    if one.status != 204:
        answer["content"] = {one.media: {"schema": one.gives or ANY} if one.media.endswith("json") else {}}
    operation: Json = {
        "operationId": one.handler.__name__,
        "summary": one.summary,
        "tags": [one.tag],
        "responses": {str(one.status): answer, "default": {"$ref": "#/components/responses/Problem"}},
    }
    if inside or asked:
        operation["parameters"] = inside + asked
    if one.takes is not None:
        operation["requestBody"] = {"required": True, "content": {one.takes_media: {"schema": one.takes}}}
    if one.open:
        operation["security"] = []
    return operation
