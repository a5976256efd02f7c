"""The tape's format: what one part of a tape looks like, byte by byte.

A part begins with a preamble that is readable without a key and binds the part to everything before it::

    8  magic and version   4  part number   16  salt   32  chain head before this part   4  CRC-32 of these 60

and goes on with frames, each complete in itself, so that a torn tail costs one frame and nothing else::

    4  length of the sealed body   4  CRC-32 of length and body   n  sealed body

The sealed body is AES-256-GCM over ``arrival (8, ns) | flag (1) | content``. Its key is derived from the case's key,
the tape's name and the part's random salt, so a part number used twice after a crash can never use a key twice; the
nonce is the frame's place in the part, so frames cannot be exchanged, repeated or removed from the middle unseen. The
CRC lets a reader without the key (recovery, nightly checks) tell whole frames from torn ones.

The first frame of each part is its header: seat, kind, codec and clock as JSON, authenticated like all else.
"""

from __future__ import annotations

import enum
import json
import os
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hearing.floor import Floor
from hearing.participants import SeatId

MAGIC = b"TYNDAU\x00\x01"
PREAMBLE = struct.Struct(">8sI16s32sI")
FRAME = struct.Struct(">II")
STAMP = struct.Struct(">QB")
TAG = 16
MAX_BODY = 1 << 17
PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Flag(enum.IntEnum):
    """What a frame holds. ``RTX`` is a retransmission as it arrived, behind the SSRC of the stream that it repairs."""

    HEADER = 0
    RTP = 1
    RTCP = 2
    RTX = 3
    FLOOR = 4
    LOST = 5


class TapeName(NamedTuple):
    """Which track a tape holds. There are three ways to make one, and none of them makes a remote camera's tape."""

    seat: SeatId
    kind: str
    sealed: bool

    @staticmethod
    def voice(seat: SeatId, floor: Floor) -> TapeName:
        """The voice of a seat whose sound this floor keeps."""
        if seat not in floor.recorded_sound:
            raise ValueError("this floor keeps no sound of that seat")
        return TapeName(_plain(seat), "audio", floor.sealed)

    @staticmethod
    def court_camera(floor: Floor) -> TapeName:
        """The picture of the one seat that this floor calls the court camera."""
        if floor.recorded_video is None:
            raise ValueError("this floor keeps no picture")
        return TapeName(_plain(floor.recorded_video), "video", floor.sealed)

    @staticmethod
    def of_folder(name: str) -> TapeName | None:
        """Read a tape's name back from its folder."""
        stem, *sealed = name.split(".sealed") if name.endswith(".sealed") else (name,)
        seat, dot, kind = stem.rpartition(".")
        if not dot or kind not in ("audio", "video", "floor") or not PLAIN_NAME.fullmatch(seat):
            return None
        return TapeName(SeatId(seat), kind, bool(sealed))

    @property
    def folder(self) -> str:
        return f"{self.seat}.{self.kind}{'.sealed' if self.sealed else ''}"


FLOOR_TAPE = TapeName(SeatId("court"), "floor", False)
"""Keeps what the floor allowed to be recorded and since when: the track tapes can be held against it."""


def _plain(seat: SeatId) -> SeatId:
    if not PLAIN_NAME.fullmatch(seat):
        raise ValueError("a seat's id must be fit for a file name")
    return seat


class Damaged(Exception):
    """A part is not what was written: where, and what is wrong with it."""

    def __init__(self, offset: int, why: str) -> None:
        super().__init__(f"{why} at byte {offset}")
        self.offset = offset
        self.why = why


class Frame(NamedTuple):
    """One thing that was put on tape, and when it arrived."""

    arrival_ns: int
    flag: Flag
    content: bytes


@dataclass(frozen=True, slots=True)
class Preamble:
    part: int
    salt: bytes
    previous: bytes

    @classmethod
    def fresh(cls, part: int, previous: bytes) -> Preamble:
        return cls(part, os.urandom(16), previous)

    @classmethod
    def read(cls, data: bytes | memoryview) -> Preamble:
        if len(data) < PREAMBLE.size:
            raise Damaged(0, "no preamble")
        magic, part, salt, previous, crc = PREAMBLE.unpack_from(data)
        if magic != MAGIC or crc != zlib.crc32(data[: PREAMBLE.size - 4]):
            raise Damaged(0, "damaged preamble")
        return cls(part, salt, previous)

    def bytes(self) -> bytes:
        packed = PREAMBLE.pack(MAGIC, self.part, self.salt, self.previous, 0)[:-4]
        return packed + zlib.crc32(packed).to_bytes(4, "big")


class Sealer:
    """Seals and opens the frames of one part."""

    def __init__(self, key: bytes, tape: TapeName, preamble: Preamble) -> None:
        info = b"tyndau tape " + tape.folder.encode()
        self._aead = AESGCM(HKDF(SHA256(), 32, salt=preamble.salt, info=info).derive(key))
        self._bound = preamble.bytes()

    def seal(self, place: int, frame: Frame) -> bytes:
        plain = STAMP.pack(frame.arrival_ns, frame.flag) + frame.content
        body = self._aead.encrypt(place.to_bytes(12, "big"), plain, self._bound)
        length = len(body).to_bytes(4, "big")
        return length + zlib.crc32(body, zlib.crc32(length)).to_bytes(4, "big") + body

    def open(self, place: int, body: bytes | memoryview) -> Frame:
        plain = self._aead.decrypt(place.to_bytes(12, "big"), body, self._bound)
        arrival_ns, flag = STAMP.unpack_from(plain)
        return Frame(arrival_ns, Flag(flag), plain[STAMP.size :])


@dataclass(frozen=True, slots=True)
class Header:
    """What the first frame of a part says about it."""

    seat: SeatId
    kind: str
    codec: str
    clock: int
    sealed: bool
    part: int

    def content(self) -> bytes:
        fields = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def read(cls, content: bytes) -> Header:
        fields: dict[str, Any] = json.loads(content)
        return cls(**fields)


def bodies(data: bytes | memoryview) -> Iterator[tuple[int, memoryview | None]]:
    """Walk a part's frames without a key: the offset and the sealed body, ``None`` where a frame's CRC is wrong.

    Ends silently after the last whole frame; :func:`whole` says where that was.
    """
    view, at = memoryview(data), PREAMBLE.size
    while at + FRAME.size <= len(view):
        length, crc = FRAME.unpack_from(view, at)
        end = at + FRAME.size + length
        if not STAMP.size + TAG <= length <= MAX_BODY or end > len(view):
            return
        body = view[at + FRAME.size : end]
        yield at, body if crc == zlib.crc32(body, zlib.crc32(view[at : at + 4])) else None
        at = end


def whole(data: bytes | memoryview) -> int:
    """How many bytes from the part's beginning are whole: the rest is a torn tail."""
    try:
        Preamble.read(data)
    except Damaged:
        return 0
    end = PREAMBLE.size
    for at, body in bodies(data):
        if body is None:
            return end
        end = at + FRAME.size + len(body)
    return end


def read_part(data: bytes | memoryview, key: bytes, tape: TapeName, faults: list[Damaged] | None = None) -> list[Frame]:
    """Every frame of a part that opens; what does not open is left out and told in ``faults``."""
    found = faults if faults is not None else []
    if not data:
        return []
    try:
        sealer = Sealer(key, tape, Preamble.read(data))
    except Damaged as damage:
        found.append(damage)
        return []
    frames: list[Frame] = []
    end = PREAMBLE.size
    for place, (at, body) in enumerate(bodies(data)):
        try:
            if body is None:
                raise Damaged(at, "damaged frame")
            frames.append(sealer.open(place, body))
        except Damaged as damage:
            found.append(damage)
        except InvalidTag:
            found.append(Damaged(at, "frame does not open with this key"))
        end = at + FRAME.size + int.from_bytes(data[at : at + 4], "big")
    if end != len(data):
        found.append(Damaged(end, "torn tail"))
    return frames
