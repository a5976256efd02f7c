"""A database whose file may not grow any more, until there is room again: the limit is SQLite's own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from hearing.registry.store import Store

NONE, PLENTY = 1, 1_000_000
"""In pages. SQLite takes no less than what the file already has."""


class Room:
    def __init__(self, store: Store) -> None:
        self.pages = PLENTY
        event.listen(store._engine.sync_engine, "checkout", self._limit)

    def _limit(self, connection: Any, *_: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count = {self.pages}")
        cursor.close()
