"""Files that must not be half written: a new file takes the old one's place only when all of it is on the disk."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

OWNER_ONLY = 0o600


def replace_file(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write ``content`` beside ``path``, make it durable, and put it in place. Readable by the owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            for piece in (content,) if isinstance(content, bytes) else content:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def create_file(path: Path, content: bytes) -> bytes:
    """Put ``content`` at ``path`` unless someone did so before; return what lies there now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    replace_file(beside, content)
    try:
        os.link(beside, path)
    except FileExistsError:
        return path.read_bytes()
    finally:
        beside.unlink()
    sync_folder(path.parent)
    return content


def sync_folder(folder: Path) -> None:
    """Make the folder's names durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
