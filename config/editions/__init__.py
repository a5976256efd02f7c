"""Rules editions: the law as versioned data. An edition is never changed once it is in force."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

CURRENT = "kz-2026-1"


def read(name: str = CURRENT) -> dict[str, Any]:
    """The edition's data. Raises ``LookupError`` for a name that no edition has."""
    try:
        data: dict[str, Any] = json.loads((files(__package__) / f"{name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError as wrong:
        raise LookupError(name) from wrong
    return data
