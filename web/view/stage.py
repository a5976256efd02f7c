"""All that the views of one moment share: the hearing, its floor and the edition, and what the officers say of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hearing.edition import Edition
from hearing.floor import Floor
from hearing.hearings import Hearing, Participant
from hearing.participants import FLOOR, Actor, HearingId, PersonId, SeatId

Say = Callable[..., str]
"""``say(msgid, **args)``: the words of a catalogue id in this person's language."""


@dataclass(frozen=True, slots=True)
class OathProgress:
    """How far the reader has come: the words of the wording and whether each was heard."""

    words: tuple[tuple[str, str], ...] = ()
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class Caption:
    """A line of speech, and who was let hear it: the seats, and whether the public was."""

    said: Mapping[str, Any]
    listeners: frozenset[SeatId] = frozenset()
    public: bool = False

    @property
    def seat(self) -> SeatId:
        return SeatId(self.said["seat"])


@dataclass(frozen=True, slots=True)
class Stage:
    """All that the views of one moment share."""

    id: HearingId
    court_number: str
    hearing: Hearing
    floor: Floor
    edition: Edition
    names: Mapping[PersonId, str]
    now: float
    devices: Mapping[SeatId, tuple[bool, bool]] = field(default_factory=dict)
    """Whether microphone and camera of a seat are switched on, as its page says."""
    camera: str | None = None
    """How the line of the court camera's own device stands, where one films."""
    observers: int = 0
    rolling: bool = False
    """Whether the recorder confirms that packets reach the tape."""
    second_alarm: str | None = None
    """Why the second recorder, where one is switched on, does not record."""
    oath: OathProgress = field(default_factory=OathProgress)
    listens: Mapping[str, str] = field(default_factory=dict)
    """The channel of every seat and observer; whoever is not named listens to the floor."""
    captions: tuple[Caption, ...] = ()
    transcript: str = "off"
    closing_digest: str | None = None
    why: Callable[[str, Any], str] = lambda _language, refused: str(refused)

    def listens_to(self, me: Participant | None, by: Actor) -> str:
        """The channel of this page: a participant's by their seat, an observer's by the name of their connection."""
        return self.listens.get(me.seat if me is not None else by.person, FLOOR)
