"""One event loop for the tests that share a browser, since a browser belongs to the loop that it came up in."""

from __future__ import annotations

from functools import partial
from inspect import iscoroutinefunction

import pytest
import pytest_asyncio

SCOPE = "session"
fixture = partial(pytest_asyncio.fixture, loop_scope=SCOPE)


def in_the_shared_loop(item: pytest.Item) -> None:
    if isinstance(item, pytest.Function) and iscoroutinefunction(item.obj):
        item.add_marker(pytest.mark.asyncio(loop_scope=SCOPE), append=False)
