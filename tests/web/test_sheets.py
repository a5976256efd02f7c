"""The sheets of the pages: nothing in them styles what no page has."""

from __future__ import annotations

import re

import pytest

from web.rendering import STATIC

SOURCES = "\n".join(
    path.read_text("utf-8") for kind in ("*.js", "*.html", "*.svg", "*.py") for path in STATIC.parent.rglob(kind)
)
WORDS = frozenset(re.findall(r"[A-Za-z][\w-]*", SOURCES))


def named(cls: str) -> bool:
    """Whether a page says this class, in one piece or with an ending that it puts behind a beginning."""
    beginnings = (cls[:at] for at in range(1, len(cls)))
    return cls in WORDS or any(f"{one}${{" in SOURCES or f"{one}{{{{" in SOURCES for one in beginnings)


@pytest.mark.parametrize("sheet", sorted(path.name for path in STATIC.glob("*.css")))
def test_every_class_of_a_sheet_is_one_that_some_page_has(sheet: str) -> None:
    text = re.sub(r"/\*.*?\*/", "", (STATIC / sheet).read_text("utf-8"), flags=re.DOTALL)
    selectors = " ".join(one for one in re.findall(r"([^{}]+)\{", text) if not one.strip().startswith("@"))
    assert [cls for cls in sorted(set(re.findall(r"\.([A-Za-z][\w-]*)", selectors))) if not named(cls)] == []


def test_every_sheet_that_a_page_loads_exists_and_every_sheet_is_loaded() -> None:
    loaded = set(re.findall(r'href="/static/(\w+\.css)"', SOURCES))
    assert loaded == {path.name for path in STATIC.glob("*.css")}
