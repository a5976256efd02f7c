"""Sealed files: content encrypted in pieces, so that a player can read from the middle of a long recording.

Every piece is bound to its document, its place and whether it is the last one; a swapped, missing or cut piece does not
open. The name of the file is the document's id.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hearing.registry.errors import Damaged, NotFound
from hearing.registry.files import replace_file
from hearing.registry.keys import CaseKey, derive

MAGIC = b"TYNVLT1\n"
PREFIX_BYTES = 8
HEADER_BYTES = len(MAGIC) + PREFIX_BYTES
PIECE_BYTES = 64 * 1024
TAG_BYTES = 16


@dataclass(frozen=True, slots=True)
class Kept:
    """What was written: the hash and size of the content, and the hash of the sealed file."""

    sha256: str
    size: int
    sealed_sha256: str


def write(path: Path, key: CaseKey, document: str, content: Iterable[bytes]) -> Kept:
    """Seal ``content`` into ``path``."""
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

    replace_file(path, sealed())
    return Kept(plain_hash.hexdigest(), size, sealed_hash.hexdigest())


def read(path: Path, key: CaseKey, document: str, size: int, start: int = 0, end: int | None = None) -> Iterator[bytes]:
    """The bytes from ``start`` up to but not including ``end``. Raises ``Damaged`` where a bit differs."""
    end = size if end is None else min(end, size)
    if not path.exists():
        raise NotFound(document)
    pieces = max(1, -(-size // PIECE_BYTES))
    if path.stat().st_size != HEADER_BYTES + size + pieces * TAG_BYTES:
        raise Damaged(document)
    with path.open("rb") as file:
        header = file.read(HEADER_BYTES)
        if header[: len(MAGIC)] != MAGIC:
            raise Damaged(document)
        cipher, prefix = AESGCM(derive(key.documents, document)), header[len(MAGIC) :]
        for number in range(start // PIECE_BYTES, min(pieces, -(-end // PIECE_BYTES)) if size else 0):
            file.seek(HEADER_BYTES + number * (PIECE_BYTES + TAG_BYTES), os.SEEK_SET)
            locked = file.read(PIECE_BYTES + TAG_BYTES)
            place = _place(document, number, number == pieces - 1)
            try:
                piece = cipher.decrypt(prefix + number.to_bytes(4, "big"), locked, place)
            except InvalidTag as wrong:
                raise Damaged(document) from wrong
            at = number * PIECE_BYTES
            yield piece[max(0, start - at) : max(0, end - at)]


def sealed_sha256(path: Path) -> str | None:
    """The hash of the sealed file as it lies there, or None when it is gone."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
