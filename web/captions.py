"""Lines of speech as they come, each for those alone whom the floor let hear it while it was spoken.

A line is ready seconds after its words, and a page that comes later is shown the last ones. By then the floor may be
another: a closed part has ended, a witness who waited apart has been called. So each line keeps who was let hear it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hearing.edition import Edition
from hearing.floor import Floor, floor
from hearing.hearings import Hearing
from hearing.participants import Attendance, SeatId
from web.view import Caption

LINES_KEPT = 40
FLOORS_KEPT = 200
"""Of a line older than all of these floors nobody but its speaker is shown anything."""


def if_all_lines_stood(hearing: Hearing, edition: Edition) -> Floor:
    """The floor as it would be: whoever is cut off may read afterwards what they could not hear."""
    people = {
        one.person: replace(one, attendance=Attendance.ADMITTED) if one.attendance is Attendance.LOST else one
        for one in hearing.people.values()
    }
    return floor(replace(hearing, people=people), edition)


class Captions:
    def __init__(self) -> None:
        self._lines: deque[Caption] = deque(maxlen=LINES_KEPT)
        self._floors: deque[tuple[float, Floor]] = deque(maxlen=FLOORS_KEPT)

    @property
    def lines(self) -> tuple[Caption, ...]:
        return tuple(self._lines)

    def stands(self, at: float, floor: Floor) -> None:
        """This floor holds from now on."""
        if not self._floors or self._floors[-1][1] != floor:
            self._floors.append((at, floor))

    def add(self, said: Mapping[str, Any], until: float) -> Caption:
        """A line whose last word ended then. What is final is kept for pages that come later."""
        seat, since = SeatId(said["seat"]), float(said["at"])
        floors = self._between(since, until)
        listeners = [{one for one, heard in held.hears.items() if seat in heard} for held in floors]
        line = Caption(
            said,
            frozenset(set.intersection(*listeners)) if listeners else frozenset(),
            bool(floors) and all(seat in held.public_hears for held in floors),
        )
        if said["final"]:
            self._lines.append(line)
        return line

    def _between(self, since: float, until: float) -> list[Floor]:
        """All floors under which something of this stretch was spoken; none where its beginning is not known."""
        before = [index for index, (at, _) in enumerate(self._floors) if at <= since]
        if not before:
            return []
        return [held for at, held in list(self._floors)[before[-1] :] if at <= max(since, until)]
