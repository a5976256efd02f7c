"""Who is signed in. The browser holds a random secret, the database only its hash; ending a session deletes a row.

A session belongs to an account, to a pass or to the observer link of one hearing, and opens nothing from the moment
when that is disabled, revoked or closed.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select

from hearing.participants import HearingId, PassId, PersonId
from hearing.registry import schema
from hearing.registry.keys import MasterKey
from hearing.registry.store import Store

SECRET_BYTES = 32
WORKING_DAY = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class Session:
    """``hearing`` is set for passes and observers, ``person`` for passes. ``csrf`` goes into this session's forms."""

    account: str | None
    pass_id: PassId | None
    person: PersonId | None
    hearing: HearingId | None
    observer: bool
    csrf: str
    opened_at: float
    expires_at: float

    def __repr__(self) -> str:
        return f"Session({self.account or self.pass_id or self.hearing})"


class Sessions:
    def __init__(self, store: Store, master: MasterKey) -> None:
        self._store = store
        self._master = master

    async def open(
        self,
        at: float,
        *,
        account: str | None = None,
        pass_id: PassId | None = None,
        observer: HearingId | None = None,
        lifetime: float = WORKING_DAY,
    ) -> tuple[str, Session]:
        """The cookie's secret and the session. Exactly one of account, pass and observer must be given."""
        if sum(owner is not None for owner in (account, pass_id, observer)) != 1:
            raise TypeError("a session belongs to one of account, pass and observer")
        secret = secrets.token_urlsafe(SECRET_BYTES)
        row = {
            "digest": _digest(secret),
            "account": account,
            "pass_id": pass_id,
            "observer": observer,
            "opened_at": at,
            "expires_at": at + lifetime,
        }
        async with self._store.writing() as connection:
            await connection.execute(insert(schema.sessions).values(**row))
        session = await self.find(secret, at)
        if session is None:
            raise ValueError("that account, pass or observer link opens no door")
        return secret, session

    async def find(self, secret: str, at: float) -> Session | None:
        """Whose session this is, if it still opens doors at ``at``."""
        sessions, accounts, passes, links = schema.sessions, schema.accounts, schema.passes, schema.observer_links
        query = (
            select(
                sessions,
                accounts.c.disabled,
                passes.c.person,
                passes.c.hearing.label("pass_hearing"),
                passes.c.revoked_at,
                passes.c.expires_at.label("pass_expires_at"),
                links.c.opened_at.label("link_opened_at"),
            )
            .outerjoin(accounts, accounts.c.id == sessions.c.account)
            .outerjoin(passes, passes.c.id == sessions.c.pass_id)
            .outerjoin(links, links.c.hearing == sessions.c.observer)
            .where(sessions.c.digest == _digest(secret), sessions.c.expires_at > at)
        )
        async with self._store.reading() as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        shut = (
            (row.account is not None and row.disabled)
            or (row.pass_id is not None and (row.revoked_at is not None or row.pass_expires_at <= at))
            or (row.observer is not None and row.link_opened_at is None)
        )
        if shut:
            return None
        hearing = row.pass_hearing or row.observer
        return Session(
            account=row.account,
            pass_id=PassId(row.pass_id) if row.pass_id else None,
            person=PersonId(row.person) if row.person else None,
            hearing=HearingId(hearing) if hearing else None,
            observer=row.observer is not None,
            csrf=self._master.lookup("csrf", secret),
            opened_at=row.opened_at,
            expires_at=min(row.expires_at, row.pass_expires_at or row.expires_at),
        )

    async def end(self, secret: str) -> None:
        await self._delete(schema.sessions.c.digest == _digest(secret))

    async def prune(self, at: float) -> None:
        """Forget what has expired."""
        await self._delete(schema.sessions.c.expires_at <= at)

    async def _delete(self, condition: Any) -> None:
        async with self._store.writing() as connection:
            await connection.execute(delete(schema.sessions).where(condition))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
