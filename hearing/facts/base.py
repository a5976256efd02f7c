"""What all facts have in common."""

from __future__ import annotations


class Fact:
    """What all facts have in common: a name in the journal."""

    __slots__ = ()
