"""An office whose passwords cost nothing to check, since most tests are not about how dear they are."""

from __future__ import annotations

from argon2 import PasswordHasher

from hearing.registry.accounts import Accounts
from hearing.registry.limits import Limits
from hearing.registry.office import Office

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def quick(office: Office) -> Office:
    office.docket.accounts = Accounts(office.store, office.keys, Limits(office.store), CHEAP)
    return office
