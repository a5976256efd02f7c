"""What may be asked. An act is a wish: the rules decide whether it becomes facts.

On the wire an act is its class name in snake case with these fields. ``parse`` checks types only; what the law thinks
of the values is the rules' affair. Free text never travels in an act: the doors deposit it in the docket first and put
its ``TextRef`` here.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from typing import Any, get_args, get_origin

from hearing.acts.base import Act as Act
from hearing.acts.link import *
from hearing.acts.listing import *
from hearing.acts.lobby import *
from hearing.acts.record import *
from hearing.acts.retention import *
from hearing.acts.ruling import *
from hearing.acts.session import *
from hearing.acts.sharing import *
from hearing.acts.witness import *
from hearing.participants import TextRef
from hearing.wrongs import Malformed, Refused

ACTS: dict[str, type[Act]] = {c.wire_name(): c for c in Act.__subclasses__()}


def text_fields(act: str) -> tuple[str, ...]:
    """The fields of an act that hold a ``TextRef``: what people type there goes into the docket first."""
    kind = ACTS.get(act)
    if kind is None:
        raise Malformed(f"unknown act {act!r}")
    return tuple(name for name, hint in _hints(kind).items() if TextRef in (hint, *get_args(hint)))


def parse(act: str, fields: dict[str, Any]) -> Act:
    """The act that a client asks.

    Raises ``Malformed`` for a name or field that no act has, ``Refused`` (rule "field_missing" or "field_type",
    with the field) for a value that is absent or of another type.
    """
    kind = ACTS.get(act)
    if kind is None:
        raise Malformed(f"unknown act {act!r}")
    hints = _hints(kind)
    if unknown := set(fields) - set(hints):
        raise Malformed(f"{act} has no field {sorted(unknown)}")
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if field.name in fields:
            values[field.name] = _fitting(field.name, fields[field.name], hints[field.name])
        elif field.default is dataclasses.MISSING:
            raise Refused("field_missing", field=field.name)
    return kind(**values)


def _hints(kind: type[Act]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _fitting(name: str, value: Any, hint: Any) -> Any:
    if get_origin(hint) in (types.UnionType, typing.Union):
        if value is None:
            return None
        hint = next(h for h in get_args(hint) if h is not type(None))
    if get_origin(hint) is tuple:
        if not isinstance(value, (list, tuple)) or len(value) > 64 or not all(isinstance(v, str) for v in value):
            raise Refused("field_type", field=name)
        return tuple(value)
    plain = getattr(hint, "__supertype__", hint)
    if plain is float and type(value) in (int, float) and abs(value) < 1e12:
        return float(value)
    if type(value) is not plain:
        raise Refused("field_type", field=name)
    if (plain is str and not 0 < len(value) <= 200) or (plain is int and abs(value) >= 2**53):
        raise Refused("field_type", field=name)
    return value
