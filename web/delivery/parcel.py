"""A parcel: one sealed document as an outside system gets it, with its label and a key that stays the same for ever.

Its name holds ids only. The label says to which case it belongs; that is for the receiver and is never logged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Protocol

from hearing.registry import bundles
from hearing.registry.documents import Document
from hearing.registry.errors import Damaged
from hearing.registry.office import Office as Registry


class NotDelivered(Exception):
    """The receiver did not take it. ``why`` is a code; ``final`` means that waiting will not help."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.final = final


@dataclass(frozen=True, slots=True)
class Parcel:
    """``content`` may be asked for as often as one likes; it gives the same bytes each time."""

    key: str
    name: str
    media_type: str
    sha256: str
    size: int
    label: bytes
    content: Callable[[], AsyncIterator[bytes]]


class Adapter(Protocol):
    """One way out. Delivering a parcel again after a crash must not make the receiver have it twice."""

    async def deliver(self, parcel: Parcel, at: float) -> None:
        """Returns when the receiver has it for good. Raises ``NotDelivered``."""


async def pack(registry: Registry, target: str, document: Document) -> Parcel:
    """Read the document once from beginning to end, so that only what was sealed is sent.

    Raises ``Damaged``, ``Destroyed`` or ``NotFound``.
    """
    name = f"{document.hearing}-{PurePosixPath(bundles.place(document)).name}"
    media_type, content = document.media_type, _document(registry, document)
    if document.kind == bundles.BUNDLE:
        bundle = await bundles.of_document(registry, document)
        name = f"{document.hearing}-{document.kind}-{document.version}.zip"
        media_type, content = "application/zip", _bundle(registry, bundle, name.removesuffix(".zip"))
    digest, size = hashlib.sha256(), 0
    async for piece in content():
        digest.update(piece)
        size += len(piece)
    if document.kind != bundles.BUNDLE and digest.hexdigest() != document.sha256:
        raise Damaged(document.id)
    case = await registry.docket.cases.get(document.case)
    label = {
        "court_number": case.court_number,
        "erdr_number": case.erdr_number,
        "hearing": document.hearing,
        "document": document.id,
        "kind": document.kind,
        "version": document.version,
        "sealed_at": document.at,
        "name": name,
        "media_type": media_type,
        "sha256": digest.hexdigest(),
        "size": size,
    }
    written = json.dumps(label, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    key = f"{target}-{document.id}"
    return Parcel(key, name, media_type, digest.hexdigest(), size, written, content)


def _document(registry: Registry, document: Document) -> Callable[[], AsyncIterator[bytes]]:
    return lambda: registry.docket.documents.stream(document.id)


def _bundle(registry: Registry, bundle: bundles.Bundle, top: str) -> Callable[[], AsyncIterator[bytes]]:
    async def pieces() -> AsyncIterator[bytes]:
        async for piece in bundles.zipped(registry, bundle, top):
            if piece:
                yield piece

    return pieces
