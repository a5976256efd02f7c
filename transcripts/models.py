"""How models are named, apart from the engine, so that the server never loads what only the worker needs."""

from __future__ import annotations

REHEARSAL = "rehearsal/"
"""Names of models that know only the rehearsal's sentences begin like this; every page and file then says so."""


def is_rehearsal(model: str) -> bool:
    return model.startswith(REHEARSAL)
