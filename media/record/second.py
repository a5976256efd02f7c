"""A second recording of the same hearing on another path, and how it is held against the first.

Both recorders are handed the same packets and neither knows of the other: a disk that dies, fills or lies takes one of
them. Their parts begin at different packets and are sealed with different keys, so not the bytes are compared but what
arrived: each packet's time and checksum, tape by tape.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from media.record.frames import Flag, TapeName
from media.record.tape import parts_of, read_tape, tapes_in

SLACK = 16
"""A killed process takes at most a writer's turn from one of the two, which is no difference worth telling."""
PACKETS = frozenset({Flag.RTP, Flag.RTX, Flag.RTCP})


@dataclass(frozen=True, slots=True)
class Difference:
    """How many packets of one tape only one of the two recordings holds."""

    tape: str
    only_first: int
    only_second: int


def differences(first: Path, second: Path, key: bytes) -> list[Difference]:
    """The tapes of two folders that do not hold the same, within the slack of a crash."""
    names = sorted({tape.folder for folder in (first, second) for tape in tapes_in(folder)})
    tapes = [tape for name in names if (tape := TapeName.of_folder(name)) is not None and tape.kind != "floor"]
    found = [_difference(first, second, key, tape) for tape in tapes]
    return [one for one in found if max(one.only_first, one.only_second) > SLACK]


def whole_folder(first: Path, second: Path | None) -> Path:
    """Where the record is to be read: the first recording, or the second where nothing of the first is left."""
    if second is not None and not _holds(first) and _holds(second):
        return second
    return first


def _holds(folder: Path) -> bool:
    return any(parts_of(folder, tape) for tape in tapes_in(folder) if tape.kind != "floor")


def _difference(first: Path, second: Path, key: bytes, tape: TapeName) -> Difference:
    """Both in step: what is earlier on one side and is not on the other stands alone."""
    ours, theirs = _packets(first, key, tape), _packets(second, key, tape)
    mine, other = next(ours, None), next(theirs, None)
    only_first = only_second = 0
    while mine is not None or other is not None:
        if mine == other:
            mine, other = next(ours, None), next(theirs, None)
        elif other is None or (mine is not None and mine < other):
            only_first += 1
            mine = next(ours, None)
        else:
            only_second += 1
            other = next(theirs, None)
    return Difference(tape.folder, only_first, only_second)


def _packets(folder: Path, key: bytes, tape: TapeName) -> Iterator[tuple[int, int]]:
    for frame in read_tape(folder, key, tape):
        if frame.flag in PACKETS:
            yield frame.arrival_ns, zlib.crc32(frame.content)
