"""A door, a courtroom behind it, and two visitors who hear and see each other."""

from __future__ import annotations

import itertools
import shutil
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from hearing.floor import Floor
from hearing.participants import SeatId
from media.relay.courtroom import Courtroom
from media.relay.forwarder import Forwarder, choose
from media.wire.clock import MILLISECOND, now_ns
from media.wire.door import Door
from tests.media.visitor import Visitor

JUDGE, SUSPECT = SeatId("s-judge"), SeatId("s-suspect")
BOTH = {JUDGE: frozenset({SUSPECT}), SUSPECT: frozenset({JUDGE})}
TOGETHER = Floor(hears=BOTH, sees=BOTH, recorded_video=SUSPECT)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = await Door.open("127.0.0.1", 0, ["127.0.0.1"])
    yield door
    await door.close()


@pytest.fixture(scope="session")
def compiled() -> None:
    """The native backend is built once in a run, where there is a compiler."""
    if shutil.which("cc") is None:
        pytest.skip("no C compiler")
    subprocess.run([sys.executable, "-m", "media.relay.native.library"], check=True)


@pytest.fixture(params=["python", "native"])
def forwarder(request: pytest.FixtureRequest) -> Forwarder:
    """Both backends, for the same tests."""
    if request.param == "native":
        request.getfixturevalue("compiled")
    return choose(request.param)


@pytest.fixture
async def courtroom(door: Door, forwarder: Forwarder) -> AsyncIterator[Courtroom]:
    courtroom = Courtroom(door, forwarder=forwarder)
    yield courtroom
    await courtroom.close()


@pytest.fixture
async def swinging(forwarder: Forwarder) -> AsyncIterator[Courtroom]:
    """Its clock is read late now and then, as it is where the scheduler lets others go first."""
    late = itertools.cycle((0, 60 * MILLISECOND, 0, 0, 25 * MILLISECOND))
    door = await Door.open("127.0.0.1", 0, ["127.0.0.1"], clock=lambda: now_ns() - next(late))
    courtroom = Courtroom(door, forwarder=forwarder)
    yield courtroom
    await courtroom.close()
    await door.close()


@pytest.fixture
async def judge(courtroom: Courtroom) -> AsyncIterator[Visitor]:
    visitor = Visitor(courtroom, JUDGE)
    await visitor.enter()
    yield visitor
    await visitor.close()


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    """Somebody at the door whom nobody let in."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.bind(("127.0.0.1", 0))
    yield sock
    sock.close()


@pytest.fixture
async def suspect(courtroom: Courtroom, judge: Visitor) -> AsyncIterator[Visitor]:
    """Enters after the judge, who then learns of the new seat."""
    visitor = Visitor(courtroom, SUSPECT)
    await visitor.enter()
    await judge.offer()
    courtroom.apply(TOGETHER)
    yield visitor
    await visitor.close()
