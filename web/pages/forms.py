"""What a form sent, as plain fields."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from hearing.wrongs import Refused
from web import doors
from web.office import of
from web.problems import TELLABLE, as_refusal, problem

Given = dict[str, Any]


async def given(request: web.Request) -> Given:
    """The text fields of the form."""
    return {key: value for key, value in (await doors.posted(request)).items() if isinstance(value, str)}


async def attempt(request: web.Request, doing: Callable[[], Awaitable[Any]]) -> tuple[Any, dict[str, object] | None]:
    """What ``doing`` gave, or the problem to show beside the field that caused it."""
    try:
        return await doing(), None
    except Refused as refused:
        return None, problem(request, refused)
    except TELLABLE as wrong:
        return None, problem(request, as_refusal(wrong, of(request).now()))


def choices(request: web.Request, prefix: str, values: object) -> list[tuple[str, str]]:
    """The options of a select: each value with its words."""
    translate, language = of(request).languages.translate, doors.language(request)
    return [(str(value), translate(language, f"{prefix}.{value}")) for value in values]  # type: ignore[attr-defined]
