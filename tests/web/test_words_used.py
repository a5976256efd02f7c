"""No catalogue holds words that nothing says, and every word that a page's script says is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.web.test_law_words import IDS
from web.rendering import STATIC

WEB = STATIC.parent
SOURCES = "\n".join(
    path.read_text("utf-8") for kind in ("*.py", "*.js", "*.html", "*.txt") for path in sorted(WEB.rglob(kind))
)
BEGUN = re.compile(r"([a-z_]+(?:\.[a-z_]+)*\.)(?:\$?\{|[\"'] ~|[\"'] \+)")
"""The beginning of an id to which the code adds the rest."""
CHOSEN = re.compile(r"choices\(request, \"([a-z_]+)\"")
"""The group of a select's options."""
ENDED = re.compile(r"\}(\.[a-z_]+)+[`\"']")
"""The end of an id whose beginning the code finds elsewhere."""
BEGINNINGS = (*BEGUN.findall(SOURCES), *(f"{group}." for group in CHOSEN.findall(SOURCES)))
ENDINGS = tuple(found.group(0)[1:-1] for found in ENDED.finditer(SOURCES))
SCRIPTED = {
    name: set(re.findall(r"\bword\(\"([^\"]+)\"", path.read_text("utf-8")))
    for path in sorted((STATIC / "js").glob("*.js"))
    for name in [path.name]
}


def catalogue(path: Path) -> list[str]:
    with path.open("rb") as file:
        return [str(m.id[0] if isinstance(m.id, tuple) else m.id) for m in read_po(file) if m.id]


def said(msgid: str) -> bool:
    name = msgid.removeprefix("js.")
    if msgid in IDS or name in SOURCES or name.replace('"', '\\"') in SOURCES:
        return True
    put_together = all(f'"{part}"' in SOURCES for part in name.split("."))
    return name.startswith(BEGINNINGS) or name.endswith(ENDINGS) or put_together


@pytest.mark.parametrize("path", sorted((WEB / "locales" / "en").glob("*.po")), ids=lambda path: path.stem)
def test_no_words_are_kept_that_nothing_says(path: Path) -> None:
    assert [msgid for msgid in catalogue(path) if not said(msgid)] == []


@pytest.mark.parametrize("name", SCRIPTED)
def test_every_word_that_a_script_says_is_there(name: str) -> None:
    known = {msgid for path in (WEB / "locales" / "en").glob("*.po") for msgid in catalogue(path)}
    assert [word for word in sorted(SCRIPTED[name]) if f"js.{word}" not in known] == []
