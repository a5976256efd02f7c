"""The answer, as browsers of both families need it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media.wire.answer import BadOffer, Sent, Terms, agree, answer
from media.wire.ice import Credentials
from media.wire.offer import Direction, read
from media.wire.rtp import AUDIO_LEVEL, MID, REPAIRED_RID, RID, TRANSPORT_CC
from tests.media.sdp import GSTREAMER, Part, write

TERMS = Terms(Credentials("ours1234", "p" * 24), "AA:BB", ["192.0.2.7", "10.0.0.7"], 3478, {})
PARTS = [
    Part("audio", "sendonly", 11),
    Part("video", "sendonly", 21, 22),
    Part("audio", "recvonly"),
    Part("video", "recvonly"),
    Part("video", "recvonly"),
]
SENDS = {"2": Sent("s-judge", 501, 502), "3": Sent("s-judge", 601, 602)}


def terms(sends: dict[str, Sent], *, probe: bool = False) -> Terms:
    return Terms(TERMS.credentials, TERMS.fingerprint, TERMS.addresses, TERMS.port, sends, probe)


def blocks(sdp: str) -> list[list[str]]:
    found: list[list[str]] = [[]]
    for line in sdp.splitlines():
        if line.startswith("m="):
            found.append([])
        found[-1].append(line)
    return found


def test_whoever_receives_agrees_on_both_codecs_and_whoever_publishes_on_one() -> None:
    own, theirs = blocks(answer(read(write(PARTS)), terms(SENDS)))[2::2]
    assert own[0] == "m=video 9 UDP/TLS/RTP/SAVPF 120 124"
    assert theirs[0] == "m=video 9 UDP/TLS/RTP/SAVPF 120 124 126 127"
    assert "a=fmtp:126 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f" in theirs
    assert {"a=rtpmap:126 H264/90000", "a=rtpmap:127 rtx/90000", "a=fmtp:127 apt=126"} <= set(theirs)


def test_a_camera_that_knows_h264_alone_or_names_it_first_is_taken_in_it() -> None:
    camera = write([Part("video", "sendonly", 21, 22)])
    alone = agree(read(camera.replace("VP8", "VP7")), {})[0]
    assert (alone.use, alone.payload_type, alone.repair_type, alone.rids) == ("receive", 126, 127, ())
    first = re.sub(r"(m=video \d+ \S+) .*", r"\1 126 127 120 124", camera)
    assert [agree(read(first, ranks=ranks), {})[0].payload_type for ranks in (True, False)] == [126, 120]


@pytest.mark.parametrize(
    ("profile", "mode", "direction", "taken"),
    [
        ("42c01f", "1", "sendonly", True),
        ("42001f", "1", "sendonly", True),
        ("42e01f", "0", "sendonly", True),
        ("42e01f", "0", "recvonly", False),
        ("42e01f", "1", "recvonly", True),
        ("4d001f", "1", "sendonly", False),
        ("640028", "1", "sendonly", False),
    ],
)
def test_h264_is_taken_where_every_browser_can_decode_it(
    profile: str, mode: str, direction: Direction, taken: bool
) -> None:
    sdp = write([Part("video", direction, 21, 22)]).replace("VP8", "VP7").replace("42e01f", profile)
    part = agree(read(sdp.replace("packetization-mode=1", f"packetization-mode={mode}")), {})[0]
    assert (part.use != "refused") == taken


def test_the_choice_falls_on_constrained_baseline_in_pieces() -> None:
    kinds = {"96": ("1", "42001f"), "97": ("0", "42e01f"), "98": ("1", "42e01f"), "99": ("1", "640028")}
    sdp = re.sub(r"(m=video \d+ \S+) .*", r"\1 96 97 98 99", write([Part("video", "sendonly", 21, 22)]))
    for number, (mode, profile) in kinds.items():
        said = f"packetization-mode={mode};profile-level-id={profile}"
        sdp += f"a=rtpmap:{number} H264/90000\r\na=fmtp:{number} {said}\r\n"
    assert agree(read(sdp), {})[0].payload_type == 98


def test_a_firefox_shaped_offer_is_read_whole() -> None:
    offer = read(write(PARTS))
    assert [section.mid for section in offer.sections] == ["0", "1", "2", "3", "4"]
    assert offer.session == "5391412541223"
    assert offer.credentials.ufrag == "abcd1234"
    video = offer.sections[1]
    assert (video.ssrcs, dict(video.repairs)) == ((21, 22), {21: 22})
    codec = video.codec("vp8")
    assert codec is not None
    assert codec.payload_type == 120
    repair = video.repair_of(codec)
    assert repair is not None
    assert repair.payload_type == 124


def test_the_answer_receives_what_is_published_and_sends_what_we_have() -> None:
    head, *sections = blocks(answer(read(write(PARTS)), terms(SENDS)))
    assert "a=ice-lite" in head
    assert "a=group:BUNDLE 0 1 2 3 4" in head
    directions = [next(d for d in section if d in ("a=recvonly", "a=sendonly", "a=inactive")) for section in sections]
    assert directions == ["a=recvonly", "a=recvonly", "a=sendonly", "a=sendonly", "a=inactive"]
    assert [section[0] for section in sections[:2]] == [
        "m=audio 9 UDP/TLS/RTP/SAVPF 109",
        "m=video 9 UDP/TLS/RTP/SAVPF 120 124",
    ]
    for section in sections:
        assert {"a=setup:passive", "a=rtcp-mux", "a=ice-ufrag:ours1234", "a=fingerprint:sha-256 AA:BB"} <= set(section)
        assert "a=candidate:2 1 udp 2130706429 10.0.0.7 3478 typ host" in section
    assert "a=msid:s-judge s-judge-audio" in sections[2]
    assert {"a=msid:s-judge s-judge-video", "a=ssrc-group:FID 601 602", "a=ssrc:601 cname:s-judge"} <= set(sections[3])


def test_only_feedback_and_extensions_that_are_really_used_are_agreed() -> None:
    audio, video, heard, seen, _ = agree(read(write(PARTS)), SENDS)
    assert dict(audio.extensions or {}) == {MID: 3, AUDIO_LEVEL: 1}
    assert video.extension(TRANSPORT_CC) == 7
    assert video.feedback == ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli")
    assert dict(heard.extensions or {}) == {AUDIO_LEVEL: 1}
    assert dict(seen.extensions or {}) == {TRANSPORT_CC: 7}


def test_a_probe_is_limited_by_our_word_alone() -> None:
    (up, down) = agree(
        read(write([Part("video", "sendonly"), Part("video", "recvonly")])), {"1": SENDS["3"]}, probe=True
    )
    assert "goog-remb" in up.feedback
    assert "transport-cc" not in up.feedback
    assert "transport-cc" in down.feedback


def test_a_section_without_a_common_codec_is_refused_and_harms_no_other() -> None:
    sdp = write(PARTS).replace("VP8", "VP7", 1).replace("H264", "H265", 1)
    head, *sections = blocks(answer(read(sdp), terms(SENDS)))
    assert sections[1][0].startswith("m=video 0 ")
    assert "a=group:BUNDLE 0 2 3 4" in head


def test_an_encoders_bundled_section_is_not_refused_for_its_port() -> None:
    offered = write([Part("video", "sendonly", 21), Part("audio", "sendonly", 11)], writing=GSTREAMER)
    head, video, audio = blocks(answer(read(offered), terms({})))
    assert "a=group:BUNDLE 0 1" in head
    assert (video[0], audio[0]) == ("m=video 9 UDP/TLS/RTP/SAVPF 96", "m=audio 9 UDP/TLS/RTP/SAVPF 97")
    assert not any("transport-cc" in line for line in (*video, *audio))
    refused = offered.replace("a=bundle-only\r\n", "")
    assert blocks(answer(read(refused), terms({})))[2][0].startswith("m=audio 0 ")


def test_who_waits_for_the_handshake_is_met_by_us() -> None:
    offered = write(PARTS)
    assert "a=setup:active" in answer(read(offered.replace("setup:actpass", "setup:passive")), terms(SENDS))
    for role in ("actpass", "active"):
        assert "a=setup:passive" in answer(read(offered.replace("setup:actpass", f"setup:{role}")), terms(SENDS))


def test_a_data_channel_is_refused() -> None:
    channel = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:5\r\na=sctp-port:5000\r\n"
    sections = blocks(answer(read(write(PARTS) + channel), terms(SENDS)))
    assert sections[-1][0] == "m=application 0 UDP/DTLS/SCTP webrtc-datachannel"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v=0", "v=1"),
        ("a=mid:1", "a=mid:0"),
        ("a=mid:1\r\n", ""),
        ("a=ice-ufrag:abcd1234", "a=ice-ufrag:a"),
        ("a=setup:actpass", "a=setup:holdconn"),
        ("a=fingerprint:sha-256", "a=fingerprint:md5"),
        ("a=ssrc:21 ", "a=ssrc:99999999999 "),
        ("m=video 9 UDP/TLS/RTP/SAVPF 120 124 121 125 126 127", "m=video 9"),
        ("o=mozilla", "x=mozilla"),
    ],
)
def test_a_broken_offer_is_said_to_be_broken(old: str, new: str) -> None:
    with pytest.raises(BadOffer):
        read(write(PARTS).replace(old, new))


@settings(max_examples=40)
@given(st.data())
def test_no_damage_to_an_offer_raises_anything_else(data: st.DataObject) -> None:
    lines = write(PARTS).splitlines()
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(lines) - 1))
        lines[at] = data.draw(st.one_of(st.text(max_size=60), st.just(lines[at][: data.draw(st.integers(0, 40))])))
    try:
        answer(read("\r\n".join(lines)), terms({}))
    except BadOffer:
        return


LAYERED = [Part("audio", "sendonly", 11), Part("video", "sendonly", rids=("q", "h", "f"))]


def test_layers_are_received_where_they_are_offered() -> None:
    audio, video = agree(read(write(LAYERED)), {})
    assert (audio.rids, video.rids) == ((), ("q", "h", "f"))
    assert (video.extension(RID), video.extension(REPAIRED_RID)) == (8, 9)
    *_, section = blocks(answer(read(write(LAYERED)), terms({})))
    assert [line for line in section if line.startswith(("a=rid:", "a=simulcast:"))] == [
        "a=rid:q recv",
        "a=rid:h recv",
        "a=rid:f recv",
        "a=simulcast:recv q;h;f",
    ]


def test_a_probe_takes_no_layers() -> None:
    assert agree(read(write(LAYERED)), {}, probe=True)[1].rids == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a=simulcast:send q;h;f", "a=simulcast:recv q;h;f"),
        ("a=simulcast:send q;h;f", "a=simulcast:send q;h;f;g"),
        ("a=simulcast:send q;h;f", "a=simulcast:send q"),
        ("a=simulcast:send q;h;f", "a=simulcast:send q;q;h"),
        ("a=rid:h send", "a=rid:h recv"),
        (f"a=extmap:8 {RID}", "a=extmap:8 urn:other"),
    ],
)
def test_layers_that_could_not_be_told_apart_are_not_agreed(old: str, new: str) -> None:
    video = agree(read(write(LAYERED).replace(old, new)), {})[1]
    assert (video.use, video.rids) == ("receive", ())


def test_of_alternatives_the_first_is_taken_and_a_paused_layer_is_one() -> None:
    text = write(LAYERED).replace("a=simulcast:send q;h;f", "a=simulcast:send q,h;~f recv x")
    assert agree(read(text), {})[1].rids == ("q", "f")
