"""What a call carries: a JSON object, and nothing larger than it must be."""

from __future__ import annotations

import dataclasses
from typing import Any

from aiohttp import web

from hearing.wrongs import Refused
from web import json_text
from web.office import of
from web.problems import TELLABLE, as_refusal


async def body(request: web.Request) -> dict[str, Any]:
    """The request's JSON object. Raises ``Refused`` for anything else."""
    if request.content_type != "application/json":
        raise Refused("json_needed")
    try:
        value = json_text.loads(await request.text() or "{}")
    except (ValueError, LookupError) as wrong:
        raise Refused("malformed") from wrong
    if not isinstance(value, dict):
        raise Refused("malformed")
    return value


def plain(value: Any, *left_out: str) -> dict[str, Any]:
    """A frozen value of the docket as JSON."""
    return {
        one.name: sorted(found) if isinstance(found := getattr(value, one.name), frozenset) else found
        for one in dataclasses.fields(value)
        if one.name not in left_out
    }


def told(wrong: Exception, request: web.Request) -> Refused:
    return as_refusal(wrong, of(request).now())


__all__ = ["TELLABLE", "body", "plain", "told"]
