"""The office: one data folder and one database, opened together and closed together."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType

from sqlalchemy import URL, text

from hearing.registry.corrections import Corrections
from hearing.registry.docket import Docket
from hearing.registry.errors import KeyLost
from hearing.registry.journal import Journal
from hearing.registry.keys import MASTER_FILE, CaseKeys, MasterKey, is_claimed
from hearing.registry.leases import LeaseBook
from hearing.registry.seal import Seals
from hearing.registry.search import SearchIndex
from hearing.registry.shelf import Shelf
from hearing.registry.store import Pause, Store
from hearing.registry.utterances import KeysOfCases, UtteranceBook

DATABASE_FILE = "tyndau.db"
VAULT_FOLDER = "vault"
TAPES_FOLDER = "tapes"


class Office:
    """Journal, docket, words, keys and seals of one court."""

    def __init__(self, store: Store, keys: CaseKeys, seals: Seals, folder: Path, shelf: Shelf | None = None) -> None:
        self.folder = folder
        self.store = store
        self.keys = keys
        self.seals = seals
        self.journal = Journal(store)
        self.docket = Docket(store, keys, shelf or Shelf.on_disk(folder / VAULT_FOLDER))
        self.words = UtteranceBook(store, KeysOfCases(keys))
        self.leases = LeaseBook(store)
        self.search = SearchIndex(store, keys.master)
        self.corrections = Corrections(store, KeysOfCases(keys), self.words)

    @classmethod
    async def open(
        cls,
        folder: Path,
        url: str | None = None,
        master_key: Path | None = None,
        shelf: Shelf | None = None,
        pause: Pause | None = None,
    ) -> Office:
        """Open or set up. Without ``url`` the database is a SQLite file in ``folder``, where the master key lies too,
        and so do the sealed files without a ``shelf``.

        Raises ``KeyLost`` when a key is missing, or the master key is not the one this database was set up with.
        """
        local, file = _local(folder), master_key or folder / MASTER_FILE
        async with AsyncExitStack() as opened:
            store = await Store.open(url or local, pause)
            opened.push_async_callback(store.close)
            if not file.exists() and await is_claimed(store):
                raise KeyLost(f"the master key of this database is missing: put it back as {file}")
            keys = CaseKeys(store, MasterKey.open(file))
            await keys.claim_database()
            office = cls(store, keys, Seals.open(folder), folder, shelf)
            opened.pop_all()
        return office

    async def ping(self) -> None:
        """Ask the database for anything at all; raises what the database raises."""
        async with self.store.reading() as connection:
            await connection.execute(text("SELECT 1"))

    async def close(self) -> None:
        await self.journal.close()

    async def __aenter__(self) -> Office:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, wrong: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _local(folder: Path) -> str:
    """The address of the SQLite file in the data folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    return URL.create("sqlite+aiosqlite", database=str(folder / DATABASE_FILE)).render_as_string(hide_password=False)
