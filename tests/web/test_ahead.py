"""A hearing's tapes are heard again while it goes on, and nobody sees any of it before the close."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np

from hearing.floor import Floor
from hearing.participants import HearingId, SeatId
from hearing.registry.utterances import UtteranceBook
from media.record.growing import MINUTE_NS
from tests.media.record.synthetic import START, Sender, opus, tape_it, voice
from tests.patience import PATIENCE_SECONDS
from tests.transcripts.voices import MODEL, OATH, silence, spoken
from tests.web.sittings import bench
from transcripts.settings import SpeechSettings
from transcripts.transcriber import Transcriber
from transcripts.utterances import RATE, RecordedTrack

SEAT = SeatId("s-before")
FLOOR = Floor(recorded_sound=frozenset({SEAT}))


class Telling(Transcriber):
    """A transcriber that tells how far it has come in each voice."""

    def __init__(self, book: UtteranceBook) -> None:
        super().__init__(SpeechSettings(str(MODEL), threads=1), book)
        self.came: asyncio.Queue[int] = asyncio.Queue()

    async def read_ahead(self, hearing: HearingId, tracks: Sequence[RecordedTrack]) -> dict[SeatId, int]:
        settled = await super().read_ahead(hearing, tracks)
        for track in tracks:
            self.came.put_nowait(settled[track.seat] - track.start_ns)
        return settled


async def test_what_is_whole_on_tape_is_heard_again_while_the_hearing_goes_on_and_seen_by_nobody(
    tmp_path: Path,
) -> None:
    said = np.concatenate([silence(10), spoken(("ru", OATH["ru"])), silence(120)])[: 115 * RATE]
    packets = opus((np.repeat(said, 48_000 // RATE) * 32_767).astype(np.int16))
    async with AsyncExitStack() as stack:
        held = await stack.enter_async_context(bench(tmp_path / "data", model=None))
        telling = Telling(held.court.book)
        await stack.enter_async_context(telling)
        held.court.transcriber, held.court.ahead_seconds = telling, 0.2
        key = await held.registry.keys.tapes((await held.now()).case)
        tape_it(held.court.tapes / held.id, voice(Sender(SEAT, "audio", 3), packets), [(START, FLOOR)], key=key)
        await held.ask("judge", "order_remote", order="order")
        await held.sitting()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await telling.came.get() < MINUTE_NS - 5_000_000_000:
                pass
        assert await held.court.book.lines(held.id) == []
        assert [line.text for line in await held.court.book.lines(held.id, 1)] == [OATH["ru"]]
