"""Folder exchange: a parcel appears in the agreed folder as a whole, with one rename, or not at all.

A parcel is a folder that holds the document, ``label.json`` and ``sha256.txt`` (as ``sha256sum --check`` reads it). It
is made below ``.outgoing``, marked ready once all of it is on the disk, and then moved. So after a crash the marker
tells what happened: ready and no longer in ``.outgoing`` means that it was handed over, even if the receiver has taken
it away since. The markers stay, a few bytes each.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from hearing.registry.files import create_file, sync_folder
from web.delivery.parcel import NotDelivered, Parcel

OUTGOING = ".outgoing"
LABEL, DIGEST = "label.json", "sha256.txt"


@dataclass(frozen=True, slots=True)
class Folder:
    """``path`` must exist: a share that is not mounted must not be mistaken for an empty one."""

    path: Path

    async def deliver(self, parcel: Parcel, at: float) -> None:
        if not await asyncio.to_thread(self.path.is_dir):
            raise NotDelivered("folder_missing")
        try:
            if not await asyncio.to_thread(self._ready(parcel).exists):
                await self._stage(parcel)
            await asyncio.to_thread(self._hand_over, parcel)
        except OSError as wrong:
            raise NotDelivered("folder_failed") from wrong

    def _ready(self, parcel: Parcel) -> Path:
        return self.path / OUTGOING / f"{parcel.key}.ready"

    def _staged(self, parcel: Parcel) -> Path:
        return self.path / OUTGOING / parcel.key

    async def _stage(self, parcel: Parcel) -> None:
        staged = self._staged(parcel)
        await asyncio.to_thread(_begin, staged)
        file = await asyncio.to_thread((staged / parcel.name).open, "wb")
        try:
            async for piece in parcel.content():
                await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(_make_durable, file)
        finally:
            file.close()
        await asyncio.to_thread(self._finish, parcel)

    def _finish(self, parcel: Parcel) -> None:
        staged = self._staged(parcel)
        for name, content in ((LABEL, parcel.label), (DIGEST, _digests(parcel))):
            with (staged / name).open("wb") as file:
                file.write(content)
                _make_durable(file)
        sync_folder(staged)
        sync_folder(staged.parent)
        create_file(self._ready(parcel), b"")

    def _hand_over(self, parcel: Parcel) -> None:
        staged = self._staged(parcel)
        if staged.exists():
            staged.rename(self.path / parcel.name.partition(".")[0])
        sync_folder(staged.parent)
        sync_folder(self.path)


def _begin(staged: Path) -> None:
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)


def _make_durable(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _digests(parcel: Parcel) -> bytes:
    return f"{parcel.sha256}  {parcel.name}\n".encode()
