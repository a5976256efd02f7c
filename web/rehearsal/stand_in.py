"""The judge and the secretary, played while only one of them is a person.

A stand-in acts when a person has taken the other one's seat, and goes when a person takes its own. It walks the way
that the server offers: the first thing of its list that is offered and ready, with the pause a person would make.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from web.rehearsal.player import Offer, Player, View

OTHER = {"investigating_judge": "court_secretary", "court_secretary": "investigating_judge"}
REASONS = "Жаттығу: күзетпен ұстауға негіз жеткіліксіз."
SUMMARY = "Жаттығу: үзілген сөз қайталанды."
PRIVATE_SECONDS = 15.0
OATH_SECONDS = 25.0


@dataclass(frozen=True, slots=True)
class Wish:
    """An act that a stand-in asks when it is offered: after so many seconds, with these fields."""

    act: str
    pause: float = 2.0
    fields: Mapping[str, object] = field(default_factory=dict)
    fixed: Mapping[str, object] = field(default_factory=dict)


class StandIn(Player):
    """A player of the court. ``taken`` holds the roles whose seats persons have taken."""

    def __init__(self, *given: Any, taken: set[str]) -> None:
        super().__init__(*given)
        self._taken = taken

    async def play(self) -> None:
        acting = asyncio.create_task(self._act())
        try:
            await super().play()
        finally:
            self._taken.add(self.role)
            acting.cancel()
            await asyncio.gather(acting, return_exceptions=True)

    async def _act(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            if OTHER[self.role] not in self._taken or self.view is None:
                continue
            found = self._next(self.view)
            if found is None:
                continue
            await asyncio.sleep(found.pause)
            await self.voice.quiet()
            offer = self.offer(found.act, **found.fixed)
            if offer is not None and self._next(self.view) == found:
                await self.ask(offer, **found.fields)
                await asyncio.sleep(1.0)

    def _next(self, view: View) -> Wish | None:
        wishes = _judge(view) if self.role == "investigating_judge" else _secretary(view)
        return next((wish for wish in wishes if self.offer(wish.act, **wish.fixed) is not None), None)


def _secretary(view: View) -> Iterator[Wish]:
    if view["hearing"]["court_camera"] is None:
        yield Wish("name_court_camera")
    yield Wish("give_help", 4.0)
    yield Wish("confirm_identity")
    yield Wish("admit")
    yield Wish("start_recording")
    yield Wish("resume_recording")
    yield Wish("note_ruling_delivered", 1.0)


def _judge(view: View) -> Iterator[Wish]:
    hearing = view["hearing"]
    people: list[Offer] = hearing["people"]
    witnesses = [p for p in people if p["witness"]]
    parties = [p for p in people if not p["witness"]]
    yield Wish("order_check")
    if hearing["recording"]["state"] == "failed":
        yield Wish("start_recording", 6.0)
    yield Wish("resume_after_loss", 4.0)
    yield Wish("repair_gap", 4.0, {"summary": SUMMARY})
    yield Wish("end_private_talk", PRIVATE_SECONDS)
    yield Wish("end_recess", 20.0)
    if all(p["attendance"] == "admitted" for p in parties):
        yield Wish("announce_opening", 5.0)
    if hearing["phase"] == "open" and any(p["talk_asked"] for p in people):
        yield Wish("begin_private_talk", 6.0)
    yield from _oath(hearing["oath"])
    if any(row["step"] == "others_heard" and row["state"] == "now" for row in hearing["script"]):
        waiting = [p for p in witnesses if p["attendance"] == "waiting" and p["testimony_at"] is None]
        yield from (Wish("call_witness", 4.0, fixed={"person": p["person"]}) for p in waiting)
        yield Wish("release_witness", 9.0)
    yield Wish("take_step", 9.0)
    yield Wish("retire", 6.0)
    if hearing["decision"] is None:
        yield Wish("decide", 6.0, {"reasons": REASONS}, {"outcome": "refusal"})
    yield Wish("return_from_deliberation", 3.0)
    yield Wish("announce_decision", 4.0)
    yield Wish("note_ruling_delivered", 1.0)
    yield Wish("close_hearing", 8.0)


def _oath(oath: Mapping[str, Any] | None) -> Iterator[Wish]:
    yield Wish("warn_witness", 4.0)
    yield Wish("show_oath", 4.0)
    heard = oath is not None and oath["verdict"] is not None
    yield Wish("accept_oath", 4.0 if heard else OATH_SECONDS)
    yield Wish("begin_testimony", 3.0)
