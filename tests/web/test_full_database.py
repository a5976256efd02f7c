"""The database has no room: whoever acts is told so in their language and stays, and nothing is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hearing import acts as a
from hearing import facts as f
from hearing.hearings import Phase
from tests.hearing.registry.room import NONE, PLENTY, Room
from tests.patience import PATIENCE_SECONDS
from tests.web.hall import hall_of, is_view, told
from tests.web.house import JUDGE_IIN
from tests.web.sittings import bench
from web.languages import Languages

WORDS = Languages.load().catalogues
TIMES = 40
"""So often somebody comes and goes: more than the last page of the journal holds."""


async def test_who_acts_is_told_and_stays_and_what_the_server_noted_is_written_later(tmp_path: Path) -> None:
    async with bench(tmp_path / "data", model=None) as held, hall_of(held) as hall:
        await held.ask("judge", "order_remote", order="№ 14 қаулы")
        sitting = await held.sitting()
        await held.until(lambda h: h.phase is Phase.LOBBY)
        seat = await held.house.seat(held.id, "suspect")
        counsel = await held.house.seat(held.id, "counsel")
        await held.ask("system", "arrive", seat=seat)
        long = {"act": "override_link", "seat": counsel, "reason": "Байланыс баяу. " * 1000}
        judge = await hall.visitor()
        await judge.sign_in(JUDGE_IIN)
        room = Room(held.registry.store)

        async def come_and_go() -> None:
            for _ in range(TIMES):
                await sitting.ask(a.NoteLoss(seat))
                await sitting.ask(a.Arrive(seat))

        async with hall.page(judge, "?lang=ru") as socket:
            await told(socket, is_view)
            room.pages = NONE
            noting = asyncio.create_task(come_and_go())
            await socket.send_json({"t": "act", "id": 1, **long})
            refused = await told(socket, lambda m: m["t"] == "refused")
            assert refused["rule"] == "database_full"
            assert refused["why"] == WORDS["ru"]["rule.database_full"]
            answer = await judge.call("POST", f"/hearings/{held.id}/acts?lang=ru", long)
            assert answer.status == 503
            assert answer.content_type == "application/problem+json"
            assert (await answer.json())["why"] == WORDS["ru"]["rule.database_full"]
            assert not (await held.now()).seats[counsel].link_overridden
            assert not noting.done()

            room.pages = PLENTY
            await socket.send_json({"t": "act", "id": 1, **long})
            assert (await told(socket, lambda m: m["t"] == "done"))["id"] == 1
            async with asyncio.timeout(PATIENCE_SECONDS):
                await noting
        facts = [entry.fact for entry in await held.registry.journal.read(held.id)]
        assert (await held.now()).seats[counsel].link_overridden
        assert sum(isinstance(fact, f.LineLost) for fact in facts) == TIMES
        assert sum(isinstance(fact, f.LineBack) for fact in facts) == TIMES
