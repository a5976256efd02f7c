"""Who takes part: persons, the seats they sit at, and the state of their attendance.

A *seat* is one device in one place and may hold several persons; a *person* holds a role. Quorum, oath and private
talk count persons, media counts seats. Neither carries a name here: names lie in the docket, under the case's key.
"""

from __future__ import annotations

from typing import NewType

PersonId = NewType("PersonId", str)
SeatId = NewType("SeatId", str)
HearingId = NewType("HearingId", str)
CaseId = NewType("CaseId", str)
PassId = NewType("PassId", str)
