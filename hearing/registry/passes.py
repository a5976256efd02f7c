"""Passes: one person's right to enter one hearing, as a long secret in a link or a short code to type.

Both are shown once and stored as keyed hashes. The long secret cannot be guessed; guesses at the short code are
counted.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from hearing.participants import HearingId, PassId, PersonId
from hearing.registry import schema
from hearing.registry.errors import NotFound, PassRefused
from hearing.registry.ids import new_pass
from hearing.registry.keys import MasterKey
from hearing.registry.limits import Limits, network_of
from hearing.registry.store import Store

SECRET_BYTES = 24
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O: nothing that is read or typed as something else."""
CODE_LENGTH = 8
CODE_LIMIT = 10
CODE_LIMIT_EVERYWHERE = 2000
UNSENT = "unsent"


@dataclass(frozen=True, slots=True)
class Pass:
    id: PassId
    hearing: HearingId
    person: PersonId
    issued_at: float
    expires_at: float
    revoked_at: float | None = None
    delivery: str = UNSENT
    channel: str | None = None
    delivered_at: float | None = None
    last_used_at: float | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Issued:
    """A new pass with what only its holder may know. Never store or log this."""

    pass_: Pass
    secret: str
    code: str


class Passes:
    def __init__(self, store: Store, master: MasterKey, limits: Limits) -> None:
        self._store = store
        self._master = master
        self._limits = limits

    async def issue(
        self, hearing: HearingId, person: PersonId, at: float, expires_at: float, pass_id: PassId | None = None
    ) -> Issued:
        """A new pass. Older ones of the same person stay valid until they are revoked."""
        issued = Pass(pass_id or new_pass(), hearing, person, at, expires_at)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
        row = {
            "id": issued.id,
            "hearing": hearing,
            "person": person,
            "secret_digest": self._master.lookup("pass", secret),
            "code_digest": self._master.lookup("pass code", code),
            "issued_at": at,
            "expires_at": expires_at,
            "delivery": UNSENT,
        }
        try:
            async with self._store.writing() as connection:
                await connection.execute(insert(schema.passes).values(**row))
        except IntegrityError:
            if pass_id is not None and await self._find(schema.passes.c.id == pass_id):
                raise
            return await self.issue(hearing, person, at, expires_at, pass_id)
        return Issued(issued, secret, code)

    async def exchange(self, secret: str, at: float) -> Pass:
        """The pass behind a link's secret. Raises ``PassRefused``."""
        row = await self._find(schema.passes.c.secret_digest == self._master.lookup("pass", secret))
        return await self._use(row, at)

    async def exchange_code(self, code: str, source: str, at: float) -> Pass:
        """The pass behind a short code, however it was typed. Raises ``PassRefused`` or ``TooManyAttempts``."""
        typed = "".join(sign for sign in code.upper() if sign.isalnum())
        buckets = {
            self._master.lookup("code network", network_of(source)): CODE_LIMIT,
            self._master.lookup("code everywhere"): CODE_LIMIT_EVERYWHERE,
        }
        claimed = await self._limits.claim(buckets, at)
        row = await self._find(schema.passes.c.code_digest == self._master.lookup("pass code", typed))
        if row is not None:
            await self._limits.forgive(claimed)
        return await self._use(row, at)

    async def get(self, pass_id: PassId) -> Pass:
        row = await self._find(schema.passes.c.id == pass_id)
        if row is None:
            raise NotFound(pass_id)
        return _pass(row)

    async def of(self, hearing: HearingId) -> list[Pass]:
        """All passes ever issued for the hearing, oldest first."""
        table = schema.passes
        query = select(table).where(table.c.hearing == hearing).order_by(table.c.issued_at, table.c.id)
        async with self._store.reading() as connection:
            return [_pass(row) for row in await connection.execute(query)]

    async def revoke(self, pass_id: PassId, at: float) -> None:
        """Shut the door: the pass and every session it opened."""
        table, sessions = schema.passes, schema.sessions
        async with self._store.writing() as connection:
            await connection.execute(
                update(table).where(table.c.id == pass_id, table.c.revoked_at.is_(None)).values(revoked_at=at)
            )
            await connection.execute(delete(sessions).where(sessions.c.pass_id == pass_id))

    async def extend(self, pass_id: PassId, expires_at: float) -> None:
        """For as long as the judge allows."""
        await self._update(pass_id, expires_at=expires_at)

    async def note_delivery(self, pass_id: PassId, channel: str, state: str, at: float) -> None:
        """How far the message with this pass has come."""
        await self._update(pass_id, channel=channel, delivery=state, delivered_at=at)

    async def _use(self, row: Row[Any] | None, at: float) -> Pass:
        if row is None:
            raise PassRefused("unknown")
        if row.revoked_at is not None:
            raise PassRefused("revoked")
        if row.expires_at <= at:
            raise PassRefused("expired")
        await self._update(PassId(row.id), last_used_at=at)
        return await self.get(PassId(row.id))

    async def _find(self, condition: ColumnElement[bool]) -> Row[Any] | None:
        async with self._store.reading() as connection:
            return (await connection.execute(select(schema.passes).where(condition))).first()

    async def _update(self, pass_id: PassId, **values: Any) -> None:
        async with self._store.writing() as connection:
            await connection.execute(update(schema.passes).where(schema.passes.c.id == pass_id).values(**values))


def _pass(row: Row[Any]) -> Pass:
    return Pass(
        PassId(row.id),
        HearingId(row.hearing),
        PersonId(row.person),
        row.issued_at,
        row.expires_at,
        row.revoked_at,
        row.delivery,
        row.channel,
        row.delivered_at,
        row.last_used_at,
    )
