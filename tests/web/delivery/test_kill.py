"""SIGKILL between the sending and the mark: everything arrives, and nothing counts twice."""

from __future__ import annotations

import asyncio
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from hearing.participants import HearingId
from hearing.registry.outbox import Delivery
from tests.web.delivery.dying_child import KEY
from tests.web.delivery.receivers import Receiver, receiving
from tests.web.delivery.s3 import objects, s3_server
from tests.web.house import House
from tests.web.prepared import FILM

ROOT = Path(__file__).parents[3]


async def child(data: Path, way: str, address: str, *die: str) -> int:
    command = (sys.executable, "-m", "tests.web.delivery.dying_child", str(data), way, address, *die)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    async with asyncio.timeout(120):
        return await process.wait()


def took_away(folder: Path, to: Path) -> None:
    """The receiver empties the exchange folder, as it does all day long."""
    for parcel in [path for path in folder.iterdir() if not path.name.startswith(".")]:
        assert not (to / parcel.name).exists(), "the same parcel came twice"
        parcel.rename(to / parcel.name)


@pytest.mark.parametrize("way", ["folder", "webhook", "s3"])
async def test_whoever_is_killed_between_sending_and_mark_loses_and_doubles_nothing(
    way: str, house: House, held: HearingId, tmp_path: Path
) -> None:
    exchange, taken = tmp_path / "exchange", tmp_path / "taken"
    exchange.mkdir()
    taken.mkdir()
    async with AsyncExitStack() as stack:
        receiver: Receiver | None = None
        address = str(exchange)
        if way == "webhook":
            receiver = await stack.enter_async_context(receiving(KEY))
            address = receiver.url
        if way == "s3":
            address = stack.enter_context(s3_server("rulings"))
        assert await child(tmp_path / "data", way, address, "die") == -9
        took_away(exchange, taken)
        waiting = [one for one in await house.registry.docket.outbox.of(held) if one.state is Delivery.WAITING]
        assert len(waiting) == 2, "nothing was marked"
        assert [one.attempts for one in waiting] in ([0, 1], [1, 0])
        assert await child(tmp_path / "data", way, address) == 0
        took_away(exchange, taken)
        contents = [path.read_bytes() for path in taken.glob("*/*.web*")]
        if receiver is not None:
            assert len(receiver.requests) == 3
            contents = list(receiver.taken.values())
        if way == "s3":
            contents = [found for name, found in objects(address, "rulings").items() if not name.endswith(".json")]
    assert contents == [FILM, FILM]
    assert {one.state for one in await house.registry.docket.outbox.of(held)} == {Delivery.DELIVERED}
