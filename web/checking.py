"""What ``tyndau verify`` checks beyond the journal: the tapes and the transcript, each by whoever knows it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from hearing import facts as f
from hearing.evolve import fold
from hearing.participants import HearingId, Role, SeatId
from hearing.registry.errors import Damaged
from hearing.registry.office import Office as Registry
from hearing.registry.verify import Checks
from media.record.tape import TapeHead
from media.record.verify import verify_tapes
from transcripts.interpretation import tied
from transcripts.transcript import Status, digest


def checks(registry: Registry, tapes: Path) -> Checks:
    """The checks of this server's own tapes and book of utterances."""

    async def check_tapes(
        hearing: HearingId, heads: Mapping[str, f.TapeHead], key: bytes | None
    ) -> Sequence[tuple[str, str]]:
        named = [TapeHead(h.tape, h.seat, h.kind, h.part, h.head, h.bytes) for h in heads.values()]
        found = await asyncio.to_thread(verify_tapes, tapes / hearing, key, named)
        return [(f"{fault.tape} part {fault.part} byte {fault.offset}", fault.why) for fault in found]

    async def check_transcript(hearing: HearingId, version: int, upto: int | None) -> str | None:
        try:
            interpreters = await _interpreters(registry, hearing)
            if upto is None:
                return digest(tied(await registry.words.lines(hearing, version), interpreters))
            lines = await registry.corrections.lines(hearing, version, upto)
            return digest(tied(lines, interpreters), Status.APPROVED)
        except (Damaged, ValueError):
            return "damaged"

    return Checks(tapes=check_tapes, transcript=check_transcript)


async def _interpreters(registry: Registry, hearing: HearingId) -> set[SeatId]:
    """The seats whose lines are tied to what they interpret before the transcript is hashed."""
    held = fold([(entry.fact, entry.at) for entry in await registry.journal.read(hearing)])
    return {p.seat for p in held.with_role(Role.INTERPRETER)}
