"""How the server and the speech worker talk: frames of a JSON head and raw sound over two pipes.

The worker may die at any byte. A frame is taken whole or not at all, so a torn one is the same as silence.
"""

from __future__ import annotations

import asyncio
import json
import struct
from typing import Any, BinaryIO

_LENGTHS = struct.Struct("<II")
LARGEST = 16 * 1024 * 1024

Head = dict[str, Any]
Frame = tuple[Head, bytes]


class Torn(Exception):
    """The other side is gone, or what came is not a frame."""


def pack(head: Head, body: bytes = b"") -> bytes:
    raw = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(raw), len(body)) + raw + body


def _sizes(lengths: bytes) -> tuple[int, int]:
    head, body = _LENGTHS.unpack(lengths)
    if head > LARGEST or body > LARGEST:
        raise Torn("frame too large")
    return head, body


def take(buffer: bytearray) -> Frame | None:
    """Take one whole frame from the front of ``buffer``, or None while it is not complete."""
    if len(buffer) < _LENGTHS.size:
        return None
    head, body = _sizes(bytes(buffer[: _LENGTHS.size]))
    end = _LENGTHS.size + head + body
    if len(buffer) < end:
        return None
    start = _LENGTHS.size
    frame = json.loads(bytes(buffer[start : start + head])), bytes(buffer[start + head : end])
    del buffer[:end]
    return frame


async def receive(reader: asyncio.StreamReader) -> Frame:
    try:
        head, body = _sizes(await reader.readexactly(_LENGTHS.size))
        return json.loads(await reader.readexactly(head)), await reader.readexactly(body)
    except (asyncio.IncompleteReadError, ConnectionError) as gone:
        raise Torn("the worker is gone") from gone


def send(out: BinaryIO, head: Head, body: bytes = b"") -> None:
    out.write(pack(head, body))
    out.flush()
