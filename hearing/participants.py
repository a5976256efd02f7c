"""Who takes part: persons, the seats they sit at and the roles they hold.

A *seat* is one device in one place and may hold several persons; a *person* holds a role. Quorum, oath and private
talk count persons, media counts seats. Neither carries a name here: names lie in the docket, under the case's key.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

PersonId = NewType("PersonId", str)
SeatId = NewType("SeatId", str)
HearingId = NewType("HearingId", str)
CaseId = NewType("CaseId", str)
PassId = NewType("PassId", str)
TextRef = NewType("TextRef", str)
"""A salted hash of free text that lies in the docket; the journal holds only this."""


class Role(StrEnum):
    """The roles of rules edition section "roles"; the code words of the court's vocabulary."""

    INVESTIGATING_JUDGE = "investigating_judge"
    PRESIDING_JUDGE = "presiding_judge"
    COURT_SECRETARY = "court_secretary"
    PROSECUTOR = "prosecutor"
    STATE_PROSECUTOR = "state_prosecutor"
    INVESTIGATOR = "investigator"
    INQUIRY_OFFICER = "inquiry_officer"
    SUSPECT = "suspect"
    ACCUSED = "accused"
    DEFENDANT = "defendant"
    DEFENCE_COUNSEL = "defence_counsel"
    LEGAL_REPRESENTATIVE = "legal_representative"
    REPRESENTATIVE = "representative"
    VICTIM = "victim"
    WITNESS = "witness"
    WITNESS_WITH_RIGHT_TO_DEFENCE = "witness_with_right_to_defence"
    EXPERT = "expert"
    SPECIALIST = "specialist"
    INTERPRETER = "interpreter"
    TEACHER = "teacher"
    JUROR = "juror"
    BAILIFF = "bailiff"
    OBSERVER = "observer"
    SYSTEM = "system"
    """The server itself: an officer that reports what happened. No person can hold it."""


LANGUAGES = ("kk", "ru", "en")
FLOOR = "floor"
"""The channel of everybody who does not interpret simultaneously: the courtroom itself."""

CHANNELS = (FLOOR, *LANGUAGES)


class Place(StrEnum):
    COURTROOM = "courtroom"
    FACILITY = "facility"
    ASSISTING_COURT = "assisting_court"
    ELSEWHERE = "elsewhere"


class Attendance(StrEnum):
    EXPECTED = "expected"
    WAITING = "waiting"
    AWAY = "away"
    ADMITTED = "admitted"
    LOST = "lost"
    RELEASED = "released"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a person with the role that their account or pass gives them."""

    person: PersonId
    role: Role


SYSTEM = Actor(PersonId("system"), Role.SYSTEM)
