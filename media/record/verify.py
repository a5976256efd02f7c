"""Finding what is wrong with tapes: one flipped byte is enough.

Without a key anyone can check that each part hashes to its line in the chain, that the chain is one, that every part
begins with the head before it and that every frame's CRC holds. With the key each frame is opened too, which proves
that it was written by the holder of the key, in this place of this tape. With the heads from the journal it is also
known that nothing was cut off or rewritten as a whole. And the tapes are held against the floor's own tape: a packet
of a track that the floor did not keep at that time is foreign.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from media.record.frames import FLOOR_TAPE, Damaged, Flag, Frame, Preamble, TapeName, bodies, read_part
from media.record.tape import (
    Link,
    TapeHead,
    first_head,
    next_head,
    part_path,
    parts_of,
    read_chain,
    read_tape,
    tapes_in,
)

SLACK_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and where: a tape, one of its parts (0: the chain file), a byte."""

    tape: str
    part: int
    offset: int
    why: str


def verify_tapes(folder: Path, key: bytes | None, heads: Iterable[TapeHead] = ()) -> list[Fault]:
    """Everything that is wrong with a hearing's tapes; an empty list is a sound record.

    A part that is still being written, or was when the server died, is not in the chain yet; run ``recover`` first.
    """
    tapes = tapes_in(folder)
    faults = [fault for tape in tapes for fault in _verify_tape(folder, tape, key)]
    faults += _missing(folder, heads)
    if key is not None and not faults:
        faults += _foreign(folder, key, tapes)
    return faults


def _verify_tape(folder: Path, tape: TapeName, key: bytes | None) -> Iterator[Fault]:
    try:
        links, torn = read_chain(folder, tape)
    except Damaged as damage:
        yield Fault(tape.folder, 0, damage.offset, damage.why)
        return
    if torn:
        yield Fault(tape.folder, 0, sum(len(link.line()) for link in links), "torn chain line")
    head = first_head(tape)
    for link in links:
        if next_head(head, link.sha256) != link.head:
            yield Fault(tape.folder, link.part, 0, "the chain is broken")
        yield from _verify_part(folder, tape, link, head, key)
        head = link.head
    chained = {link.part for link in links}
    for part in parts_of(folder, tape):
        if part not in chained:
            yield Fault(tape.folder, part, 0, "part is not in the chain")


def _verify_part(folder: Path, tape: TapeName, link: Link, previous: bytes, key: bytes | None) -> Iterator[Fault]:
    path = part_path(folder, tape, link.part)
    if not path.exists():
        yield Fault(tape.folder, link.part, 0, "part is missing")
        return
    data = path.read_bytes()
    wrong = len(data) != link.size or hashlib.sha256(data).digest() != link.sha256
    if wrong:
        yield Fault(tape.folder, link.part, _where(data, link, previous), "part is altered")
    elif data:
        preamble = Preamble.read(data)
        if preamble.part != link.part or preamble.previous != previous:
            yield Fault(tape.folder, link.part, 0, "part is in the wrong place")
        if key is not None:
            damages: list[Damaged] = []
            read_part(data, key, tape, damages)
            for damage in damages:
                if damage.why != "torn tail":
                    yield Fault(tape.folder, link.part, damage.offset, damage.why)


def _where(data: bytes, link: Link, previous: bytes) -> int:
    """The first frame that shows the damage, as near as the CRCs can tell."""
    try:
        preamble = Preamble.read(data)
    except Damaged:
        return 0
    if preamble.part != link.part or preamble.previous != previous:
        return 0
    end = 0
    for at, body in bodies(data):
        if body is None:
            return at
        end = at + 8 + len(body)
    return min(end, len(data))


def _missing(folder: Path, heads: Iterable[TapeHead]) -> Iterator[Fault]:
    """What the journal has seen and the disk does not show."""
    for expected in heads:
        tape = TapeName.of_folder(expected.tape)
        try:
            links = read_chain(folder, tape)[0] if tape is not None else []
        except Damaged:
            continue
        heads_here = {link.part: link.head.hex() for link in links}
        if expected.part and heads_here.get(expected.part) != expected.sha256_chain_head:
            yield Fault(expected.tape, expected.part, 0, "the journal knows another head")


def _foreign(folder: Path, key: bytes, tapes: Iterable[TapeName]) -> Iterator[Fault]:
    """Packets that the floor did not allow when they arrived."""
    floors = [json.loads(f.content) for f in read_tape(folder, key, FLOOR_TAPE) if f.flag is Flag.FLOOR]
    for tape in tapes:
        if tape.kind == "floor":
            continue
        allowed = list(_allowed(floors, tape))
        for part in parts_of(folder, tape):
            frames = read_part(part_path(folder, tape, part).read_bytes(), key, tape)
            if any(not _is_allowed(frame, allowed) for frame in frames):
                yield Fault(tape.folder, part, 0, "the floor kept no such track then")


def _allowed(floors: list[dict[str, object]], tape: TapeName) -> Iterator[tuple[int, int]]:
    since: int | None = None
    for kept in floors:
        at, sound = kept["at"], kept["sound"]
        assert isinstance(at, int)
        assert isinstance(sound, list)
        named = tape.seat == kept["video"] if tape.kind == "video" else tape.seat in sound
        keeps = named and kept["sealed"] == tape.sealed
        if keeps and since is None:
            since = at
        elif not keeps and since is not None:
            yield since, at
            since = None
    if since is not None:
        yield since, 1 << 63


def _is_allowed(frame: Frame, allowed: list[tuple[int, int]]) -> bool:
    if frame.flag not in (Flag.RTP, Flag.RTX):
        return True
    return any(start - SLACK_NS <= frame.arrival_ns <= end + SLACK_NS for start, end in allowed)
