"""Real pages before a court that sits in this process: some people come in Chromium, the others as plain visitors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from hearing.participants import Actor, PersonId, Role
from tests.browser.company import Company, Guest
from tests.web.serving import served
from tests.web.sittings import Bench
from web.desk import add_participant


@dataclass(frozen=True)
class Doors:
    """Where this court is reached."""

    url: str


@asynccontextmanager
async def doors_of(held: Bench) -> AsyncIterator[Doors]:
    """The pages, the API and the socket of this court."""
    async with served(held.app()) as origin:
        object.__setattr__(held.house.office, "origin", origin)
        yield Doors(origin)


async def add(held: Bench, name: str, role: Role, language: str) -> None:
    clerk = Actor(PersonId("a-test"), Role.COURT_SECRETARY)
    fields: dict[str, Any] = {"name": f"Сынақ {name}", "role": role, "place": "elsewhere", "language": language}
    held.house.people[name] = await add_participant(held.house.office, clerk, held.id, fields)


async def guest(held: Bench, company: Company, name: str, language: str) -> Guest:
    """Somebody whose devices and line were tested opens their page."""
    await held.house.prepare(held.id, name)
    return await company.party(name, (await held.house.pass_for(held.id, name)).link, language)
