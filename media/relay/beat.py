"""The courtroom's rhythm: fifty beats a second while anything comes, ten while nothing does.

A hearing in which everybody is connected and nobody sends should cost the machine next to nothing; its first packet
brings the short beat back at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from media.wire.clock import SECOND

BEAT_S = 0.02
REST_S = 0.1
REST_NS = 1 * SECOND
"""After so long without a packet nothing is waiting for the next beat: what was missing came or was given up."""


class Beat:
    def __init__(self, turn: Callable[[], None], pause: Callable[[], float | None]) -> None:
        """``pause``: seconds until the next turn; None where nobody is here, until :meth:`keep` is called again."""
        self._turn = turn
        self._pause = pause
        self._timer: asyncio.TimerHandle | None = None

    def keep(self) -> None:
        """Go on beating, if somebody is here."""
        if self._timer is None and (pause := self._pause()) is not None:
            self._timer = asyncio.get_running_loop().call_later(pause, self._run)

    def hasten(self) -> None:
        """Something came after a rest."""
        self.stop()
        self.keep()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _run(self) -> None:
        self._timer = None
        self.keep()
        self._turn()
