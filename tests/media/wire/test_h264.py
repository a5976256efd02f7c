"""Where an H.264 stream can be begun, whatever the packet holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.wire import h264, rtp
from tests.media.record.synthetic import h264 as encoded
from tests.media.record.synthetic import packetised, units

HEAD = rtp.header(126, True, 1, 1, 1, b"", False)


def packet(payload: bytes) -> rtp.Rtp:
    found = rtp.parse(HEAD + payload)
    assert found is not None
    return found


@pytest.mark.parametrize("mtu", [60, 1200])
def test_a_real_stream_can_be_begun_where_its_key_frames_lie_and_nowhere_else(mtu: int) -> None:
    begun = [any(h264.read(packet(one)).key for one in packetised(frame, mtu)) for frame in encoded(4)]
    assert [number for number, key in enumerate(begun) if key] == [0, 30]


def test_a_parameter_set_alone_and_in_pieces_counts() -> None:
    unit = units(encoded(1)[0])[0]
    assert h264.read(packet(unit)).key
    assert h264.read(packet(bytes((0x7C, 0x87)) + unit[1:5])).key
    assert not h264.read(packet(bytes((0x7C, 0x47)) + unit[5:])).key, "the end of one is no beginning"
    assert not h264.read(packet(b"")).key


@given(st.binary(max_size=60))
def test_nothing_in_a_packet_raises(payload: bytes) -> None:
    h264.read(packet(payload))
