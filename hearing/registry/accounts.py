"""Accounts of people who sign in with IIN and password.

An unknown IIN costs the same time and gives the same answer as a wrong password. Wrong guesses are limited for the pair
of IIN and network, for the IIN and for the network.
"""

from __future__ import annotations

import asyncio
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Row, select, update
from sqlalchemy.exc import IntegrityError

from hearing import cases as numbers
from hearing.registry import schema
from hearing.registry.errors import NotFound, Taken, WrongCredentials
from hearing.registry.ids import new_account
from hearing.registry.keys import CaseKeys, seal_fields, unseal_fields
from hearing.registry.limits import Limits, network_of
from hearing.registry.store import Store
from hearing.wrongs import Refused

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 512
PAIR_LIMIT = 5
IIN_LIMIT = 50
NETWORK_LIMIT = 100
HASHES_AT_ONCE = 2
LANGUAGES = frozenset({"kk", "ru", "en"})


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    iin: str
    name: str
    roles: frozenset[str]
    language: str
    disabled: bool
    created_at: float

    def __repr__(self) -> str:
        return f"Account({self.id})"


class Accounts:
    def __init__(self, store: Store, keys: CaseKeys, limits: Limits, hasher: PasswordHasher | None = None) -> None:
        self._store = store
        self._master = keys.master
        self._limits = limits
        self._hasher = hasher or PasswordHasher()
        self._nobody: str | None = None
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)

    async def create(
        self, iin: str, password: str, name: str, roles: Iterable[str], at: float, language: str = "kk"
    ) -> Account:
        """A new account. Raises ``WrongNumber``, ``Refused`` (password) or ``Taken``."""
        known = frozenset(str(role) for role in roles)
        account = Account(new_account(), numbers.iin(iin), " ".join(name.split()), known, language, False, at)
        row = {**self._row(account), "password": await self._hash(_fit(password, account.iin))}
        try:
            async with self._store.writing() as connection:
                await connection.execute(schema.accounts.insert().values(**row))
        except IntegrityError as wrong:
            raise Taken("iin") from wrong
        return account

    async def get(self, account: str) -> Account:
        found = await self._find(schema.accounts.c.id == account)
        if found is None:
            raise NotFound(account)
        return self._account(found)

    async def by_iin(self, iin: str) -> Account | None:
        found = await self._find(schema.accounts.c.iin_digest == self._digest(numbers.iin(iin)))
        return self._account(found) if found else None

    async def list(self) -> list[Account]:
        """Everyone, in the order of their names."""
        async with self._store.reading() as connection:
            rows = await connection.execute(select(schema.accounts))
            return sorted((self._account(row) for row in rows), key=lambda account: (account.name, account.id))

    async def change(
        self,
        account: str,
        *,
        name: str | None = None,
        roles: Iterable[str] | None = None,
        language: str | None = None,
        disabled: bool | None = None,
    ) -> Account:
        """Correct what is given. A disabled account's sessions stop opening doors at once."""
        old = await self.get(account)
        new = Account(
            old.id,
            old.iin,
            old.name if name is None else " ".join(name.split()),
            old.roles if roles is None else frozenset(str(role) for role in roles),
            old.language if language is None else language,
            old.disabled if disabled is None else disabled,
            old.created_at,
        )
        await self._update(account, **self._row(new))
        return new

    async def set_password(self, account: str, password: str) -> None:
        """Give a new password and end every session that the old one opened."""
        known = await self.get(account)
        hashed = await self._hash(_fit(password, known.iin))
        sessions = schema.sessions
        async with self._store.writing() as connection:
            await connection.execute(
                update(schema.accounts).where(schema.accounts.c.id == account).values(password=hashed)
            )
            await connection.execute(sessions.delete().where(sessions.c.account == account))

    async def sign_in(self, iin: str, password: str, source: str, at: float) -> Account:
        """Who this is. Raises ``WrongCredentials`` or ``TooManyAttempts``; both look alike for known and unknown."""
        number = "".join(iin.split())
        network = network_of(source)
        pair = self._master.lookup("sign-in pair", number, network)
        claimed = await self._limits.claim(
            {
                pair: PAIR_LIMIT,
                self._master.lookup("sign-in iin", number): IIN_LIMIT,
                self._master.lookup("sign-in network", network): NETWORK_LIMIT,
            },
            at,
        )
        nobody = await self._nobodys_hash()
        row = await self._find(schema.accounts.c.iin_digest == self._digest(number))
        fits = await self._verify(row.password if row else nobody, password)
        if row is None or row.disabled or not fits:
            raise WrongCredentials
        await self._limits.forgive(claimed, pair)
        if self._hasher.check_needs_rehash(row.password):
            await self._update(row.id, password=await self._hash(_normal(password)))
        return self._account(row)

    async def _find(self, condition: Any) -> Row[Any] | None:
        async with self._store.reading() as connection:
            return (await connection.execute(select(schema.accounts).where(condition))).first()

    async def _update(self, account: str, **values: Any) -> None:
        async with self._store.writing() as connection:
            await connection.execute(update(schema.accounts).where(schema.accounts.c.id == account).values(**values))

    async def _hash(self, password: str) -> str:
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def _nobodys_hash(self) -> str:
        """What an unknown account's password is compared with."""
        if self._nobody is None:
            self._nobody = await self._hash(self._master.lookup("nobody"))
        return self._nobody

    async def _verify(self, hashed: str, password: str) -> bool:
        async with self._hashing:
            try:
                return await asyncio.to_thread(self._hasher.verify, hashed, _normal(password[:LONGEST_PASSWORD]))
            except (VerificationError, InvalidHashError):
                return False

    def _digest(self, iin: str) -> str:
        return self._master.lookup("iin", iin)

    def _row(self, account: Account) -> dict[str, Any]:
        said = {"iin": account.iin, "name": account.name}
        if account.language not in LANGUAGES:
            raise Refused("language_unknown", field="language")
        return {
            "id": account.id,
            "iin_digest": self._digest(account.iin),
            "sealed": seal_fields(self._master.fields, said, f"account {account.id}"),
            "roles": json.dumps(sorted(account.roles)),
            "language": account.language,
            "disabled": account.disabled,
            "created_at": account.created_at,
        }

    def _account(self, row: Row[Any]) -> Account:
        said = unseal_fields(self._master.fields, row.sealed, f"account {row.id}")
        roles = frozenset(json.loads(row.roles))
        return Account(row.id, said["iin"] or "", said["name"] or "", roles, row.language, row.disabled, row.created_at)


def _fit(password: str, iin: str) -> str:
    """The password as it is hashed, if it may be one."""
    normal = _normal(password)
    if len(normal) < SHORTEST_PASSWORD:
        raise Refused("password_short", field="password", shortest=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise Refused("password_long", field="password", longest=LONGEST_PASSWORD)
    if iin in normal or len(set(normal)) < 4:
        raise Refused("password_easy", field="password")
    return normal


def _normal(password: str) -> str:
    """One spelling for what looks the same on different keyboards."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "replace").decode()
