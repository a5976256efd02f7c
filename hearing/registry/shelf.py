"""Where sealed files lie: a folder on this disk or a bucket of S3-compatible storage, both spoken to by one library.

The shelf sees ciphertext only; keys and encryption are the vault's. A file appears under its name when all of it is
there, or not at all. On a disk it is also durable when ``put`` returns, because a fact may name it from then on.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, S3Store

from hearing.registry.errors import VaultSilent
from hearing.registry.files import OWNER_ONLY, sync_folder

GONE = (NotFoundError, FileNotFoundError)
READ_BYTES = 1024 * 1024
REQUEST_SECONDS, RETRIES, RETRY_SECONDS = 120, 3, 30


def s3_store(bucket: str, endpoint: str, region: str, access_key: str, secret_key: str, prefix: str = "") -> S3Store:
    """A bucket by its address. Nothing is asked of it yet."""
    return S3Store(
        bucket,
        prefix=prefix or None,
        endpoint=endpoint,
        region=region,
        access_key_id=access_key,
        secret_access_key=secret_key,
        virtual_hosted_style_request=False,
        client_options={"allow_http": endpoint.startswith("http://"), "timeout": timedelta(seconds=REQUEST_SECONDS)},
        retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=RETRY_SECONDS)},
    )


class Shelf:
    """Names are paths of plain letters. Every call blocks: off the event loop with it."""

    def __init__(self, store: LocalStore | S3Store, folder: Path | None = None) -> None:
        self._store = store
        self.folder = folder

    @classmethod
    def on_disk(cls, folder: Path) -> Shelf:
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder), folder)

    @classmethod
    def in_bucket(cls, store: S3Store) -> Shelf:
        return cls(store)

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        """Lay a file down. Raises ``VaultSilent`` when the store cannot take it."""
        try:
            obstore.put(self._store, name, iter(pieces), use_multipart=True)
        except BaseError as wrong:
            raise VaultSilent(name) from wrong
        if self.folder is not None:
            _make_durable(self.folder / name)

    def size(self, name: str) -> int | None:
        """How many bytes lie there, or None when there is no such file."""
        try:
            return int(obstore.head(self._store, name)["size"])
        except GONE:
            return None
        except BaseError as wrong:
            raise VaultSilent(name) from wrong

    def read(self, name: str, start: int, end: int) -> bytes:
        """The bytes from ``start`` up to but not including ``end``, both inside the file."""
        try:
            return bytes(obstore.get_range(self._store, name, start=start, end=end))
        except (BaseError, FileNotFoundError) as wrong:
            raise VaultSilent(name) from wrong

    def sha256(self, name: str) -> str | None:
        """The hash of the file as it lies there, or None when it is gone."""
        size = self.size(name)
        if size is None:
            return None
        found = hashlib.sha256()
        for start in range(0, size, READ_BYTES):
            found.update(self.read(name, start, min(size, start + READ_BYTES)))
        return found.hexdigest()

    def names(self, folder: str) -> Iterator[str]:
        """The names of all files below this folder, without it."""
        try:
            for page in obstore.list(self._store, folder):
                yield from (one["path"].removeprefix(f"{folder}/") for one in page)
        except BaseError as wrong:
            raise VaultSilent(folder) from wrong

    def delete(self, name: str) -> None:
        """Take a file away; nothing happens when it is gone already."""
        try:
            obstore.delete(self._store, name)
        except GONE:
            return
        except BaseError as wrong:
            raise VaultSilent(name) from wrong


def _make_durable(path: Path) -> None:
    path.chmod(OWNER_ONLY)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)
    sync_folder(path.parent.parent)
