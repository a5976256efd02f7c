"""Offers as browsers and encoders write them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from media.wire import rtp

FINGERPRINT = ":".join(["AB"] * 32)


@dataclass(frozen=True, slots=True)
class Writing:
    """What differs from one browser to another; the connection's own values are filled in."""

    head: str
    audio: str
    video: str


FIREFOX = Writing(
    head="""v=0
o=mozilla...THIS_IS_SDPARTA-99.0 {session} {version} IN IP4 0.0.0.0
s=-
t=0 0
a=fingerprint:sha-256 {fingerprint}
a=group:BUNDLE {mids}
a=ice-options:trickle
a=msid-semantic:WMS *
""",
    audio="""m=audio 9 UDP/TLS/RTP/SAVPF 109 9 0 8 101
c=IN IP4 0.0.0.0
a={direction}
a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
a=extmap:2/recvonly urn:ietf:params:rtp-hdrext:csrc-audio-level
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=fmtp:109 maxplaybackrate=48000;stereo=1;useinbandfec=1
a=fmtp:101 0-15
a=ice-pwd:{pwd}
a=ice-ufrag:{ufrag}
a=mid:{mid}
a=msid:{{2c8f2e4e-1f4b-4d65}} {{5b1d1f63-7b9b-4c1c}}
a=rtcp-mux
a=rtpmap:109 opus/48000/2
a=rtpmap:9 G722/8000/1
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000/1
a=setup:actpass
a=ssrc:{ssrc} cname:{{63bb6c0f}}
""",
    video="""m=video 9 UDP/TLS/RTP/SAVPF 120 124 121 125 126 127
c=IN IP4 0.0.0.0
a={direction}
a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:4 http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time
a=extmap:5 urn:ietf:params:rtp-hdrext:toffset
a=extmap:6/recvonly http://www.webrtc.org/experiments/rtp-hdrext/playout-delay
a=extmap:7 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01
a=fmtp:126 profile-level-id=42e01f;level-asymmetry-allowed=1;packetization-mode=1
a=fmtp:120 max-fs=12288;max-fr=60
a=fmtp:124 apt=120
a=fmtp:121 max-fs=12288;max-fr=60
a=fmtp:125 apt=121
a=fmtp:127 apt=126
a=ice-pwd:{pwd}
a=ice-ufrag:{ufrag}
a=mid:{mid}
a=msid:{{2c8f2e4e-1f4b-4d65}} {{9b9c7f0e-3d1c-4f7a}}
a=rtcp-fb:120 nack
a=rtcp-fb:120 nack pli
a=rtcp-fb:120 ccm fir
a=rtcp-fb:120 goog-remb
a=rtcp-fb:120 transport-cc
a=rtcp-fb:121 nack
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:120 VP8/90000
a=rtpmap:124 rtx/90000
a=rtpmap:121 VP9/90000
a=rtpmap:125 rtx/90000
a=rtpmap:126 H264/90000
a=rtpmap:127 rtx/90000
a=setup:actpass
a=ssrc:{ssrc} cname:{{63bb6c0f}}
a=ssrc:{repair} cname:{{63bb6c0f}}
a=ssrc-group:FID {ssrc} {repair}
""",
)


GSTREAMER = Writing(
    head="""v=0
o=- {session} {version} IN IP4 0.0.0.0
s=-
t=0 0
a=ice-options:trickle
a=group:BUNDLE {mids}
""",
    audio="""m=audio 0 UDP/TLS/RTP/SAVPF 97
c=IN IP4 0.0.0.0
a=setup:actpass
a=ice-ufrag:{ufrag}
a=ice-pwd:{pwd}
a=bundle-only
a=rtcp-mux
a=rtcp-rsize
a={direction}
a=rtpmap:97 OPUS/48000/2
a=rtcp-fb:97 transport-cc
a=fmtp:97 sprop-stereo=0;sprop-maxcapturerate=48000
a=ssrc:{ssrc} msid:user157457165@host-d6b02f66 webrtctransceiver1
a=ssrc:{ssrc} cname:user157457165@host-d6b02f66
a=mid:{mid}
a=fingerprint:sha-256 {fingerprint}
a=rtcp-mux-only
""",
    video="""m=video 9 UDP/TLS/RTP/SAVPF 96
c=IN IP4 0.0.0.0
a=setup:actpass
a=ice-ufrag:{ufrag}
a=ice-pwd:{pwd}
a=rtcp-mux
a=rtcp-rsize
a={direction}
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 nack pli
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 transport-cc
a=framerate:15
a=ssrc:{ssrc} msid:user157457165@host-d6b02f66 webrtctransceiver0
a=ssrc:{ssrc} cname:user157457165@host-d6b02f66
a=mid:{mid}
a=fingerprint:sha-256 {fingerprint}
a=rtcp-mux-only
""",
)
"""As webrtcbin 1.22 writes it: the bundled section has port zero and is meant all the same."""


@dataclass(frozen=True, slots=True)
class Part:
    kind: str
    direction: str
    ssrc: int = 0
    repair: int = 0
    rids: tuple[str, ...] = ()


def _layered(body: str, rids: tuple[str, ...]) -> str:
    """The section of a browser that sends layers: each is described, and SSRCs are not."""
    kept = [line for line in body.splitlines() if not line.startswith("a=ssrc")]
    kept += [f"a=extmap:8 {rtp.RID}", f"a=extmap:9 {rtp.REPAIRED_RID}"]
    kept += [f"a=rid:{rid} send" for rid in rids] + [f"a=simulcast:send {';'.join(rids)}"]
    return "\n".join(kept) + "\n"


def write(
    parts: Sequence[Part],
    *,
    writing: Writing = FIREFOX,
    session: int = 5391412541223,
    ufrag: str = "abcd1234",
    pwd: str = "0123456789abcdef0123456789abcdef",
    fingerprint: str = FINGERPRINT,
) -> str:
    mids = " ".join(str(index) for index in range(len(parts)))
    text = writing.head.format(session=session, version=0, fingerprint=fingerprint, mids=mids)
    for mid, part in enumerate(parts):
        body = writing.audio if part.kind == "audio" else writing.video
        if part.rids:
            body = _layered(body, part.rids)
        text += body.format(
            direction=part.direction,
            fingerprint=fingerprint,
            ufrag=ufrag,
            pwd=pwd,
            mid=mid,
            ssrc=part.ssrc or 1000 + mid,
            repair=part.repair or 2000 + mid,
        )
    return text.replace("\n", "\r\n")
