"""Fixtures of the pages' tests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hearing.participants import HearingId
from tests.web.house import Browser, House, visiting
from tests.web.prepared import Prepared, Stage


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return Prepared(tmp_path_factory.mktemp("prepared"))


@pytest.fixture
async def house(request: pytest.FixtureRequest, prepared: Prepared, tmp_path: Path) -> AsyncIterator[House]:
    """A house with a judge and a secretary, and with the held hearing where the test asks for that."""
    stage = Stage.HELD if "held" in request.fixturenames else Stage.HIRED
    async with prepared.house(stage, tmp_path) as made:
        yield made


@pytest.fixture
async def held(house: House) -> HearingId:
    """A hearing that was held, recorded and transcribed."""
    [found] = await house.registry.journal.hearings()
    return found


@pytest.fixture
async def browser(house: House) -> AsyncIterator[Browser]:
    async with visiting(house) as found:
        yield found
