"""Keys: one master key in a file, one data key per case wrapped by it, and what is derived from either.

Forgetting a case's key makes everything of that case unreadable at once and everywhere, backups of the files included:
that is how personal data can be erased although the journal can not.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from hearing.participants import CaseId
from hearing.registry import schema
from hearing.registry.errors import Damaged, Destroyed, KeyLost, NotFound
from hearing.registry.files import create_file
from hearing.registry.store import Store

KEY_BYTES = 32
NONCE_BYTES = 12
MASTER_FILE = "master.key"
_FINGERPRINT = select(schema.office.c.value).where(schema.office.c.name == "master key")


def derive(key: bytes, purpose: str) -> bytes:
    """A key for one purpose only; it tells nothing about the key it came from."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=b"tyndau " + purpose.encode()).derive(key)


def seal(key: bytes, plain: bytes, place: str) -> bytes:
    """Encrypt. ``place`` is bound in: the same bytes anywhere else will not open."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def unseal(key: bytes, sealed: bytes, place: str) -> bytes:
    """Decrypt what ``seal`` made. Raises ``Damaged`` when a single bit differs."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
    except (InvalidTag, ValueError) as wrong:
        raise Damaged(place) from wrong


def seal_fields(key: bytes, fields: Mapping[str, str | None], place: str) -> bytes:
    """Encrypt a row's personal fields together."""
    return seal(key, json.dumps(dict(fields), separators=(",", ":")).encode(), place)


def unseal_fields(key: bytes, sealed: bytes, place: str) -> dict[str, str | None]:
    fields: dict[str, str | None] = json.loads(unseal(key, sealed, place))
    return fields


@dataclass(frozen=True, slots=True, repr=False)
class CaseKey:
    """The data key of one case."""

    case: CaseId
    secret: bytes

    @property
    def fields(self) -> bytes:
        return derive(self.secret, "fields")

    @property
    def tapes(self) -> bytes:
        return derive(self.secret, "tapes")

    @property
    def documents(self) -> bytes:
        return derive(self.secret, "documents")

    def salted(self, text: str) -> str:
        """A hash of the text that nobody can guess back without this key."""
        return hmac.new(derive(self.secret, "salt"), text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


class MasterKey:
    """The office's own key."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) != KEY_BYTES:
            raise KeyLost("the master key file is damaged")
        self._secret = secret
        self.fields = derive(secret, "office fields")
        self._lookup = derive(secret, "lookup")
        self._wrapping = derive(secret, "wrapping")
        self.fingerprint = derive(secret, "fingerprint").hex()

    @classmethod
    def open(cls, path: Path) -> MasterKey:
        """Read the key file, or make it at the first start."""
        if not path.exists():
            return cls(create_file(path, secrets.token_bytes(KEY_BYTES)))
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise KeyLost(f"others can read the master key; type: chmod 600 {path}")
        return cls(path.read_bytes())

    def derive(self, purpose: str) -> bytes:
        return derive(self._secret, purpose)

    def lookup(self, purpose: str, *parts: str) -> str:
        """A keyed hash by which a row can be found, but its number not be guessed."""
        said = "\x1f".join((purpose, *parts)).encode("utf-8", "surrogatepass")
        return hmac.new(self._lookup, said, hashlib.sha256).hexdigest()

    def wrap(self, case: CaseKey) -> bytes:
        return seal(self._wrapping, case.secret, f"case key {case.case}")

    def unwrap(self, case: CaseId, wrapped: bytes) -> CaseKey:
        return CaseKey(case, unseal(self._wrapping, wrapped, f"case key {case}"))


async def is_claimed(store: Store) -> bool:
    """Whether this database belongs to a master key already."""
    async with store.reading() as connection:
        return await connection.scalar(_FINGERPRINT) is not None


class CaseKeys:
    """The data keys of the cases. Never cached: a destroyed key is gone for the next reader."""

    def __init__(self, store: Store, master: MasterKey) -> None:
        self._store = store
        self.master = master

    def create(self, case: CaseId) -> tuple[CaseKey, bytes]:
        """A new key, and the same wrapped for the case's row."""
        key = CaseKey(case, secrets.token_bytes(KEY_BYTES))
        return key, self.master.wrap(key)

    async def of(self, case: CaseId) -> CaseKey:
        async with self._store.reading() as connection:
            return await self.read(connection, case)

    async def tapes(self, case: CaseId) -> bytes:
        """The key of this case's tapes: 32 bytes for the recorder."""
        return (await self.of(case)).tapes

    async def read(self, connection: AsyncConnection, case: CaseId) -> CaseKey:
        """The key, inside the caller's transaction. Raises ``NotFound`` or ``Destroyed``."""
        query = select(schema.cases.c.wrapped_key).where(schema.cases.c.id == case)
        row = (await connection.execute(query)).first()
        if row is None:
            raise NotFound(case)
        if row.wrapped_key is None:
            raise Destroyed(case)
        return self.master.unwrap(case, row.wrapped_key)

    async def read_many(self, connection: AsyncConnection, cases: Iterable[str]) -> dict[str, CaseKey]:
        """The keys that still exist, by case."""
        table = schema.cases
        query = select(table.c.id, table.c.wrapped_key).where(table.c.id.in_(sorted(set(cases))))
        rows = await connection.execute(query.where(table.c.wrapped_key.is_not(None)))
        return {row.id: self.master.unwrap(CaseId(row.id), row.wrapped_key) for row in rows}

    async def destroy(self, case: CaseId, at: float) -> None:
        """Forget the key, and everything by which the case's people could still be looked up."""
        cases, persons = schema.cases, schema.persons
        async with self._store.writing() as connection:
            known = await connection.scalar(select(cases.c.id).where(cases.c.id == case))
            if known is None:
                raise NotFound(case)
            await connection.execute(
                update(cases)
                .where(cases.c.id == case, cases.c.wrapped_key.is_not(None))
                .values(wrapped_key=None, number_digest=None, destroyed_at=at)
            )
            await connection.execute(
                update(persons).where(persons.c.case == case).values(iin_digest=None, account=None)
            )
        await self._store.forget_deleted()

    async def claim_database(self) -> None:
        """Tie the database to this master key at the first start; refuse to work with another key later."""
        office = schema.office
        value = {"name": "master key", "value": self.master.fingerprint}
        async with self._store.writing() as connection:
            await self._store.insert_or_keep(connection, office, value)
            known = await connection.scalar(_FINGERPRINT)
        if known != self.master.fingerprint:
            raise KeyLost("this database belongs to another master key: put the right master.key into the data folder")
