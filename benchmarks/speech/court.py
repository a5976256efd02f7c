"""A transcriber with a book of its own, as the benchmarks need it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from hearing.participants import HearingId
from hearing.registry.store import Store
from hearing.registry.utterances import UtteranceBook
from tests.transcripts.voices import MODEL
from transcripts.settings import Condition, SpeechSettings
from transcripts.transcriber import Transcriber
from transcripts.windows import Windows

HEARING = HearingId("h-bench")
WORKER = "benchmarks.speech.shapes"


class OneKey:
    async def of_hearing(self, db: AsyncConnection, hearing: HearingId) -> bytes:
        return bytes(32)


@asynccontextmanager
async def listening(
    folder: Path, worker: str = "transcripts.worker", windows: Windows = Windows.WHOLE
) -> AsyncIterator[tuple[Transcriber, UtteranceBook]]:
    """A transcriber that is ready, over an empty book in ``folder``."""
    file = folder / "book.db"
    file.unlink(missing_ok=True)
    store = await Store.open(f"sqlite+aiosqlite:///{file}")
    try:
        book = UtteranceBook(store, OneKey())
        async with Transcriber(SpeechSettings(str(MODEL), windows=windows), book, worker=worker) as transcriber:
            await transcriber.until(Condition.READY)
            yield transcriber, book
    finally:
        await store.close()
