"""Fixtures of the pages' tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hearing.registry.office import Office as Registry
from tests.web.house import Browser, House, visiting


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with await Registry.open(tmp_path / "data") as registry:
        made = House(registry, tmp_path)
        await made.hire()
        yield made


@pytest.fixture
async def browser(house: House) -> AsyncIterator[Browser]:
    async with visiting(house) as found:
        yield found
