"""A tape: what arrived on one track, kept as it arrived.

Recorders that write playable files lose what their container held back when they die; a file of received packets
loses nothing. A tape is a folder of parts of about ten seconds (:mod:`media.record.frames` is their format) and a
``chain`` file with one line for each finished part::

    000001 218304 <sha256 of the part> <head after it>

``head_n = sha256(head_{n-1} || sha256(part_n))``, ``head_0 = sha256("tyndau tape " + name)``: a tape's head stands
for all of it, and the journal holds the heads. The name is a seat's id and a kind, never a person's.

A full disk does not make the tape unreadable. What was sealed but not accepted stays in memory, bounded by the
recorder, and is written on from the very byte where the disk stopped.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from media.record.disk import Disk, LocalDisk
from media.record.frames import (
    FRAME,
    PREAMBLE,
    Damaged,
    Flag,
    Frame,
    Header,
    Preamble,
    Sealer,
    TapeName,
    read_part,
    whole,
)

PART_NS = 10_000_000_000
CLOCKS = {"audio": 48_000, "video": 90_000, "floor": 0}
CODECS = {"audio": "opus", "video": "vp8", "floor": "json"}


@dataclass(frozen=True, slots=True)
class TapeHead:
    """How far a tape is finished and what all of it hashes to. ``bytes`` counts the finished parts."""

    tape: str
    seat: str
    kind: str
    part: int
    sha256_chain_head: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Link:
    """One line of the chain file."""

    part: int
    size: int
    sha256: bytes
    head: bytes

    def line(self) -> bytes:
        return f"{self.part:06d} {self.size} {self.sha256.hex()} {self.head.hex()}\n".encode()

    @classmethod
    def read(cls, line: str) -> Link:
        part, size, sha256, head = line.split(" ")
        link = cls(int(part), int(size), bytes.fromhex(sha256), bytes.fromhex(head))
        if link.line().decode() != line + "\n":
            raise ValueError("not a line of ours")
        return link


def first_head(tape: TapeName) -> bytes:
    return hashlib.sha256(b"tyndau tape " + tape.folder.encode()).digest()


def next_head(head: bytes, sha256: bytes) -> bytes:
    return hashlib.sha256(head + sha256).digest()


def part_path(folder: Path, tape: TapeName, part: int) -> Path:
    return folder / tape.folder / f"{part:06d}.part"


def chain_path(folder: Path, tape: TapeName) -> Path:
    return folder / tape.folder / "chain"


def tapes_in(folder: Path) -> list[TapeName]:
    """The tapes of a hearing, by name."""
    if not folder.is_dir():
        return []
    names = (TapeName.of_folder(entry.name) for entry in sorted(folder.iterdir()) if entry.is_dir())
    return [name for name in names if name is not None]


def parts_of(folder: Path, tape: TapeName) -> list[int]:
    return sorted(int(p.stem) for p in (folder / tape.folder).glob("[0-9]*.part") if p.stem.isdigit())


def read_chain(folder: Path, tape: TapeName) -> tuple[list[Link], bytes]:
    """The chain's whole lines, and what a torn tail left behind them. A damaged line raises :class:`Damaged`."""
    path = chain_path(folder, tape)
    data = path.read_bytes() if path.exists() else b""
    lines, _, tail = data.rpartition(b"\n")
    links: list[Link] = []
    offset = 0
    for line in lines.split(b"\n") if lines else ():
        try:
            links.append(Link.read(line.decode("ascii")))
        except ValueError as wrong:
            raise Damaged(offset, "damaged chain line") from wrong
        offset += len(line) + 1
    return links, tail


class Part:
    """One part being written. ``append`` seals, ``flush`` hands to the disk; neither ever tears what was accepted."""

    def __init__(self, disk: Disk, folder: Path, header: Header, tape: TapeName, previous: bytes, key: bytes) -> None:
        self._disk = disk
        preamble = Preamble.fresh(header.part, previous)
        self._sealer = Sealer(key, tape, preamble)
        self._place = 0
        self._unwritten = preamble.bytes()
        self._partly = 0
        self._hash = hashlib.sha256()
        self.number = header.part
        self.size = 0
        self.since_ns = 0
        self.fd = disk.create(part_path(folder, tape, header.part))
        self._header = header.content()

    def append(self, frames: Sequence[Frame]) -> None:
        if self._place == 0:
            self.since_ns = frames[0].arrival_ns
            frames = (Frame(self.since_ns, Flag.HEADER, self._header), *frames)
        sealed = [self._sealer.seal(self._place + n, frame) for n, frame in enumerate(frames)]
        self._place += len(frames)
        self._unwritten += b"".join(sealed)

    def flush(self) -> None:
        """Write what is sealed; ``OSError`` when the disk takes no more now, to be tried again later."""
        while self._unwritten:
            written = self._disk.write(self.fd, self._unwritten)
            if written <= 0:
                raise OSError("the disk took nothing")
            self._hash.update(self._unwritten[:written])
            self.size += written
            self._unwritten = self._unwritten[written:]

    @property
    def waiting(self) -> int:
        """Bytes that are sealed and that the disk has not taken yet."""
        return len(self._unwritten)

    def finish(self, head: bytes) -> Link:
        """The part's line in the chain, over what the disk accepted."""
        sha256 = self._hash.digest()
        return Link(self.number, self.size, sha256, next_head(head, sha256))


class Tape:
    """The track being written: one open part or none, and the chain's head. Used by the recorder's writer only."""

    def __init__(self, disk: Disk, folder: Path, name: TapeName, key: bytes) -> None:
        self._disk, self._folder, self._key = disk, folder, key
        self.name = name
        links, _ = read_chain(folder, name)
        self._head = links[-1].head if links else first_head(name)
        self._number = max([0, *parts_of(folder, name)])
        self._bytes = sum(link.size for link in links)
        self._finished = links[-1].part if links else 0
        self.part: Part | None = None

    def seal(self, frames: Sequence[Frame], codec: str) -> None:
        """Seal frames into the open part, opening one if there is none. ``OSError``: nothing was sealed."""
        if self.part is None:
            number = self._number + 1
            clock = CLOCKS[self.name.kind]
            codec = codec or CODECS[self.name.kind]
            header = Header(self.name.seat, self.name.kind, codec, clock, self.name.sealed, number)
            self.part = Part(self._disk, self._folder, header, self.name, self._head, self._key)
            self._number = number
        self.part.append(frames)

    def flush(self) -> None:
        """Hand what is sealed to the disk. ``OSError``: some of it waits, to be tried again."""
        if self.part is not None:
            self.part.flush()

    def finish(self) -> tuple[int, Link] | None:
        """End the open part: its descriptor, to be synced and closed, and its line in the chain."""
        if self.part is None:
            return None
        part, self.part = self.part, None
        link = part.finish(self._head)
        self._head = link.head
        self._bytes += link.size
        self._finished = link.part
        return part.fd, link

    def head(self) -> TapeHead:
        name = self.name
        return TapeHead(name.folder, name.seat, name.kind, self._finished, self._head.hex(), self._bytes)


def read_tape(folder: Path, key: bytes, tape: TapeName, parts: Sequence[int] | None = None) -> Iterator[Frame]:
    """Every frame of a tape that opens, in the order it arrived; damage and torn tails are stepped over."""
    for part in parts_of(folder, tape) if parts is None else parts:
        yield from read_part(part_path(folder, tape, part).read_bytes(), key, tape)


def recover(folder: Path, key: bytes, disk: Disk | None = None) -> list[TapeHead]:
    """Bring tapes that a crash left open into order: cut torn tails, chain the unfinished parts, and tell the heads.

    Whole frames are known by their CRC, not by the key: with a wrong key nothing may be cut, so the key is tried first.
    Finished parts are never touched, whatever is wrong with them; that is for ``verify_tapes``.
    """
    disk = disk or LocalDisk()
    heads = [_recover_tape(folder, key, tape, disk) for tape in tapes_in(folder)]
    return [head for head in heads if head is not None]


def _recover_tape(folder: Path, key: bytes, tape: TapeName, disk: Disk) -> TapeHead | None:
    links, torn = read_chain(folder, tape)
    finished = {link.part for link in links}
    head = links[-1].head if links else first_head(tape)
    parts = parts_of(folder, tape)
    fd = disk.extend(chain_path(folder, tape))
    try:
        if torn:
            disk.cut(fd, sum(len(link.line()) for link in links))
        for number in (n for n in parts if n not in finished):
            path = part_path(folder, tape, number)
            data = path.read_bytes()
            size = whole(data)
            if size > PREAMBLE.size:
                _try_key(data[:size], key, tape)
            if size < len(data):
                part_fd = disk.extend(path)
                try:
                    disk.cut(part_fd, size)
                    disk.sync(part_fd)
                finally:
                    disk.close(part_fd)
            sha256 = hashlib.sha256(data[:size]).digest()
            link = Link(number, size, sha256, next_head(head, sha256))
            _write_whole(disk, fd, link.line())
            links.append(link)
            head = link.head
        disk.sync(fd)
    finally:
        disk.close(fd)
    if not links:
        return None
    bytes_ = sum(link.size for link in links)
    return TapeHead(tape.folder, tape.seat, tape.kind, links[-1].part, head.hex(), bytes_)


def _try_key(data: bytes, key: bytes, tape: TapeName) -> None:
    length, _ = FRAME.unpack_from(data, PREAMBLE.size)
    first = data[: PREAMBLE.size + FRAME.size + length]
    if not read_part(first, key, tape):
        raise Damaged(PREAMBLE.size, "tape does not open with this key")


def _write_whole(disk: Disk, fd: int, data: bytes) -> None:
    while data:
        written = disk.write(fd, data)
        if written <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        data = data[written:]
