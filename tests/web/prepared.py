"""Houses that are ready: what nearly every test begins with is done once in a run, and each test gets a copy of it.

``HIRED`` has its tables, keys and accounts; in ``HELD`` a hearing has been held, recorded and transcribed besides.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from hearing import acts as a
from hearing.participants import SYSTEM, HearingId, PersonId
from hearing.registry.accounts import Account
from hearing.registry.office import Office as Registry
from tests.web.house import House
from web.asking import perform
from web.office import OATH_CLIP, RECORDING

FILM = bytes(range(256)) * 40


class Stage(Enum):
    HIRED = auto()
    HELD = auto()


@dataclass(frozen=True)
class Ready:
    """What is copied: a folder, and what the test's own objects know of it."""

    folder: Path
    at: float
    people: dict[str, PersonId]
    accounts: dict[str, Account]


class Prepared:
    """The folders of one run, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[Stage, Ready] = {}

    async def folder(self, stage: Stage, to: Path) -> Ready:
        """Copy what lies in a house of this stage."""
        if stage not in self._made:
            self._made[stage] = await _make(stage, self._folder / stage.name)
        made = self._made[stage]
        await asyncio.to_thread(shutil.copytree, made.folder, to, dirs_exist_ok=True)
        return made

    @asynccontextmanager
    async def house(self, stage: Stage, to: Path) -> AsyncIterator[House]:
        made = await self.folder(stage, to)
        async with await Registry.open(to / "data") as registry:
            yield House(registry, to, made.at, dict(made.people), dict(made.accounts))


async def _make(stage: Stage, folder: Path) -> Ready:
    async with await Registry.open(folder / "data") as registry:
        house = House(registry, folder)
        await house.hire()
        if stage is Stage.HELD:
            await hold(house)
        return Ready(folder, house.at, house.people, house.accounts)


async def hold(house: House) -> HearingId:
    """A hearing that was held, recorded and transcribed."""
    hearing = await house.list_sanction()
    await house.hold(hearing)
    await house.transcribe(hearing)
    await keep(house, hearing, RECORDING, "7585.webm", "video/webm")
    await keep(house, hearing, f"{OATH_CLIP}{house.people['witness']}", "oath.webm", "audio/webm")
    return hearing


async def keep(house: House, hearing: HearingId, kind: str, name: str, media_type: str, content: bytes = FILM) -> str:
    document = await house.registry.docket.documents.put(hearing, kind, name, content, media_type, house.at, "system")
    await perform(house.office, hearing, a.NoteFileSealed(kind, document.id, document.sha256, document.size), SYSTEM)
    return document.id
