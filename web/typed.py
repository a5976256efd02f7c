"""Values as a form or a program typed them: read, or refused with the field's name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hearing.wrongs import Refused
from web.asking import readable
from web.office import Office

Fields = Mapping[str, Any]
LONGEST_NAME = 200


def text(fields: Fields, name: str, *, required: bool = False, longest: int = LONGEST_NAME) -> str | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise Refused("field_type", field=name)
    typed = readable(value or "").strip()
    if not typed:
        if required:
            raise Refused("field_missing", field=name)
        return None
    if len(typed) > longest:
        raise Refused("too_long", field=name, limit=longest)
    return " ".join(typed.split()) if longest <= LONGEST_NAME else typed


def flag(fields: Fields, name: str) -> bool:
    return fields.get(name) in (True, "true", "on", "1", "yes")


def instant(fields: Fields, name: str, office: Office, *, required: bool = False) -> float | None:
    """Unix seconds, from a number or from the local date and time that a form sends."""
    value = fields.get(name)
    if value is None or value == "":
        if required:
            raise Refused("field_missing", field=name)
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < 1e11:
        return float(value)
    try:
        typed = datetime.fromisoformat(str(value))
        at = (typed if typed.tzinfo else typed.replace(tzinfo=office.zone)).timestamp()
    except (ValueError, OverflowError, OSError) as wrong:
        raise Refused("date_wrong", field=name) from wrong
    if not 0 < at < 1e11:
        raise Refused("date_wrong", field=name)
    return at


def whole(fields: Fields, name: str) -> int | None:
    value = fields.get(name)
    if value is None or value == "":
        return None
    try:
        return int(str(value))
    except ValueError as wrong:
        raise Refused("number_wrong", field=name) from wrong
