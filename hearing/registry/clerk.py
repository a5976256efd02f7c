"""The clerk stands between the rules and the record: load, decide, append, and again when someone wrote first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from hearing.acts import Act
from hearing.evolve import evolve
from hearing.facts import Fact
from hearing.hearings import OVER, Hearing, Phase
from hearing.participants import Actor, HearingId
from hearing.registry.errors import NotFound, RegistryError
from hearing.registry.journal import GENESIS, Entry
from hearing.registry.office import Office
from hearing.registry.seal import Seal
from hearing.wrongs import Conflict, Impossible

Decide = Callable[[Hearing | None, Act, Actor, float], Sequence[Fact]]
MOST_TRIES = 20
MOST_KNOWN = 512
"""So many hearings stay folded in memory; the one that was asked for longest ago goes first and is folded anew."""
log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Folded:
    """A hearing as this process knows it, how far it has read, and the lock of whoever changes it."""

    hearing: Hearing | None = None
    version: int = 0
    digest: str = GENESIS
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Clerk:
    """One per process. ``decide`` is ``hearing.rules.decide`` with its edition filled in."""

    def __init__(self, office: Office, decide: Decide, most_known: int = MOST_KNOWN) -> None:
        self._office = office
        self._decide = decide
        self._most_known = most_known
        self._known: dict[HearingId, Folded] = {}

    async def perform(self, name: HearingId, act: Act, by: Actor, at: float) -> tuple[Hearing, list[Entry]]:
        """Decide the act and write its facts. Raises ``Refused``; the entries are on the disk when it returns."""
        known = self._at_hand(name)
        try:
            async with known.lock:
                return await self._perform(name, known, act, by, at)
        finally:
            if known.hearing is None:
                self._known.pop(name, None)

    async def _perform(
        self, name: HearingId, known: Folded, act: Act, by: Actor, at: float
    ) -> tuple[Hearing, list[Entry]]:
        for _ in range(MOST_TRIES):
            await self._catch_up(name, known)
            facts = self._decide(known.hearing, act, by, at)
            try:
                written = await self._office.journal.append(name, known.version, facts, by, at)
            except Conflict:
                continue
            _fold(known, written)
            if known.hearing is None:
                raise Impossible("an act without a hearing")
            if written:
                await self._settle(name, known)
            return known.hearing, written
        raise Impossible(f"the journal never stood still for {act.wire_name()}")

    async def load(self, name: HearingId) -> Hearing:
        """The hearing as its journal now stands. Raises ``NotFound``."""
        return (await self.standing(name))[0]

    async def version(self, name: HearingId) -> int:
        return (await self.standing(name))[1]

    async def standing(self, name: HearingId) -> tuple[Hearing, int]:
        """The hearing and the version at which it stands so: whoever follows from there misses nothing."""
        known = self._at_hand(name)
        async with known.lock:
            await self._catch_up(name, known)
        if known.hearing is None:
            self._known.pop(name, None)
            raise NotFound(name)
        return known.hearing, known.version

    def _at_hand(self, name: HearingId) -> Folded:
        """The hearing as it is known here; of the others, those that nobody has asked for longest are let go."""
        known = self._known[name] = self._known.pop(name) if name in self._known else Folded()
        for old in list(self._known)[: len(self._known) - self._most_known]:
            if old != name:
                self.forget(old)
        return known

    def __len__(self) -> int:
        """How many hearings are at hand."""
        return len(self._known)

    def forget(self, name: HearingId) -> None:
        """Let go of a hearing that nobody needs in memory; the next use folds it anew."""
        known = self._known.get(name)
        if known is not None and not known.lock.locked():
            del self._known[name]

    async def recover(self) -> list[HearingId]:
        """At the start: bring index and seals up to the journal. Returns the hearings that are not over.

        A damaged journal is left alone and logged; it must not keep the other hearings from being held.
        """
        index = await self._office.docket.hearings.versions()
        going_on: list[HearingId] = []
        for name in await self._office.journal.hearings():
            version, phase = index.get(name, (0, ""))
            try:
                if await self._recover_one(name, version, phase):
                    going_on.append(name)
            except (Impossible, RegistryError) as wrong:
                self.forget(name)
                log.critical("journal_damaged", hearing=name, why=str(wrong))
        return going_on

    async def _recover_one(self, name: HearingId, version: int, phase: str) -> bool:
        """Whether the hearing goes on."""
        if phase in OVER:
            head, digest = await self._office.journal.head(name)
            sealed = self._office.seals.read(name)
            right = sealed == Seal(name, head, digest) if phase == Phase.CLOSED else sealed is None
            if right and head == version:
                return False
        hearing = await self.load(name)
        await self._settle(name, self._known[name])
        if hearing.phase in OVER:
            self.forget(name)
        return hearing.phase not in OVER

    async def _catch_up(self, name: HearingId, known: Folded) -> None:
        _fold(known, await self._office.journal.read(name, known.version))

    async def _settle(self, name: HearingId, known: Folded) -> None:
        """What must follow every append: the index says the same, and a closed journal is sealed."""
        if known.hearing is None:
            return
        await self._office.docket.hearings.note(name, known.hearing, known.version)
        if known.hearing.phase is Phase.CLOSED:
            await self._reseal(name, Seal(name, known.version, known.digest))

    async def _reseal(self, name: HearingId, seal: Seal) -> None:
        """Sign how far the journal reaches now, unless it no longer holds what was sealed before."""
        before = self._office.seals.read(name)
        if before == seal:
            return
        if before is not None:
            since = await self._office.journal.stored(name, after=before.version - 1)
            if not since or since[0].digest != before.digest:
                raise Impossible(f"the journal of {name} was cut or changed after closing")
        await asyncio.to_thread(self._office.seals.write, seal)


def _fold(known: Folded, entries: Sequence[Entry]) -> None:
    hearing = known.hearing
    for entry in entries:
        if entry.previous != known.digest or entry.version != known.version + 1:
            raise Impossible(f"the journal of {entry.hearing} does not chain at version {entry.version}")
        hearing = evolve(hearing, entry.fact, entry.at)
        known.hearing, known.version, known.digest = hearing, entry.version, entry.digest
