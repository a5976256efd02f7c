"""What makes a record easy to review: a file of every voice, and the waveform.

Both are derived from what is sealed. They lie in the vault under the case's key like everything else, but no fact names
them and no bundle carries them: they can be made again, and prove nothing that the recording does not.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hearing.participants import HearingId, SeatId
from hearing.registry.documents import DERIVED, Document
from media.record.finalise import Finished
from media.record.voices import split
from web.office import RECORDING, TIMELINE, Office

VOICE = f"{DERIVED}voice-"
"""Prefix of the kind of one voice's file; the seat's id follows."""
WAVEFORM = f"{DERIVED}waveform"
BY = "system"
CELLS_PER_SECOND = 10
POINTS = 500
HALF = 11
"""Half the height of a strip."""
AUDIBLE = 4


@dataclass(frozen=True, slots=True)
class Waveform:
    """Every voice's peaks, ten a second, 255 for full scale."""

    voices: Mapping[SeatId, bytes]


async def keep_waveform(office: Office, hearing_id: HearingId, finished: Finished) -> None:
    """Keep the peaks that were measured while the file was made."""
    documents = office.registry.docket.documents
    if await documents.latest(hearing_id, WAVEFORM) is None:
        peaks = {track.seat: base64.b64encode(track.peaks).decode() for track in finished.figures.tracks}
        content = json.dumps(peaks, sort_keys=True).encode()
        await documents.put(hearing_id, WAVEFORM, "waveform.json", content, "application/json", office.now(), BY)


async def waveform(office: Office, documents: Sequence[Document]) -> Waveform:
    """The peaks of this hearing; of none where it has no waveform."""
    found = next((one for one in documents if one.kind == WAVEFORM), None)
    if found is None:
        return Waveform({})
    kept = json.loads(await office.registry.docket.documents.read(found.id))
    return Waveform({SeatId(seat): base64.b64decode(peaks) for seat, peaks in kept.items()})


async def split_voices(office: Office, hearing_id: HearingId, scratch: Path) -> None:
    """Make a file of every voice that has none yet; ``scratch`` is wiped by whoever made it."""
    documents = office.registry.docket.documents
    timeline = await documents.latest(hearing_id, TIMELINE)
    if timeline is None:
        return
    told = json.loads(await documents.read(timeline.id))
    starts, seats = told.get("files", [0.0]), [track["seat"] for track in told["tracks"]]
    recordings = [one for one in await documents.of(hearing_id) if one.kind == RECORDING][-len(starts) :]
    if not recordings:
        return
    kept = set(voices(await documents.of(hearing_id)))
    if kept >= set(seats):
        return
    sources = []
    for recording in recordings:
        sources.append(scratch / f"whole-{recording.version}")
        with sources[-1].open("wb") as file:
            async for piece in documents.stream(recording.id):
                await asyncio.to_thread(file.write, piece)
    paths = await asyncio.to_thread(split, sources, starts, scratch)
    for seat, path in zip(seats, paths, strict=True):
        if seat not in kept:
            kind = f"{VOICE}{seat}"
            await documents.put_file(hearing_id, kind, path.name, path, "audio/webm", office.now(), BY)


def voices(documents: Sequence[Document]) -> dict[SeatId, Document]:
    """The seats that can be heard alone."""
    return {SeatId(one.kind.removeprefix(VOICE)): one for one in documents if one.kind.startswith(VOICE)}


def path(peaks: bytes, duration: float) -> str:
    """One voice's waveform as an SVG path, 1000 wide and ``2 * HALF`` high, for a recording of this length."""
    cells = max(1.0, duration * CELLS_PER_SECOND)
    points = min(POINTS, int(cells))
    drawn = []
    for point in range(points):
        loud = max(peaks[int(point * cells / points) : int((point + 1) * cells / points)], default=0)
        if loud >= AUDIBLE:
            tall = HALF * (loud / 255) ** 0.5
            drawn.append(f"M{(point + 0.5) * 1000 / points:.4g} {HALF - tall:.3g}v{2 * tall:.3g}")
    return "".join(drawn)
