"""Sealed files: content encrypted in pieces, so that a player can read from the middle of a long recording.

Every piece is bound to its document, its place and whether it is the last one; a swapped, missing or cut piece does not
open. Where the sealed file lies is the shelf's affair; its name there holds ids only.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hearing.registry.errors import Damaged, NotFound
from hearing.registry.keys import CaseKey, derive
from hearing.registry.shelf import Shelf

MAGIC = b"TYNVLT1\n"
PREFIX_BYTES = 8
HEADER_BYTES = len(MAGIC) + PREFIX_BYTES
PIECE_BYTES = 64 * 1024
PIECES_AT_ONCE = 16
TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written: the hash and size of the content, and the hash of the sealed file."""

    sha256: str
    size: int
    sealed_sha256: str


def write(shelf: Shelf, name: str, key: CaseKey, document: str, content: Iterable[bytes]) -> Kept:
    """Seal ``content`` and lay it down under ``name``."""
    plain_hash, sealed_hash = hashlib.sha256(), hashlib.sha256()
    size = 0

    def sealed() -> Iterator[bytes]:
        nonlocal size
        cipher = AESGCM(derive(key.documents, document))
        prefix = secrets.token_bytes(PREFIX_BYTES)
        header = MAGIC + prefix
        sealed_hash.update(header)
        yield header
        for number, (piece, last) in enumerate(_pieces(content)):
            plain_hash.update(piece)
            size += len(piece)
            locked = cipher.encrypt(prefix + number.to_bytes(4, "big"), piece, _place(document, number, last))
            sealed_hash.update(locked)
            yield locked

    shelf.put(name, sealed())
    return Kept(plain_hash.hexdigest(), size, sealed_hash.hexdigest())


def read(
    shelf: Shelf, name: str, key: CaseKey, document: str, size: int, start: int = 0, end: int | None = None
) -> Iterator[bytes]:
    """The bytes from ``start`` up to but not including ``end``. Raises ``Damaged`` where a bit differs."""
    end = size if end is None else min(end, size)
    there = shelf.size(name)
    if there is None:
        raise NotFound(document)
    pieces = max(1, -(-size // PIECE_BYTES))
    if there != HEADER_BYTES + size + pieces * TAG_BYTES:
        raise Damaged(document)
    header = shelf.read(name, 0, HEADER_BYTES)
    if header[: len(MAGIC)] != MAGIC:
        raise Damaged(document)
    cipher, prefix = AESGCM(derive(key.documents, document)), header[len(MAGIC) :]
    last = min(pieces, -(-end // PIECE_BYTES)) if size else 0
    for number, locked in _locked(shelf, name, there, start // PIECE_BYTES, last):
        place = _place(document, number, number == pieces - 1)
        try:
            piece = cipher.decrypt(prefix + number.to_bytes(4, "big"), locked, place)
        except InvalidTag as wrong:
            raise Damaged(document) from wrong
        at = number * PIECE_BYTES
        yield piece[max(0, start - at) : max(0, end - at)]


def _locked(shelf: Shelf, name: str, there: int, first: int, last: int) -> Iterator[tuple[int, bytes]]:
    """The sealed pieces from ``first`` up to but not including ``last``, several with one question to the shelf."""
    whole = PIECE_BYTES + TAG_BYTES
    for asked in range(first, last, PIECES_AT_ONCE):
        upto = min(last, asked + PIECES_AT_ONCE)
        read = shelf.read(name, HEADER_BYTES + asked * whole, min(there, HEADER_BYTES + upto * whole))
        for number in range(asked, upto):
            yield number, read[(number - asked) * whole : (number - asked + 1) * whole]


def file_pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _pieces(content: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The content in equal pieces, and whether each is the last; empty content is one empty piece."""
    waiting = bytearray()
    for some in content:
        waiting += some
        while len(waiting) > PIECE_BYTES:
            yield bytes(waiting[:PIECE_BYTES]), False
            del waiting[:PIECE_BYTES]
    yield bytes(waiting), True


def _place(document: str, number: int, last: bool) -> bytes:
    return f"{document} {number} {'last' if last else 'more'}".encode()
