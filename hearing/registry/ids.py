"""Ids: random, safe in a URL, never derived from a name, so that the journal can hold them for ever."""

from __future__ import annotations

import secrets

from hearing.participants import CaseId, HearingId, PassId, PersonId, SeatId

RANDOM_BYTES = 12


def new_case() -> CaseId:
    return CaseId(_new("c"))


def new_hearing() -> HearingId:
    return HearingId(_new("h"))


def new_person() -> PersonId:
    return PersonId(_new("p"))


def new_seat() -> SeatId:
    return SeatId(_new("s"))


def new_pass() -> PassId:
    return PassId(_new("x"))


def new_account() -> str:
    return _new("a")


def new_document() -> str:
    return _new("d")


def _new(kind: str) -> str:
    return f"{kind}-{secrets.token_urlsafe(RANDOM_BYTES)}"
