"""How much one connection may ask of everybody's server: so much a second, and a second's worth at once.

What a browser sends in a hearing is a small part of it; what exceeds it is left out before it costs anything. Time is
an argument.
"""

from __future__ import annotations

from media.wire.clock import SECOND


class Allowance:
    """``a_second`` units. What is not used does not add up beyond one second's worth."""

    __slots__ = ("_a_ns", "_at_ns", "_left", "a_second", "refused")

    def __init__(self, a_second: int) -> None:
        self.a_second = a_second
        self.refused = 0
        self._a_ns = a_second / SECOND
        self._left = float(a_second)
        self._at_ns = 0

    def take(self, amount: int, at_ns: int) -> bool:
        """All of it, or nothing."""
        left = self._left
        if at_ns > self._at_ns:
            if self._at_ns:
                left += (at_ns - self._at_ns) * self._a_ns
                if left > self.a_second:
                    left = self.a_second
            self._at_ns = at_ns
        if left < amount:
            self._left = left
            self.refused += 1
            return False
        self._left = left - amount
        return True

    def some(self, wanted: int, at_ns: int) -> int:
        """As much of it as is left."""
        given = min(wanted, int(self._level(at_ns)))
        self._left -= given
        return given

    def _level(self, at_ns: int) -> float:
        if at_ns > self._at_ns:
            if self._at_ns:
                self._left = min(self.a_second, self._left + (at_ns - self._at_ns) * self.a_second / SECOND)
            self._at_ns = at_ns
        return self._left
