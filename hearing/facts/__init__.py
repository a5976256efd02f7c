"""What happened. Frozen values that go into the journal and are never changed.

The test for "is it a fact?": would a judge want it in the minutes? A fact holds ids, numbers, codes and salted hashes,
never a name, an IIN, a contact or free text. The instant lies in the journal's entry, not in the fact.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from hearing.facts.base import Fact as Fact
from hearing.facts.link import *
from hearing.facts.listing import *
from hearing.facts.lobby import *
from hearing.facts.record import *
from hearing.facts.retention import *
from hearing.facts.ruling import *
from hearing.facts.session import *
from hearing.facts.sharing import *
from hearing.facts.witness import *
from hearing.wrongs import Impossible

FACTS: dict[str, type[Fact]] = {c.__name__: c for c in Fact.__subclasses__()}


def to_json(fact: Fact) -> dict[str, Any]:
    """The fact as plain JSON: its name under ``fact`` and its fields."""
    values = {
        field.name: list(value) if isinstance(value := getattr(fact, field.name), tuple) else value
        for field in dataclasses.fields(fact)  # type: ignore[arg-type]
    }
    return {"fact": type(fact).__name__, **values}


def from_json(data: dict[str, Any]) -> Fact:
    """The fact that ``to_json`` wrote. Raises ``Impossible`` for a name or field that no fact has."""
    kind = FACTS.get(str(data.get("fact")))
    if kind is None:
        raise Impossible(f"unknown fact {data.get('fact')!r}")
    hints = _hints(kind)
    fields = {key: value for key, value in data.items() if key != "fact"}
    if set(fields) != set(hints):
        raise Impossible(f"fields of {kind.__name__}: {sorted(set(fields) ^ set(hints))}")
    return kind(**{key: tuple(v) if isinstance(v, list) else v for key, v in fields.items()})


def _hints(kind: type[Fact]) -> dict[str, Any]:
    return {field.name: field.type for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
