"""Pages: templates, the words they use, and how times and numbers are written in the visitor's language."""

from __future__ import annotations

import functools
import re
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from web import doors, languages
from web.documents.setting import qr_svg
from web.office import of

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"

PAGES = Environment(
    loader=FileSystemLoader(TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


_IMPORT = re.compile(r'^import .* from "\./([\w.]+)";$', re.MULTILINE)


@functools.cache
def modules(entry: str) -> tuple[str, ...]:
    """What this module of the pages needs, directly or not: named at once, it is not found out one after another."""
    found, due = [entry], [entry]
    while due:
        for name in _IMPORT.findall((STATIC / "js" / due.pop()).read_text("utf-8")):
            if name not in found:
                found.append(name)
                due.append(name)
    return tuple(found)


def go(path: str) -> web.Response:
    """Send the browser on, after a form has been dealt with."""
    return web.Response(status=303, headers={"Location": path})


def render(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """The page ``template`` for this visitor. Every template gets ``_``, ``lang``, ``words``, ``csrf`` and ``me``."""
    office, language, who = of(request), doors.language(request), doors.visitor(request)

    def words(msgid: str, /, **args: object) -> str:
        return office.languages.translate(language, msgid, **args)

    def day(at: float, weekday: bool = False) -> str:
        return languages.day(language, at, office.zone, weekday)

    def hour(at: float, seconds: bool = False) -> str:
        return languages.clock(at, office.zone, seconds)

    def local(at: float | None) -> str:
        return "" if at is None else datetime.fromtimestamp(at, office.zone).strftime("%Y-%m-%dT%H:%M")

    text = PAGES.get_template(template).render(
        {
            "_": words,
            "lang": language,
            "languages": languages.OWN_NAMES,
            "words": office.languages.script_words(language),
            "csrf": who.session.csrf if who is not None else "",
            "me": who,
            "my_name": who.account.name if who is not None and who.account is not None else "",
            "court": office.court,
            "rehearsal": office.rehearsal,
            "path": request.path,
            "now": office.now(),
            "day": day,
            "hour": hour,
            "local": local,
            "span": languages.span,
            "decimal": lambda value, digits=1: languages.decimal(language, value, digits),
            "modules": modules,
            "qr": lambda value: Markup(qr_svg(value)),
            "page": template.removesuffix(".html"),
            **context,
        }
    )
    return web.Response(text=text, content_type="text/html", status=status)
