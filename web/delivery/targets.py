"""A target: an outside system by its configured name, the documents that it gets, and the way they go."""

from __future__ import annotations

from dataclasses import dataclass

from hearing import facts as f
from hearing.hearings import Hearing
from hearing.registry.bundles import BUNDLE
from hearing.registry.documents import Document
from web.delivery.parcel import Adapter
from web.office import OATH_CLIP, RECORDING

OATH = "oath"
TRANSCRIPT = "transcript"
SPEECH = frozenset({RECORDING, BUNDLE, TRANSCRIPT, OATH})
"""Documents in which one hears or reads what was said."""


@dataclass(frozen=True, slots=True)
class Target:
    """``closed``: it also gets what was said behind closed doors. ``since``: of hearings closed from then on."""

    name: str
    title: str
    documents: frozenset[str]
    adapter: Adapter
    closed: bool = False
    since: float = 0.0

    @property
    def prefixes(self) -> tuple[str, ...]:
        return (OATH_CLIP,) if OATH in self.documents else ()


def withheld(target: Target, hearing: Hearing, facts: list[f.Fact], document: Document) -> str | None:
    """Why this target must not get this document now, as a code; None when it may [CPC 29, 350, 347-1(3)]."""
    kind = kind_of(document)
    if kind not in target.documents:
        return "not_agreed"
    if target.closed:
        return None
    if hearing.listing.publicity == "closed":
        return "closed_hearing"
    if kind in SPEECH and any(isinstance(fact, f.PartClosed) for fact in facts):
        return "closed_part"
    return None


def kind_of(document: Document) -> str:
    """The kind under which the settings know a document."""
    return OATH if document.kind.startswith(OATH_CLIP) else document.kind
