"""A hearing as it now stands: the fold of its facts, and the state machines of phase, recording and ruling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hearing import facts as f
from hearing.oaths import OathRecord
from hearing.participants import FLOOR, Attendance, CaseId, PassId, PersonId, Role, SeatId, TextRef
from hearing.states import Table


class Phase(StrEnum):
    LISTED = "listed"
    LOBBY = "lobby"
    COUNTDOWN = "countdown"
    OPEN = "open"
    PAUSED_BY_LOSS = "paused_by_loss"
    RECESS = "recess"
    PRIVATE_TALK = "private_talk"
    DELIBERATION = "deliberation"
    ANNOUNCED = "announced"
    CLOSED = "closed"
    VACATED = "vacated"


OVER = frozenset({Phase.CLOSED, Phase.VACATED})
"""Nothing more is heard or seen in these."""


PHASE: Table[Phase] = {
    Phase.LISTED: {f.LobbyOpened: Phase.LOBBY, f.Vacated: Phase.VACATED},
    Phase.LOBBY: {
        f.OpeningAnnounced: Phase.COUNTDOWN,
        f.PrivateTalkBegan: Phase.PRIVATE_TALK,
        f.Vacated: Phase.VACATED,
    },
    Phase.COUNTDOWN: {f.Opened: Phase.OPEN, f.OpeningCalledOff: Phase.LOBBY},
    Phase.OPEN: {
        f.PausedByLoss: Phase.PAUSED_BY_LOSS,
        f.RecessBegan: Phase.RECESS,
        f.PrivateTalkBegan: Phase.PRIVATE_TALK,
        f.Retired: Phase.DELIBERATION,
        f.DecisionAnnounced: Phase.ANNOUNCED,
    },
    Phase.PAUSED_BY_LOSS: {
        f.ResumedAfterLoss: frozenset({Phase.OPEN, Phase.ANNOUNCED}),
        f.RecessBegan: Phase.RECESS,
    },
    Phase.RECESS: {f.RecessEnded: Phase.OPEN, f.PrivateTalkBegan: Phase.PRIVATE_TALK},
    Phase.PRIVATE_TALK: {f.PrivateTalkEnded: frozenset({Phase.LOBBY, Phase.OPEN, Phase.RECESS})},
    Phase.DELIBERATION: {f.ReturnedFromDeliberation: Phase.OPEN},
    Phase.ANNOUNCED: {f.PausedByLoss: Phase.PAUSED_BY_LOSS, f.Closed: Phase.CLOSED},
    Phase.CLOSED: {},
    Phase.VACATED: {},
}


class Recording(StrEnum):
    OFF = "off"
    ROLLING = "rolling"
    PAUSED = "paused"
    FAILED = "failed"
    IMPOSSIBLE = "impossible"
    STOPPED = "stopped"


RECORDING: Table[Recording] = {
    Recording.OFF: {
        f.RecordingStarted: Recording.ROLLING,
        f.RecordingImpossible: Recording.IMPOSSIBLE,
        f.RecordingStopped: Recording.STOPPED,
    },
    Recording.ROLLING: {
        f.RecordingPaused: Recording.PAUSED,
        f.RecordingFailed: Recording.FAILED,
        f.RecordingStopped: Recording.STOPPED,
    },
    Recording.PAUSED: {f.RecordingResumed: Recording.ROLLING, f.RecordingStopped: Recording.STOPPED},
    Recording.FAILED: {
        f.RecordingRestored: Recording.ROLLING,
        f.RecordingImpossible: Recording.IMPOSSIBLE,
        f.RecordingStopped: Recording.STOPPED,
    },
    Recording.IMPOSSIBLE: {f.RecordingStarted: Recording.ROLLING, f.RecordingStopped: Recording.STOPPED},
    Recording.STOPPED: {},
}


class Ruling(StrEnum):
    NONE = "none"
    DRAFTED = "drafted"
    ANNOUNCED = "announced"


RULING: Table[Ruling] = {
    Ruling.NONE: {f.DecisionDrafted: Ruling.DRAFTED},
    Ruling.DRAFTED: {f.DecisionDrafted: Ruling.DRAFTED, f.DecisionAnnounced: Ruling.ANNOUNCED},
    Ruling.ANNOUNCED: {},
}


class Retention(StrEnum):
    KEPT = "kept"
    HELD = "held"
    DESTROYED = "destroyed"


RETENTION: Table[Retention] = {
    Retention.KEPT: {f.LegalHoldPlaced: Retention.HELD, f.RecordDestroyed: Retention.DESTROYED},
    Retention.HELD: {f.LegalHoldLifted: Retention.KEPT},
    Retention.DESTROYED: {},
}

ATTENDANCE: Table[Attendance] = {
    Attendance.EXPECTED: {f.Arrived: Attendance.WAITING, f.ParticipantRemoved: Attendance.REMOVED},
    Attendance.WAITING: {
        f.Admitted: Attendance.ADMITTED,
        f.WitnessCalled: Attendance.ADMITTED,
        f.LineLost: Attendance.AWAY,
        f.ParticipantRemoved: Attendance.REMOVED,
    },
    Attendance.AWAY: {f.LineBack: Attendance.WAITING, f.ParticipantRemoved: Attendance.REMOVED},
    Attendance.ADMITTED: {
        f.SentBack: Attendance.WAITING,
        f.LineLost: Attendance.LOST,
        f.WitnessReleased: Attendance.RELEASED,
        f.ParticipantRemoved: Attendance.REMOVED,
    },
    Attendance.LOST: {
        f.LineBack: Attendance.ADMITTED,
        f.SentBack: Attendance.AWAY,
        f.WitnessReleased: Attendance.RELEASED,
        f.ParticipantRemoved: Attendance.REMOVED,
    },
    Attendance.RELEASED: {f.LineLost: Attendance.RELEASED, f.LineBack: Attendance.RELEASED},
    Attendance.REMOVED: {f.LineLost: Attendance.REMOVED, f.LineBack: Attendance.REMOVED},
}


@dataclass(frozen=True, slots=True)
class Participant:
    """One person of this hearing, without a name."""

    person: PersonId
    role: Role
    seat: SeatId
    room: str | None
    place: str
    language: str
    under_16: bool
    attendance: Attendance = Attendance.EXPECTED
    identity_confirmed: bool = False
    rules_acknowledged: bool = False
    view: str | None = None
    oath: OathRecord | None = None
    testimony_at: float | None = None
    passes: frozenset[PassId] = frozenset()
    private_talk_asked_at: float | None = None
    channel: str = FLOOR
    """Where an interpreter speaks now."""
    interpreted_into: tuple[str, ...] = ()
    """Every channel that was ever chosen, in order."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One device in one place. ``connected`` means that its line carries packets now."""

    seat: SeatId
    room: str | None
    connected: bool = False
    lost_at: float | None = None
    devices: f.DevicesTested | None = None
    link: f.LinkTested | None = None
    link_at: float | None = None
    link_overridden: bool = False
    rehearsed_by: PersonId | None = None
    rehearsed_at: float | None = None
    ready_at: float | None = None
    below_norm: bool = False
    voice: str | None = None
    voice_share: float = 0.0
    """Of the sentence that was read aloud: what was recognised."""
    """Whether a recogniser understood the sentence read before: a hint, never a gate."""
    muted: bool = False
    hand_at: float | None = None
    help_at: float | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which someone the hearing needs was gone, and whether it was made good."""

    start: float
    cause: str
    seats: tuple[SeatId, ...]
    end: float | None = None
    summary: TextRef | None = None
    confirmed: Mapping[PersonId, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Remark:
    """What someone holds against record or minutes, and what the presiding judge ruled; ``granted`` None until then."""

    person: PersonId
    place: float
    text: TextRef
    filed_at: float
    granted: bool | None = None
    reason: TextRef | None = None
    ruled_at: float | None = None


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """What the presiding judge found of the record's completeness and quality."""

    good: bool
    reason: TextRef | None
    at: float


@dataclass(frozen=True, slots=True)
class Share:
    """A named person who took no part and may look at the finished file until then."""

    person: PersonId
    pass_id: PassId
    until: float
    copies: bool
    reason: TextRef
    at: float
    ended_at: float | None = None

    def open(self, at: float) -> bool:
        return self.ended_at is None and at <= self.until


@dataclass(frozen=True, slots=True)
class Hearing:
    """The folded hearing. Built by ``evolve`` alone."""

    listing: f.HearingListed
    listed_at: float
    phase: Phase = Phase.LISTED
    people: Mapping[PersonId, Participant] = field(default_factory=dict)
    seats: Mapping[SeatId, Seat] = field(default_factory=dict)
    order: TextRef | None = None
    representative_notified: bool = False
    observer_link: bool = False
    talk: SeatId | None = None
    court_camera: SeatId | None = None
    recording: Recording = Recording.OFF
    recording_since: float | None = None
    recording_why: str | None = None
    opens_at: float | None = None
    opened_at: float | None = None
    steps: Mapping[str, float] = field(default_factory=dict)
    mutes_locked: bool = False
    private_talk: tuple[PersonId, ...] = ()
    phase_before: Phase | None = None
    phase_since: float | None = None
    gaps: tuple[Gap, ...] = ()
    part_closed: str | None = None
    torture_at: float | None = None
    check_ordered_at: float | None = None
    ruling: Ruling = Ruling.NONE
    decision: f.DecisionDrafted | None = None
    announced_at: float | None = None
    appeal_until: float | None = None
    retired_at: float | None = None
    delivered: Mapping[str, float] = field(default_factory=dict)
    closed_at: float | None = None
    tape_heads: Mapping[str, f.TapeHead] = field(default_factory=dict)
    files: Mapping[str, f.FileSealed] = field(default_factory=dict)
    transcript: f.TranscriptSealed | None = None
    approved: f.TranscriptApproved | None = None
    approved_at: float | None = None
    signatures: Mapping[PersonId, str] = field(default_factory=dict)
    signed_at: float | None = None
    electronic: Mapping[tuple[PersonId, str], f.SignatureAdded] = field(default_factory=dict)
    """The own electronic signatures: whose, and the hash of what is signed."""
    record_check: RecordCheck | None = None
    remarks: tuple[Remark, ...] = ()
    shares: Mapping[PersonId, Share] = field(default_factory=dict)
    told: Mapping[PersonId, str] = field(default_factory=dict)
    retention: Retention = Retention.KEPT

    @property
    def case(self) -> CaseId:
        return self.listing.case

    def at_seat(self, seat: SeatId) -> tuple[Participant, ...]:
        return tuple(p for p in self.people.values() if p.seat == seat)

    def with_role(self, *roles: Role) -> tuple[Participant, ...]:
        return tuple(p for p in self.people.values() if p.role in roles and p.attendance is not Attendance.REMOVED)

    def open_gap(self) -> Gap | None:
        return self.gaps[-1] if self.gaps and self.gaps[-1].end is None else None

    def unrepaired_gap(self) -> Gap | None:
        last = self.gaps[-1] if self.gaps else None
        return last if last is not None and last.end is not None and last.summary is None else None
