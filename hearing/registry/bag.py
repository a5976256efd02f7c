"""The evidence bundle as a bag (BagIt 1.0, RFC 8493): how its tag files are written, and how a whole bag is checked.

Two rings: ``manifest-sha256.txt`` hashes what is carried, ``tagmanifest-sha256.txt`` hashes the manifest and the other
tag files, and the seal covers the tag manifest. So the seal, the timestamp on it and the tag manifest are the only
files that nothing lists. Whatever else lies there, is missing, or differs by one byte is refused. A bag may lie in a
folder or in a ZIP file; nothing is unpacked to be checked.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from cryptography import x509

from hearing.registry import cms
from hearing.registry.errors import Damaged

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data/"
BAGIT, INFO, MANIFEST, TAGMANIFEST = "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"
SEAL, TIMESTAMP = f"{TAGMANIFEST}.p7s", f"{TAGMANIFEST}.p7s.tsr"
UNLISTED = frozenset({TAGMANIFEST, SEAL, TIMESTAMP})
LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
LARGEST_TAG = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Carried:
    """One file of the payload: its path below ``data/``, and what it hashes to."""

    path: str
    sha256: str
    size: int


def tag_files(carried: Sequence[Carried], info: Mapping[str, str], extra: Mapping[str, bytes]) -> dict[str, bytes]:
    """Every tag file of a bag with this payload, but for the seal. ``extra`` are tag files of our own."""
    whole = sum(one.size for one in carried)
    said = {**info, "Payload-Oxum": f"{whole}.{len(carried)}"}
    tags = {
        BAGIT: DECLARATION,
        INFO: "".join(f"{name}: {value}\n" for name, value in said.items()).encode(),
        MANIFEST: _manifest((one.sha256, PAYLOAD + one.path) for one in carried),
        **extra,
    }
    listed = _manifest((hashlib.sha256(content).hexdigest(), name) for name, content in sorted(tags.items()))
    return {**tags, TAGMANIFEST: listed}


def _manifest(lines: Iterator[tuple[str, str]]) -> bytes:
    return "".join(f"{sha256}  {path}\n" for sha256, path in lines).encode()


# --- checking ------------------------------------------------------------------------------------------------------


class Source(Protocol):
    """Where a bag lies."""

    def names(self) -> list[str]:
        """Every file's path inside the bag. Raises ``Damaged`` for what is no plain file of the bag."""

    def open(self, name: str) -> IO[bytes]: ...


class FolderSource:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> list[str]:
        found = []
        for path in sorted(self._folder.rglob("*")):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise Damaged(f"{path.relative_to(self._folder)} is no plain file")
            if path.is_file():
                found.append(path.relative_to(self._folder).as_posix())
        return found

    def open(self, name: str) -> IO[bytes]:
        return (self._folder / name).open("rb")


class ZipSource:
    """A bag in a ZIP file, below one folder as we hand it out."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._top = ""

    def names(self) -> list[str]:
        named = [one.filename for one in self._file.infolist() if not one.is_dir()]
        for name in named:
            if not _stays_inside(name):
                raise Damaged(f"{name!r} lies outside the bag")
        if len(named) != len(set(named)):
            raise Damaged("a file lies in the bag twice")
        tops = {name.partition("/")[0] for name in named}
        if len(tops) == 1 and all("/" in name for name in named):
            self._top = f"{tops.pop()}/"
        return sorted(name.removeprefix(self._top) for name in named)

    def open(self, name: str) -> IO[bytes]:
        return self._file.open(self._top + name)


@contextmanager
def source_of(path: Path) -> Iterator[Source]:
    """The bag in a folder or a ZIP file. Raises ``Damaged`` when it is neither."""
    if path.is_dir():
        yield FolderSource(path)
        return
    try:
        with zipfile.ZipFile(path) as file:
            yield ZipSource(file)
    except (zipfile.BadZipFile, FileNotFoundError) as wrong:
        raise Damaged(f"{path} is neither a folder nor a ZIP file that opens") from wrong


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: nothing wrong, or every fault; and what the bag says about itself."""

    faults: Sequence[str]
    info: Mapping[str, str]
    seal: str
    sealed_at: str | None
    """Since when the timestamp proves the seal; None without a timestamp or without its authority's certificate."""


Inside = Callable[[Source, Mapping[str, str], Mapping[str, str]], Sequence[str]]
"""Further checks of a bag whose files are right: the source, its bag-info, and the payload's hashes by path."""


def check(
    source: Source,
    certificate: x509.Certificate,
    authority: x509.Certificate | None = None,
    inside: Inside | None = None,
) -> Checked:
    """Check a bag against the certificate of the court whose seal it should bear."""
    try:
        names = source.names()
        tags = {name: _read_tag(source, name) for name in names if not name.startswith(PAYLOAD)}
        _require(tags)
        listed_tags = _read_manifest(tags[TAGMANIFEST], TAGMANIFEST)
        listed = _read_manifest(tags[MANIFEST], MANIFEST)
    except (Damaged, zipfile.BadZipFile, OSError, KeyError) as wrong:
        return Checked([str(wrong) or type(wrong).__name__], {}, "", None)
    faults = [
        *_kept_to({name for name in tags if name not in UNLISTED}, listed_tags),
        *_kept_to({name for name in names if name.startswith(PAYLOAD)}, listed),
        *(f"{path} is not payload" for path in listed if not path.startswith(PAYLOAD)),
        *(f"{name} was changed" for name, sha in listed_tags.items() if name in tags and sha256_of(tags[name]) != sha),
    ]
    try:
        cms.verify(tags[SEAL], tags[TAGMANIFEST], certificate)
    except Damaged as wrong:
        faults.append(str(wrong))
    whole, altered = _payload(source, {name: sha for name, sha in listed.items() if name in names})
    faults += altered
    info = dict(line.split(": ", 1) for line in tags[INFO].decode().splitlines() if ": " in line)
    if info.get("Payload-Oxum") != f"{whole}.{len(listed)}":
        faults.append("the payload is not as large as the bag says")
    at = None
    if TIMESTAMP in tags and authority is not None:
        try:
            at = cms.verify_timestamp(tags[TIMESTAMP], tags[SEAL], authority).isoformat()
        except Damaged as wrong:
            faults.append(str(wrong))
    if not faults and inside is not None:
        faults += inside(source, info, listed)
    return Checked(faults, info, sha256_of(tags[TAGMANIFEST]), at)


def _require(tags: Mapping[str, bytes]) -> None:
    for name in (BAGIT, INFO, MANIFEST, TAGMANIFEST, SEAL):
        if name not in tags:
            raise Damaged(f"{name} is missing")
    if tags[BAGIT] != DECLARATION:
        raise Damaged("bagit.txt names another version or encoding")
    for name in (INFO, MANIFEST, TAGMANIFEST):
        try:
            text = tags[name].decode("utf-8")
        except UnicodeDecodeError as wrong:
            raise Damaged(f"{name} is not in UTF-8") from wrong
        if text.startswith("\ufeff") or "\r" in text:
            raise Damaged(f"{name} is not plain UTF-8 lines")


def _read_tag(source: Source, name: str) -> bytes:
    with source.open(name) as file:
        content = file.read(LARGEST_TAG + 1)
    if len(content) > LARGEST_TAG:
        raise Damaged(f"{name} is too large")
    return content


def _read_manifest(content: bytes, called: str) -> dict[str, str]:
    found: dict[str, str] = {}
    if not content.endswith(b"\n"):
        raise Damaged(f"{called} is cut short")
    for line in content.decode("utf-8").split("\n")[:-1]:
        match = LINE.fullmatch(line)
        if match is None:
            raise Damaged(f"{called} holds a line that is none")
        sha256, path = match.groups()
        if not _stays_inside(path):
            raise Damaged(f"{called} names {path!r}, outside the bag")
        if path in found:
            raise Damaged(f"{called} names {path} twice")
        found[path] = sha256
    return found


def _stays_inside(path: str) -> bool:
    plain = PurePosixPath(path)
    whole = plain.as_posix() == path and not plain.is_absolute()
    return whole and not {"..", "."} & set(plain.parts) and not re.search(r"[\x00-\x1f\\:~%]", path)


def _kept_to(there: set[str], listed: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(there - set(listed)):
        yield f"{name} is in no manifest"
    for name in sorted(set(listed) - there):
        yield f"{name} is missing"


def _payload(source: Source, listed: Mapping[str, str]) -> tuple[int, list[str]]:
    """How large all of it is, and which files are not what they were."""
    whole, altered = 0, []
    for name, sha256 in listed.items():
        found = hashlib.sha256()
        try:
            with source.open(name) as file:
                while piece := file.read(1 << 20):
                    found.update(piece)
                    whole += len(piece)
        except (zipfile.BadZipFile, OSError):
            altered.append(f"{name} cannot be read")
            continue
        if found.hexdigest() != sha256:
            altered.append(f"{name} was changed")
    return whole, altered


def sha256_of(content: bytes) -> str:
    """In hexadecimal, as manifests spell it."""
    return hashlib.sha256(content).hexdigest()
