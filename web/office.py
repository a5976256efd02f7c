"""What every page and every API handler needs, in one frozen value that the entry fills once.

Pages hold no state of their own: they ask the clerk, read the docket, and render. What other parts of the house do for
them (what a transcript waits for, who may be signed in at a rehearsal) comes in as plain callables.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web
from cryptography.x509 import Certificate

from hearing.edition import Edition, Editions
from hearing.hearings import Hearing
from hearing.participants import HearingId
from hearing.registry.bundles import Stamp
from hearing.registry.clerk import Clerk
from hearing.registry.office import Office as Registry
from web.languages import Languages
from web.notifier import Notifier
from web.office_copy import Copies
from web.patience import Patience

if TYPE_CHECKING:
    from web.delivery.targets import Target

RECORDING = "recording"
"""Kind of the finished, seekable file of a hearing among its sealed documents."""
TIMELINE = "timeline"
"""Kind of a small JSON document: {"start": Unix seconds at which the finished file begins, "duration": seconds}."""
QUALITY = "quality"
"""Kind of the report on how good every track is: measured when the finished file was made."""
TRANSCRIPT = "transcript"
"""Kind of the canonical JSON of a transcript: as the machine heard it, and again as the judge approved it."""
OATH_CLIP, WARNING_CLIP = "oath-", "warning-"
"""Prefixes of the kinds of clips: the voice of whoever swore, and the judge's warning; the person's id follows."""
SWORN_WORDS = "sworn-"
"""Prefix of the kind of the words that were said in both clips."""
DRAFTS = "closing-"
"""How the name of every draft below the tapes begins."""
CLIPS = (OATH_CLIP, WARNING_CLIP)
MINUTES, RULING, LINK_TEST = "minutes", "ruling", "link-test"
SIGNATURE = "signature-"
"""Prefix of the kind of somebody's own electronic signature; kind and version of what it signs follow."""
NCALAYER = "wss://127.0.0.1:13579/"
"""Where the national authority's signing program listens on every machine that has it."""


@dataclass(frozen=True, slots=True)
class RehearsalLink:
    """A door of the rehearsal's start page: whom one becomes, and the address that makes one so."""

    label: str
    href: str


async def no_state(hearing: HearingId) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Office:
    """The court's office as the doors see it."""

    registry: Registry
    clerk: Clerk
    editions: Editions
    languages: Languages
    notifier: Notifier
    now: Callable[[], float]
    zone: tzinfo
    origin: str = "http://localhost:8080"
    secure: bool = False
    node: str = ""
    """This node's address among the court's own, where the court runs on several."""
    behind_proxy: bool = False
    """A proxy of ours stands in front: the last address that it notes is the caller's."""
    court: str = "Сот"
    language: str = "kk"
    session_seconds: float = 10 * 3600.0
    review_seconds: float = 30 * 24 * 3600.0
    lobby_minutes: int | None = None
    """The lobby opens so early, if that is later than the rules edition lets it."""
    gallery: int = 200
    """Seats of the public at one hearing: each is sent all of it, so there must be an end to them."""
    rehearsal: bool = False
    rehearsal_links: Callable[[], Sequence[RehearsalLink]] = tuple
    transcript_state: Callable[[HearingId], Awaitable[str]] = no_state
    """"" when complete, else a catalogue id that says what it waits for ("transcript.waiting_for_model")."""
    stamp: Stamp | None = None
    """Asks a timestamp authority about a bundle's seal, where one is configured."""
    roots: Sequence[Certificate] = ()
    """The national authority's root certificates, to check the judge's and the secretary's own signatures with."""
    ncalayer: str = NCALAYER
    copies: Copies = field(default_factory=Copies)
    """The copies of recordings for office machines that were asked for."""
    patience: Patience = field(default_factory=Patience)
    second_tapes: Path | None = None
    """Where the second recorder writes, where there is one."""
    targets: Sequence[Target] = ()
    """The outside systems that sealed documents are delivered to."""

    @property
    def edition(self) -> Edition:
        """The rules edition in force: under it new hearings are listed."""
        return self.editions.current

    def edition_of(self, hearing: Hearing) -> Edition:
        """The rules edition under which a hearing was listed: it is judged by that one to the end."""
        return self.editions.of(hearing)

    def lobby_opens_minutes(self, hearing: Hearing) -> int:
        """So long before its time a hearing's lobby opens: never before the rules let it."""
        lawful = self.edition_of(hearing).numbers["lobby_opens_minutes"]
        return min(lawful, self.lobby_minutes) if self.lobby_minutes is not None else lawful


OFFICE = web.AppKey("office", Office)


def drafts(office: Office, what: str = "") -> str:
    """How this node names its drafts below the tapes: a crash may leave some, and nobody else wipes them away."""
    own = f"{hashlib.sha256(office.node.encode()).hexdigest()[:12]}-" if office.node else ""
    return f"{DRAFTS}{own}{what}"


def of(request: web.Request) -> Office:
    return request.app[OFFICE]
