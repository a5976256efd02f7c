"""RTP and RTCP: read what was written, and survive whatever else comes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from media.wire import rtcp, rtp, transport_cc, vp8
from media.wire.clock import from_ntp, to_ntp


@given(st.binary(max_size=200))
def test_no_bytes_break_the_readers(data: bytes) -> None:
    packet = rtp.parse(data)
    if packet is not None:
        list(packet.extensions())
        vp8.read(packet)
        assert packet.payload_length >= 0
    for part in rtcp.split(data):
        list(rtcp.reports(part))
        rtcp.nacked(part)
        rtcp.sender_info(part)
        rtcp.feedback_target(part)
        rtcp.full_intra_targets(part)
        transport_cc.read(part)


@given(st.binary(max_size=60), st.integers(0, 31), st.sampled_from([200, 201, 205, 206]))
def test_no_body_breaks_the_readers(body: bytes, count: int, kind: int) -> None:
    packet = rtcp.Packet(kind, count, body, body)
    list(rtcp.reports(packet))
    rtcp.nacked(packet)
    rtcp.sender_info(packet)
    rtcp.feedback_target(packet)
    rtcp.full_intra_targets(packet)
    transport_cc.read(packet)


@given(st.integers(0, 0xFFFF), st.sets(st.integers(0, 300), min_size=1, max_size=60))
def test_a_nack_says_exactly_what_is_missing(base: int, offsets: set[int]) -> None:
    missing = [(base + offset) & 0xFFFF for offset in sorted(offsets)]
    (packet,) = rtcp.split(rtcp.nack(1, 2, missing))
    assert rtcp.nacked(packet) == missing
    assert rtcp.feedback_target(packet) == 2


def test_of_a_nack_that_asks_for_everything_the_first_is_heard() -> None:
    (packet,) = rtcp.split(rtcp.nack(1, 2, [*range(17 * 300)]))
    assert rtcp.nacked(packet) == [*range(17 * rtcp.MOST_ASKED)]


@given(
    st.integers(0, 0xFFFF),
    st.lists(st.tuples(st.integers(1, 40), st.integers(-20_000_000, 90_000_000)), min_size=1, max_size=80),
)
def test_transport_feedback_comes_back_as_it_was(base: int, steps: list[tuple[int, int]]) -> None:
    number, at_ns = base, 1_700_000_000_000_000_000
    arrivals = []
    for step, delta in steps:
        number, at_ns = number + step, at_ns + delta
        arrivals.append((number, at_ns))
    whole = transport_cc.write(1, 2, arrivals, 3)
    assert len(whole) % 4 == 0
    (packet,) = rtcp.split(whole)
    found = transport_cc.read(packet)
    assert transport_cc.claimed(packet) == len(found)
    first = arrivals[0][0]
    expected = {n & 0xFFFF: t for n, t in arrivals if n - first < 1000}
    got = {n: t for n, t in found if t is not None}
    assert got.keys() == expected.keys()
    base_ns = arrivals[0][1] - got[first & 0xFFFF]
    for key, at in got.items():
        assert abs(at + base_ns - expected[key]) <= 500_000
    assert all(t is None for n, t in found if n not in expected)


def test_an_extension_block_is_read_as_written() -> None:
    block = rtp.extension_block(bytes((0x10, 30)) + bytes((0x71, 1, 2)) + bytes((0x42,)) + rtp.abs_send_time(10**18))
    packet = rtp.parse(rtp.header(96, True, 1, 2, 3, block, False) + b"payload")
    assert packet is not None
    found = dict(packet.extensions())
    assert (found[1], found[7], len(found[4])) == (bytes((30,)), bytes((1, 2)), 3)
    assert packet.data[packet.payload_at :] == b"payload"


def test_key_frames_are_told_from_others() -> None:
    def picture(*payload: int) -> bool:
        packet = rtp.parse(rtp.header(96, True, 1, 2, 3, b"", False) + bytes(payload))
        return packet is not None and vp8.read(packet).key

    assert picture(0x10, 0x00)
    assert not picture(0x10, 0x01)
    assert not picture(0x00, 0x00)
    assert picture(0x90, 0xE0, 0x81, 0x02, 0x03, 0x04, 0x00)
    assert not picture(0x90, 0xE0, 0x81, 0x02, 0x03, 0x04, 0x01)
    assert not picture(0x90, 0x80)


@given(st.integers(0, 4_000_000_000 * 10**9))
def test_ntp_keeps_the_time(at_ns: int) -> None:
    assert abs(from_ntp(to_ntp(at_ns)) - at_ns) <= 1
