"""Key frames get the parameter sets that they lack, and numbers stay one unbroken row for both sides."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media.wire import h264, rtp
from media.wire.offer import Codec
from media.wire.parameter_sets import ParameterSets
from tests.media.record.synthetic import h264 as encoded
from tests.media.record.synthetic import packetised, units

SPS, PPS, OTHER_PPS = b"\x67\x42\xc0\x1f", b"\x68\xce", b"\x68\xcf"
TOLD = b"\x78\x00\x04" + SPS + b"\x00\x02" + PPS
KEY, PIECE, DELTA = b"\x65\x88key", b"\x7c\x85begin", b"\x41\x9adelta"
FIRST = 65_530
NAMED = (SPS, PPS)


def packet(number: int, payload: bytes, stamp: int | None = None, ssrc: int = 1) -> rtp.Rtp:
    head = rtp.header(126, True, number & 0xFFFF, 3000 * (number if stamp is None else stamp), ssrc, b"", False)
    found = rtp.parse(head + payload)
    assert found is not None
    return found


def taken(sets: ParameterSets, payloads: Sequence[bytes]) -> Iterator[rtp.Rtp]:
    for number, payload in enumerate(payloads, FIRST):
        yield from sets.take(packet(number, payload))


def bodies(packets: Sequence[rtp.Rtp]) -> list[bytes]:
    return [one.data[one.payload_at :] for one in packets]


@pytest.mark.parametrize("named", [NAMED, NAMED[::-1]])
def test_what_sdp_named_goes_before_every_key_frame(named: Sequence[bytes]) -> None:
    found = list(taken(ParameterSets(named), [DELTA, KEY, DELTA, PIECE, DELTA, DELTA, DELTA]))
    assert bodies(found) == [DELTA, TOLD, KEY, DELTA, TOLD, PIECE, DELTA, DELTA, DELTA]
    assert [one.sequence for one in found] == [(FIRST + n) & 0xFFFF for n in range(9)]
    assert found[1].timestamp == found[2].timestamp
    assert not found[1].marker


def test_a_key_frame_of_several_slices_is_told_once() -> None:
    sets = ParameterSets(NAMED)
    found = [one for n in range(3) for one in sets.take(packet(FIRST + n, KEY, stamp=7))]
    assert bodies(found) == [TOLD, KEY, KEY, KEY]


def test_a_stream_that_brings_its_own_is_passed_on_as_it_is() -> None:
    sets = ParameterSets(NAMED)
    payloads = [(0, SPS), (0, OTHER_PPS), (0, KEY), (1, DELTA), (2, b"\x78\x00\x04" + SPS + b"\x00\x05" + KEY)]
    for number, (stamp, payload) in enumerate(payloads):
        one = packet(FIRST + number, payload, stamp)
        assert sets.take(one) == (one,)


def test_what_a_stream_brought_once_is_said_again_and_the_newest_counts() -> None:
    sets = ParameterSets((b"\x67old", b"\x68old"))
    for number, payload in enumerate((SPS, PPS, KEY, DELTA)):
        sets.take(packet(FIRST + number, payload, stamp=min(number, 2) // 2))
    assert bodies(sets.take(packet(FIRST + 4, KEY))) == [TOLD, KEY]


def test_without_both_kinds_of_sets_nothing_is_put_in() -> None:
    for named in ((), (SPS,), (PPS,), (SPS, PPS, bytes((0x68,)) + bytes(1200))):
        assert bodies(list(taken(ParameterSets(named), [KEY, DELTA, KEY]))) == [KEY, DELTA, KEY]


def test_an_encoder_that_begins_anew_is_counted_anew() -> None:
    sets = ParameterSets(NAMED)
    sets.take(packet(5, KEY))
    found = sets.take(packet(900, KEY, ssrc=2))
    assert [(one.ssrc, one.sequence) for one in found] == [(2, 900), (2, 901)]


@given(st.lists(st.sampled_from([DELTA, KEY]), min_size=1, max_size=60), st.data())
def test_whatever_is_late_keeps_its_place_and_is_asked_for_by_the_encoders_number(
    payloads: list[bytes], data: st.DataObject
) -> None:
    late = data.draw(st.sets(st.integers(1, len(payloads) - 1))) if len(payloads) > 1 else set()
    sets, ours = ParameterSets(NAMED), dict[int, int]()
    for number in [*(n for n in range(len(payloads)) if n not in late), *sorted(late)]:
        *_, last = sets.take(packet(FIRST + number, payloads[number]))
        ours[number] = (last.sequence - FIRST) & 0xFFFF
    assert all(ours[one] < ours[other] for one, other in pairwise(range(len(payloads))))
    for number, place in ours.items():
        assert sets.theirs([(FIRST + place) & 0xFFFF]) == [(FIRST + number) & 0xFFFF]
    put_in = set(range(max(ours.values()))) - set(ours.values())
    assert sets.theirs((FIRST + place) & 0xFFFF for place in put_in) == []


def test_a_real_stream_stripped_of_its_sets_gets_them_back() -> None:
    frames = encoded(4)
    named = [unit for unit in units(frames[0]) if unit[0] & 31 in (7, 8)]
    bare = [(n, one) for n, frame in enumerate(frames) for one in packetised(frame, 300) if one[0] & 31 != h264.STAP_A]
    sets = ParameterSets(named)
    found = [one for n, (frame, body) in enumerate(bare) for one in sets.take(packet(FIRST + n, body, stamp=frame))]
    assert len(found) == len(bare) + 2
    begun = [n for n, one in enumerate(found) if h264.read(one).key]
    assert len(begun) == 2
    assert all(h264.IDR in dict(h264.units(found[n + 1])) for n in begun)


@given(st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=40))))
def test_nothing_in_a_stream_raises(stream: list[tuple[int, bytes]]) -> None:
    sets = ParameterSets(NAMED)
    for number, payload in stream:
        sets.theirs([one.sequence for one in sets.take(packet(number, payload))])


def test_an_offer_names_them_and_damage_is_left_out() -> None:
    named = ",".join(b64encode(unit).decode() for unit in NAMED)
    said = f"packetization-mode=1; Sprop-Parameter-Sets={named};profile-level-id=42C01F"
    assert Codec(96, "h264", 90_000, said).parameter_sets == NAMED
    assert Codec(96, "h264", 90_000, "sprop-parameter-sets=Z0LA*,aM4=").parameter_sets == ()
    assert Codec(96, "h264", 90_000, "sprop-parameter-sets=,").parameter_sets == ()
    assert Codec(96, "h264", 90_000).parameter_sets == ()
