"""The four wrongs. Each says whose fault it is and therefore who hears of it."""

from __future__ import annotations


class Refused(Exception):
    """The law says no. Told to the person who asked, in words of their language; ``rule`` is the catalogue key."""

    def __init__(self, rule: str, field: str | None = None, **details: str | int | float) -> None:
        super().__init__(rule)
        self.rule = rule
        self.field = field
        self.details = details


class Malformed(Exception):
    """Not our protocol. The socket that said it is closed with a code."""


class Conflict(Exception):
    """Someone wrote first. Nobody is told: the clerk reloads and decides again."""


class Impossible(Exception):
    """A bug of ours or a damaged record. The sitting stops loudly, the record is kept."""
