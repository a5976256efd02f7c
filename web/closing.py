"""What is made of a hearing after it has closed: the finished file, the final transcript, the oath's clips, the papers.

Every product is a fact once it is sealed, so this work is simply whatever a closed hearing still lacks. It survives a
crash by asking the same question again at the next start.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from hearing import acts as a
from hearing.hearings import Hearing, Phase, Retention
from hearing.participants import SYSTEM, HearingId, Role, SeatId
from hearing.registry.bundles import BUNDLE
from hearing.registry.documents import Document
from hearing.registry.errors import RegistryError
from hearing.wrongs import Impossible
from media.record.clip import SeatSound, clip
from media.record.finalise import Chapter, Finished, finalise
from media.record.second import whole_folder
from media.record.tape import recover
from media.record.timeline import Timeline
from transcripts.interpretation import tied
from transcripts.settings import Condition
from transcripts.transcript import canonical_json
from transcripts.utterances import RecordedTrack, Utterance
from web import asking, bundling, quality, review, searching, sworn
from web.office import QUALITY, RECORDING, SWORN_WORDS, TIMELINE, TRANSCRIPT, WARNING_CLIP, Office, drafts
from web.recording import head_act
from web.sealing import seal_ruling

if TYPE_CHECKING:
    from web.court import Court

log = structlog.get_logger()

BY = "system"
RETRY_SECONDS = 15.0


class Closing:
    """The queue of closed hearings whose case file is not yet complete."""

    def __init__(self, court: Court) -> None:
        self._court = court
        self._due: asyncio.Queue[HearingId] = asyncio.Queue()
        self._waiting: set[HearingId] = set()

    def due(self, hearing_id: HearingId) -> None:
        """Complete this hearing's file; however often it is asked, it waits only once."""
        if hearing_id not in self._waiting:
            self._waiting.add(hearing_id)
            self._due.put_nowait(hearing_id)

    async def tidy(self) -> None:
        """Wipe away the drafts that a crash left lying open."""
        for draft in self._court.tapes.glob(f"{drafts(self._court.office)}*"):
            await asyncio.to_thread(shutil.rmtree, draft)

    async def recover(self, since: float = 0.0) -> None:
        """Find closed hearings that a crash left unfinished, of those listed for Unix second ``since`` or later.

        A court has thousands: those that are whole are let go.
        """
        clerk = self._court.office.clerk
        for listing in await self._court.office.registry.docket.hearings.closed():
            if listing.scheduled_at < since:
                continue
            try:
                hearing = await clerk.load(listing.id)
            except (Impossible, RegistryError) as wrong:
                log.critical("journal damaged", hearing=listing.id, why=str(wrong))
                continue
            whole = {RECORDING, BUNDLE} <= _kinds(hearing) and hearing.transcript is not None
            if whole or hearing.retention is Retention.DESTROYED:
                clerk.forget(listing.id)
            else:
                self.due(listing.id)

    async def next(self) -> HearingId:
        """The next closed hearing whose case file is to be completed."""
        hearing_id = await self._due.get()
        self._waiting.discard(hearing_id)
        return hearing_id

    def again(self, hearing_id: HearingId) -> None:
        """Try this hearing once more in a while."""
        if hearing_id not in self._waiting:
            self._waiting.add(hearing_id)
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._due.put_nowait, hearing_id)

    async def complete(self, hearing_id: HearingId) -> bool:
        """Make what this hearing lacks. False when something must wait and be tried again."""
        hearing = await self._court.office.clerk.load(hearing_id)
        if hearing.phase is not Phase.CLOSED or hearing.retention is Retention.DESTROYED:
            return True
        key = await self._court.office.registry.keys.tapes(hearing.case)
        second = self._court.office.second_tapes
        folder = whole_folder(self._court.tapes / hearing_id, second / hearing_id if second is not None else None)
        if folder.exists() and hearing.transcript is None:
            await self._mend_tapes(hearing_id, folder, key)
            prefix = drafts(self._court.office)
            with tempfile.TemporaryDirectory(prefix=prefix, dir=self._court.tapes) as draft:
                if not {RECORDING, TIMELINE, QUALITY} <= _kinds(hearing):
                    await self._finish_recording(hearing_id, hearing, folder, key, Path(draft))
                await review.split_voices(self._court.office, hearing_id, Path(draft))
                await self._cut_oaths(hearing_id, hearing, folder, key, Path(draft))
        await seal_ruling(self._court.office, hearing_id)
        if hearing.transcript is None and not await self._transcribe(hearing_id, hearing, folder, key):
            return False
        return await self._bundle(hearing_id)

    async def _bundle(self, hearing_id: HearingId) -> bool:
        """Seal all of it together and tell the parties. False while a timestamp is wanted and cannot be had."""
        try:
            bundle = await bundling.renew(self._court.office, hearing_id)
        except OSError as wrong:
            log.warning("bundle waits", hearing=hearing_id, why=str(wrong))
            return False
        if bundle is not None:
            await bundling.tell_digest(self._court.office, hearing_id, bundle)
        return True

    async def _mend_tapes(self, hearing_id: HearingId, folder: Path, key: bytes) -> None:
        """What a crash at the very close left open on the tapes is brought into their chains. The journal knows the
        heads of the first recording only."""
        for head in await asyncio.to_thread(recover, folder, key):
            if folder.parent == self._court.tapes:
                await asking.perform(self._court.office, hearing_id, head_act(head), SYSTEM)

    async def _finish_recording(
        self, hearing_id: HearingId, hearing: Hearing, folder: Path, key: bytes, scratch: Path
    ) -> None:
        titles = await self._titles(hearing)
        out = scratch / "recording.webm"
        finished = await asyncio.to_thread(
            finalise, folder, key, out, titles, self._chapters(hearing), sealed=hearing.listing.publicity == "closed"
        )
        await keep_recording(self._court.office, hearing_id, finished)

    async def _titles(self, hearing: Hearing) -> dict[SeatId, str]:
        office = self._court.office
        names = await office.registry.docket.persons.names(list(hearing.people))
        titles: dict[SeatId, list[str]] = {}
        for p in hearing.people.values():
            role = office.languages.translate(hearing.listing.language, f"role.{p.role}")
            into = [office.languages.translate(hearing.listing.language, f"into.{c}") for c in p.interpreted_into]
            name = f"{role}: {names.get(p.person, '')}".strip(": ")
            titles.setdefault(p.seat, []).append(f"{name} ({', '.join(into)})" if into else name)
        return {seat: ", ".join(people) for seat, people in titles.items()}

    def _chapters(self, hearing: Hearing) -> list[Chapter]:
        office = self._court.office
        marks = [("announce_opening", hearing.opened_at), *hearing.steps.items()]
        marks += [("oath", p.oath.accepted_at) for p in hearing.people.values() if p.oath is not None]
        marks += [("retire", hearing.retired_at), ("announce_decision", hearing.announced_at)]

        def label(step: str) -> str:
            return office.languages.translate(hearing.listing.language, f"step.{step}")

        return [
            Chapter(int(at * 1e9), label(step)) for step, at in sorted(marks, key=lambda m: m[1] or 0) if at is not None
        ]

    async def _cut_oaths(
        self, hearing_id: HearingId, hearing: Hearing, folder: Path, key: bytes, scratch: Path
    ) -> None:
        wanted = sworn.pieces(hearing, self._court.office.edition_of(hearing))
        missing = [piece for piece in wanted if piece.kind not in _kinds(hearing)]
        if not missing:
            return  # the tapes need not be read again, however often this is asked
        spoken = await asyncio.to_thread(lambda: Timeline(folder, key, sealed=True).voices)
        for piece in missing:
            if piece.seat not in spoken:
                continue
            out = scratch / f"{piece.kind}.ogg"
            start, end = int(piece.start * 1e9), int(piece.end * 1e9)
            await asyncio.to_thread(clip, folder, key, piece.seat, start, end, out)
            if out.exists():
                await _seal_file(self._court.office, hearing_id, piece.kind, out, "audio/ogg")

    async def _keep_sworn_words(self, hearing_id: HearingId, hearing: Hearing, lines: Sequence[Utterance]) -> None:
        """What the recogniser heard in each oath and in the warning before it, beside the clips."""
        said: dict[str, dict[str, object]] = {}
        for piece in sworn.pieces(hearing, self._court.office.edition_of(hearing)):
            part = "warning" if piece.kind.startswith(WARNING_CLIP) else "oath"
            words = json.loads(canonical_json(sworn.words_of(piece, lines)))
            said.setdefault(f"{SWORN_WORDS}{piece.person}", {})[part] = words
        for kind in said.keys() - _kinds(hearing):
            await _seal_json(self._court.office, hearing_id, kind, f"{kind}.json", _canonical(said[kind]))

    async def _transcribe(self, hearing_id: HearingId, hearing: Hearing, folder: Path, key: bytes) -> bool:
        transcriber = self._court.transcriber
        if transcriber.state.condition is not Condition.READY:
            return False
        complete = [v.version for v in await self._court.book.versions(hearing_id) if v.completed_at is not None]
        if complete:
            version = complete[-1]
        else:
            tracks = await asyncio.to_thread(self._tracks, hearing, folder, key)
            version = await transcriber.transcribe_recording(hearing_id, tracks)
        interpreters = {p.seat for p in hearing.with_role(Role.INTERPRETER)}
        lines = tied(await self._court.book.lines(hearing_id, version), interpreters)
        content = canonical_json(lines)
        digest = hashlib.sha256(content).hexdigest()
        if digest not in {sealed.sha256 for sealed in hearing.files.values()}:
            await _seal_json(self._court.office, hearing_id, TRANSCRIPT, "transcript.json", content)
        await self._keep_sworn_words(hearing_id, hearing, lines)
        await searching.reindex(self._court.office, hearing_id)
        act = a.SealTranscript(version, digest, len(lines), transcriber.state.model or "")
        await asking.perform(self._court.office, hearing_id, act, SYSTEM)
        return True

    def _tracks(self, hearing: Hearing, folder: Path, key: bytes) -> list[RecordedTrack]:
        """Every recorded voice, with the language of the person who first sits there."""
        found = []
        for seat, voice in Timeline(folder, key, sealed=True).voices.items():
            people = hearing.at_seat(seat)
            language = people[0].language if people else None
            if voice.first_ns is not None and voice.last_ns is not None:
                first, last = voice.first_ns, voice.last_ns
                found.append(RecordedTrack(seat, first, last, SeatSound(voice, first, last).read, language))
        return found


async def keep_recording(office: Office, hearing_id: HearingId, finished: Finished) -> None:
    """Seal what of a finished recording is not sealed yet: its files, where in them what lies, its quality."""
    if not finished.files:
        return
    segments = [
        {"start": s.start_ns / 1e9, "place": s.file_ns / 1e9, "length": (s.end_ns - s.start_ns) / 1e9}
        for s in finished.segments
    ]
    timeline = {
        "start": segments[0]["start"],
        "duration": finished.duration_ns / 1e9,
        "segments": segments,
        "files": [start / 1e9 for start in finished.starts_ns],
        "size": finished.size,
        "tracks": [{"seat": t.seat, "lost_packets": t.lost_packets} for t in finished.figures.tracks],
    }
    await review.keep_waveform(office, hearing_id, finished)
    hearing = await office.clerk.load(hearing_id)
    sealed = sum(1 for one in hearing.files.values() if one.kind == RECORDING)
    for path in finished.files[sealed:]:
        await _seal_file(office, hearing_id, RECORDING, path, f"video/{path.suffix[1:]}")
    papers = {TIMELINE: _canonical(timeline), QUALITY: quality.content(finished)}
    for kind in papers.keys() - _kinds(hearing):
        await _seal_json(office, hearing_id, kind, f"{kind}.json", papers[kind])


async def _seal_file(office: Office, hearing_id: HearingId, kind: str, path: Path, media_type: str) -> None:
    document = await office.registry.docket.documents.put_file(
        hearing_id, kind, path.name, path, media_type, office.now(), BY
    )
    await _note(office, hearing_id, document)


async def _seal_json(office: Office, hearing_id: HearingId, kind: str, name: str, content: bytes) -> None:
    document = await office.registry.docket.documents.put(
        hearing_id, kind, name, content, "application/json", office.now(), BY
    )
    await _note(office, hearing_id, document)


async def _note(office: Office, hearing_id: HearingId, document: Document) -> None:
    act = a.NoteFileSealed(document.kind, document.id, document.sha256, document.size)
    await asking.perform(office, hearing_id, act, SYSTEM)


def _kinds(hearing: Hearing) -> set[str]:
    return {sealed.kind for sealed in hearing.files.values()}


def _canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
