"""Which seat fills which section of a screen, when there may be more seats than sections.

A screen that came by WHEP offered its sections once and is never asked again. Each is lent: it stays with a seat while
that seat is worth showing, and goes to whoever speaks when it is not. A pure function of what is held and who spoke.
"""

from __future__ import annotations

from collections.abc import Mapping

from media.wire.clock import SECOND

LINGER_NS = 2 * SECOND
"""A seat that fell silent keeps its section for so long: people breathe."""


def share(held: Mapping[str, str], spoken: Mapping[str, int], first: str | None, now_ns: int) -> dict[str, str]:
    """Section to seat, "" for none. ``spoken``: when each seat that may be shown last spoke; ``first`` wins a tie."""

    def rank(seat: str) -> tuple[bool, bool, bool, str]:
        silent = now_ns - spoken[seat] > LINGER_NS
        return silent, silent and seat != first, seat not in held.values(), seat

    chosen = sorted(spoken, key=rank)[: len(held)]
    given = {mid: seat if seat in chosen else "" for mid, seat in held.items()}
    waiting = [seat for seat in chosen if seat not in given.values()]
    for mid, seat in given.items():
        if not seat and waiting:
            given[mid] = waiting.pop(0)
    return given
