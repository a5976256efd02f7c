"""The oath as an object: its states and what leads from one to the next [CPC 370]."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hearing import facts as f
from hearing.states import Table


class Oath(StrEnum):
    DUE = "due"
    WARNED = "warned"
    SHOWN = "shown"
    HEARD = "heard"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WAIVED = "waived"


OATH: Table[Oath] = {
    Oath.DUE: {f.WitnessWarned: Oath.WARNED, f.OathWaived: Oath.WAIVED},
    Oath.WARNED: {f.OathShown: Oath.SHOWN, f.OathRefused: Oath.REFUSED, f.OathWaived: Oath.WAIVED},
    Oath.SHOWN: {
        f.OathHeard: Oath.HEARD,
        f.OathAccepted: Oath.ACCEPTED,
        f.OathRepeated: Oath.SHOWN,
        f.OathRefused: Oath.REFUSED,
        f.OathWaived: Oath.WAIVED,
    },
    Oath.HEARD: {
        f.OathHeard: Oath.HEARD,
        f.OathAccepted: Oath.ACCEPTED,
        f.OathRepeated: Oath.SHOWN,
        f.OathRefused: Oath.REFUSED,
        f.OathWaived: Oath.WAIVED,
    },
    Oath.REFUSED: {f.OathRepeated: Oath.SHOWN, f.OathWaived: Oath.WAIVED},
    Oath.ACCEPTED: {},
    Oath.WAIVED: {},
}

LETS_TESTIFY = frozenset({Oath.ACCEPTED, Oath.WAIVED})


@dataclass(frozen=True, slots=True)
class OathRecord:
    """How far one person's oath has come. ``start`` and ``end`` are Unix seconds of the words that were heard.

    ``warning_*`` are those of the presiding judge's warning, where the recogniser heard it.
    """

    state: Oath = Oath.DUE
    wording: str | None = None
    language: str | None = None
    warned_at: float | None = None
    warning_start: float | None = None
    warning_end: float | None = None
    shown_at: float | None = None
    verdict: str | None = None
    start: float | None = None
    end: float | None = None
    accepted_at: float | None = None
