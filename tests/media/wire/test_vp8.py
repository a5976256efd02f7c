"""The descriptor before a VP8 payload: read as RFC 7741 writes it, moved without harm, and never a reason to fail."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.wire import rtp, vp8
from media.wire.vp8 import Descriptor


def packet(payload: bytes, padding: bytes = b"") -> rtp.Rtp:
    found = rtp.parse(rtp.header(96, True, 1, 2, 3, b"", bool(padding)) + payload + padding)
    assert found is not None
    return found


def write(picture: int, tl0: int, temporal: int, *, wide: bool, key: bool = False) -> bytes:
    number = (0x8000 | picture).to_bytes(2, "big") if wide else bytes((picture,))
    return bytes((0x90, 0xE0)) + number + bytes((tl0, temporal << 6 | 0x20, 0 if key else 1)) + b"picture"


@given(st.integers(0, 0x7FFF), st.integers(0, 255), st.integers(0, 3), st.integers(0, 0x7FFF), st.integers(0, 255))
def test_running_numbers_are_read_and_moved(picture: int, tl0: int, temporal: int, by: int, tl0_by: int) -> None:
    for wide, most in ((True, 0x7FFF), (False, 0x7F)):
        payload = write(picture & most, tl0, temporal, wide=wide)
        assert vp8.read(packet(payload)) == Descriptor(True, False, picture & most, tl0, temporal, True)
        moved = vp8.shift(payload, by, tl0_by)
        found = vp8.read(packet(moved))
        assert (found.picture, found.tl0) == ((picture + by) & most, (tl0 + tl0_by) & 255)
        assert found.temporal == temporal
        assert moved[-7:] == b"picture"
        assert len(moved) == len(payload)


def test_the_width_of_a_key_frame_is_read() -> None:
    head = bytes((0x10, 0x10, 0x02, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x42, 0x68, 0x01))
    found = vp8.read(packet(head))
    assert (found.key, found.width) == (True, 640)
    assert vp8.read(packet(head[:8])).width == 0
    assert vp8.read(packet(b"\x10\x11" + head[2:])).width == 0


def test_padding_is_no_picture() -> None:
    assert vp8.read(packet(b"", b"\0\0\x03")) == Descriptor()


@given(st.binary(max_size=12), st.integers(0, 0x7FFF), st.integers(0, 255))
def test_whatever_comes_keeps_its_length(payload: bytes, by: int, tl0_by: int) -> None:
    vp8.read(packet(payload))
    moved = vp8.shift(payload, by, tl0_by)
    assert len(moved) == len(payload)
    assert moved[:2] == payload[:2]
