"""Copies of recordings for office machines: made on request, one at a time, in a process of low priority, then kept.

A copy lies in the vault under the case's key, like everything that is derived from what was sealed; no fact names it,
no bundle carries it. What is asked for lives in memory: after a restart it is asked for again.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from hearing.participants import HearingId
from hearing.registry.documents import DERIVED, Document

if TYPE_CHECKING:
    from web.office import Office

COPY = f"{DERIVED}mp4-"
"""Prefix of the kind of an office copy; the version of its recording follows."""
BY = "system"


class CopyState(StrEnum):
    NONE = "none"
    WAITING = "waiting"
    FAILED = "failed"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Progress:
    """``reached`` is the part that is done, from 0 to 1."""

    state: CopyState
    reached: float = 0.0


class Copies:
    """The copies that were asked for here."""

    def __init__(self) -> None:
        self._due: asyncio.Queue[HearingId] = asyncio.Queue()
        self._progress: dict[HearingId, Progress] = {}

    def progress(self, hearing_id: HearingId, recording: Document, documents: Sequence[Document]) -> Progress:
        """How far this recording's copy is."""
        if copy_of(recording, documents) is not None:
            return Progress(CopyState.READY, 1.0)
        return self._progress.get(hearing_id, Progress(CopyState.NONE))

    def ask(self, hearing_id: HearingId) -> None:
        """Have a copy made; asked again while it is being made, nothing changes."""
        if self._progress.get(hearing_id, Progress(CopyState.NONE)).state is not CopyState.WAITING:
            self._progress[hearing_id] = Progress(CopyState.WAITING)
            self._due.put_nowait(hearing_id)

    async def next(self) -> HearingId:
        """The next hearing whose copy is to be made."""
        return await self._due.get()

    async def make(self, office: Office, hearing_id: HearingId) -> None:
        """Make the copy; whatever goes wrong is shown to whoever asked, and raised."""
        made = False
        try:
            await self._make(office, hearing_id)
            made = True
        finally:
            if made:
                self._progress.pop(hearing_id, None)
            else:
                self._progress[hearing_id] = Progress(CopyState.FAILED)

    async def _make(self, office: Office, hearing_id: HearingId) -> None:
        from web.office import RECORDING, TIMELINE, drafts

        documents = office.registry.docket.documents
        kept = await documents.of(hearing_id)
        timeline = await documents.latest(hearing_id, TIMELINE)
        told = json.loads(await documents.read(timeline.id)) if timeline is not None else {}
        files = [one for one in kept if one.kind == RECORDING][-len(told.get("files", [0.0])) :]
        if not files or copy_of(files[0], kept) is not None:
            return
        recording = files[0]
        tapes = office.registry.folder / "tapes"
        await asyncio.to_thread(tapes.mkdir, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=drafts(office, "copy-"), dir=tapes) as draft:
            sources, copy = [Path(draft) / f"recording-{one.version}" for one in files], Path(draft) / "copy.mp4"
            for one, source in zip(files, sources, strict=True):
                file = await asyncio.to_thread(source.open, "wb")
                try:
                    async for piece in documents.stream(one.id):
                        await asyncio.to_thread(file.write, piece)
                finally:
                    file.close()
            await self._render(hearing_id, sources, copy)
            name = f"{Path(recording.name).stem}.mp4"
            kind = f"{COPY}{recording.version}"
            await documents.put_file(hearing_id, kind, name, copy, "video/mp4", office.now(), BY)

    async def _render(self, hearing_id: HearingId, sources: Sequence[Path], copy: Path) -> None:
        command = (sys.executable, "-m", "media.record.office_copy", *map(str, sources), str(copy))
        process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        assert process.stdout is not None
        try:
            async for line in process.stdout:
                self._progress[hearing_id] = Progress(CopyState.WAITING, float(line))
            if await process.wait() != 0:
                raise OSError("the copy could not be encoded")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def copy_of(recording: Document, documents: Sequence[Document]) -> Document | None:
    """The copy that was made of this recording."""
    return next((one for one in documents if one.kind == f"{COPY}{recording.version}"), None)
