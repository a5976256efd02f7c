"""The evidence bundle of a hearing: all that was sealed, the journal, and the sealed list of persons, as one bag.

Nothing is stored twice: a bundle document names the sealed documents that it carries and holds the tag files with the
seal; the bag itself is put together while it is handed out. The journal in it holds ids and salted hashes only. Who
they are, and the court's own reports, only the holder of the case's key opens (``confided``).
"""

from __future__ import annotations

import asyncio
import base64
import json
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, Any, cast

from hearing import facts as f
from hearing.hearings import Hearing
from hearing.participants import HearingId
from hearing.registry import bag, cades, cms
from hearing.registry.confided import COURT_ONLY, PERSONS_FILE, REPORTS_FILE, seal_persons, seal_reports
from hearing.registry.documents import DERIVED, Document
from hearing.registry.journal import Entry, StoredEntry, canonical
from hearing.registry.office import Office
from hearing.registry.verify import chain_faults
from hearing.wrongs import Refused

BUNDLE, JOURNAL, PERSONS, REPORTS = "bundle", "journal", "persons", "reports"
CARRIED_ANEW = frozenset({BUNDLE, JOURNAL, PERSONS, REPORTS})
JOURNAL_FILE, CERTIFICATE_FILE = "journal.jsonl", "seal.crt"
LANGUAGE_IN_NAME = frozenset({"ruling", "minutes", "link-test"})
EPOCH = (1980, 1, 1, 0, 0, 0)

Stamp = Callable[[bytes], Awaitable[bytes]]
"""A timestamp request -> the authority's response. Raises ``OSError`` when the authority cannot be asked."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was made. ``digest`` is the SHA-256 of its tag manifest: it stands for all of it."""

    document: Document
    hearing: HearingId
    version: int
    digest: str
    stamped: bool
    files: Sequence[tuple[str, str]]
    tags: Mapping[str, bytes]


async def make(office: Office, name: HearingId, hearing: Hearing, court: str, at: float, stamp: Stamp | None) -> Bundle:
    """Put a bundle together and keep it. Its hash is not yet a fact: that is the caller's act.

    Raises ``OSError`` when a timestamp is wanted and cannot be had; then nothing was kept.
    """
    entries = await office.journal.read(name)
    documents = office.docket.documents
    exported = "".join([line async for line in office.journal.export(name)][: len(entries)]).encode()
    kept = [one for one in await documents.of(name) if one.kind not in CARRIED_ANEW]
    carried = [one for one in kept if one.kind not in COURT_ONLY and not one.kind.startswith(DERIVED)]
    reports = [(PurePosixPath(place(one)).name, one) for one in kept if one.kind in COURT_ONLY]
    payload = [bag.Carried(place(one), one.sha256, one.size) for one in carried]
    written = (
        (JOURNAL, JOURNAL_FILE, exported, "application/jsonl"),
        (PERSONS, PERSONS_FILE, await seal_persons(office, name, hearing), "application/octet-stream"),
        (REPORTS, REPORTS_FILE, await seal_reports(office, name, hearing.case, reports), "application/octet-stream"),
    )
    for _, path, content, _ in written:
        payload.append(bag.Carried(path, bag.sha256_of(content), len(content)))
    info = {
        "Source-Organization": " ".join(court.split()),
        "External-Identifier": name,
        "Bagging-Date": datetime.fromtimestamp(at, UTC).date().isoformat(),
        "Bag-Software-Agent": "Tyndau",
        "Journal-Entries": str(entries[-1].version),
        "Journal-Digest": entries[-1].digest,
    }
    tags = bag.tag_files(payload, info, {CERTIFICATE_FILE: office.seals.certificate})
    tags[bag.SEAL] = await asyncio.to_thread(office.seals.sign, tags[bag.TAGMANIFEST])
    if stamp is not None:
        tags[bag.TIMESTAMP] = await stamp(cms.timestamp_request(tags[bag.SEAL]))
    for kind, path, content, media_type in written:
        carried.append(await documents.put(name, kind, path, content, media_type, at, "system"))
    listed = {
        "version": entries[-1].version,
        "files": [[place(one), one.id] for one in carried],
        "tags": {tag: base64.b64encode(content).decode() for tag, content in tags.items()},
    }
    described = canonical(listed).encode()
    document = await documents.put(name, BUNDLE, "bundle.json", described, "application/json", at, "system")
    return _read(document, listed)


async def latest(office: Office, name: HearingId) -> Bundle | None:
    """The newest bundle of this hearing, if one was made."""
    document = await office.docket.documents.latest(name, BUNDLE)
    return await of_document(office, document) if document is not None else None


async def of_document(office: Office, document: Document) -> Bundle:
    """The bundle that this document describes."""
    return _read(document, json.loads(await office.docket.documents.read(document.id)))


def covers(bundle: Bundle, entries: Sequence[Entry]) -> bool:
    """Whether nothing was written since that a bundle ought to carry."""
    return all(
        isinstance(entry.fact, f.DigestTold) or (isinstance(entry.fact, f.FileSealed) and entry.fact.kind == BUNDLE)
        for entry in entries
        if entry.version > bundle.version
    )


async def zipped(office: Office, bundle: Bundle, top: str) -> AsyncIterator[bytes]:
    """The bag as a ZIP file, below a folder ``top``, piece by piece; nothing is compressed and nothing waits."""
    sink = _Sink()
    with zipfile.ZipFile(cast("IO[bytes]", sink), "w", zipfile.ZIP_STORED) as file:
        for tag, content in bundle.tags.items():
            file.writestr(zipfile.ZipInfo(f"{top}/{tag}", EPOCH), content)
        yield sink.take()
        for path, document in bundle.files:
            inside = zipfile.ZipInfo(f"{top}/{bag.PAYLOAD}{path}", EPOCH)
            with file.open(inside, "w", force_zip64=True) as entry:
                async for piece in office.docket.documents.stream(document):
                    entry.write(piece)
                    yield sink.take()
    yield sink.take()


class _Sink:
    """What the ZIP writer writes into: it cannot go back, and what came is taken away at once."""

    def __init__(self) -> None:
        self._written = bytearray()

    def write(self, data: bytes) -> int:
        self._written += data
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def place(document: Document) -> str:
    """Where a document lies in the bag; plain letters only, and no two at one place."""
    if document.kind in (JOURNAL, PERSONS, REPORTS):
        return document.name
    folder = document.kind.partition("-")[0] if document.kind not in LANGUAGE_IN_NAME else document.kind
    suffix = PurePosixPath(document.name).suffix
    language = f"-{PurePosixPath(document.name).stem.rpartition('-')[2]}" if document.kind in LANGUAGE_IN_NAME else ""
    return f"{folder}/{document.kind}-{document.version}{language}{suffix}"


def _read(document: Document, kept: Mapping[str, Any]) -> Bundle:
    tags = {str(tag): base64.b64decode(content) for tag, content in kept["tags"].items()}
    digest = bag.sha256_of(tags[bag.TAGMANIFEST])
    files = [(str(path), str(carried)) for path, carried in kept["files"]]
    return Bundle(document, document.hearing, int(kept["version"]), digest, bag.TIMESTAMP in tags, files, tags)


# --- checking ------------------------------------------------------------------------------------------------------


def inside(source: bag.Source, info: Mapping[str, str], listed: Mapping[str, str]) -> list[str]:
    """Whether the journal in a bag chains up to the entry that bag-info names, and the files are those it sealed."""
    with source.open(bag.PAYLOAD + JOURNAL_FILE) as file:
        lines = file.read().decode().splitlines()
    try:
        stored = [_stored(json.loads(line)) for line in lines]
        entries = [entry.fact for entry in stored]
    except (ValueError, KeyError, TypeError):
        return ["the journal cannot be read"]
    faults = [f"the journal: {fault.where} {fault.why}" for fault in chain_faults(stored)]
    if not stored or (str(len(stored)), stored[-1].digest) != (info.get("Journal-Entries"), info.get("Journal-Digest")):
        faults.append("the journal does not end where the bag says")
    there, confided = set(listed.values()), bag.PAYLOAD + REPORTS_FILE in listed
    for fact in map(json.loads, entries):
        if fact["fact"] != "FileSealed" or fact["kind"] in CARRIED_ANEW or fact["sha256"] in there:
            continue
        if not (confided and fact["kind"] in COURT_ONLY):
            faults.append(f"the journal sealed {fact['kind']} {fact['name']}, which is not in the bag")
    return [*faults, *_signature_faults(source, stored, {sha256: path for path, sha256 in listed.items()})]


def _signature_faults(source: bag.Source, stored: Sequence[StoredEntry], paths: Mapping[str, str]) -> Iterator[str]:
    """The own signatures that were checked when they came, once more: whose they are, the bag does not say."""
    for entry in stored:
        fact = json.loads(entry.fact)
        if fact["fact"] != "SignatureAdded":
            continue
        try:
            made, content = (source.open(paths[fact[one]]).read() for one in ("cms", "sha256"))
            found = cades.check(made, content, None, entry.at)
        except (KeyError, Refused):
            yield f"the own signature {fact['cms']} is not there or does not fit its document"
            continue
        if found.signature != fact["signature"]:
            yield f"the own signature {fact['cms']} is {found.signature}, not {fact['signature']}"


def _stored(line: Mapping[str, Any]) -> StoredEntry:
    by = line["by"]
    return StoredEntry(
        line["hearing"],
        line["version"],
        float(line["at"]),
        by["person"],
        by["role"],
        canonical(line["fact"]),
        line["previous"],
        line["digest"],
    )
