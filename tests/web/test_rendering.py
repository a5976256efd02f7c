"""What a live page names at its head, so that the browser finds nothing out one after another."""

from __future__ import annotations

import re

import pytest

from web.rendering import STATIC, modules


@pytest.mark.parametrize("entry", ["sit.js", "watch.js"])
def test_every_module_that_a_page_needs_is_named_once_and_at_once(entry: str) -> None:
    named = modules(entry)
    assert len(set(named)) == len(named)
    assert named[0] == entry
    assert "page.js" in named
    for name in named:
        needed = re.findall(r'from "\./([^"]+)"', (STATIC / "js" / name).read_text("utf-8"))
        assert set(needed) <= set(named), name
