"""State machines as data: a table ``STATE -> {Fact: STATE}`` per noun, and this one interpreter.

A missing key is an impossible fact. Where a fact itself names the state it returns to, the table holds the set of
states it may name.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from hearing.wrongs import Impossible

S = TypeVar("S", bound=StrEnum)

Table = Mapping[S, Mapping[type, "S | frozenset[S]"]]


def step(table: Table[S], state: S, fact: object) -> S:
    """Return the state after ``fact``.

    Raises ``Impossible`` when the table has no such transition: a bug of ours or a damaged record.
    """
    target = table[state].get(type(fact))
    if target is None:
        raise Impossible(f"{type(fact).__name__} in state {state.value}")
    if not isinstance(target, frozenset):
        return target
    named = getattr(fact, "back_to", None)
    if named not in target:
        raise Impossible(f"{type(fact).__name__} back to {named} from {state.value}")
    return next(s for s in target if s == named)


def moves(table: Table[S], fact_type: type) -> bool:
    """Whether this table knows the kind of fact at all."""
    return any(fact_type in row for row in table.values())
