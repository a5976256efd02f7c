"""The answer to a browser's offer: a pure function of the offer and of what we have to send.

Sections in which the browser publishes are received; sections in which it only receives get a source, or nothing yet.
Opus and VP8, retransmission, layers (simulcast) where offered, and of the feedback only what the relay really gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from media.packets import Kind
from media.wire import rtp
from media.wire.fragment import candidates
from media.wire.ice import Credentials
from media.wire.offer import BadOffer, Codec, Offer, Section, read

__all__ = ["Agreed", "BadOffer", "Sent", "Terms", "agree", "answer", "read"]

CODECS: Mapping[str, str] = {"audio": "opus", "video": "vp8"}
VIDEO_FEEDBACK = ("goog-remb", "transport-cc", "ccm fir", "nack", "nack pli")
AUDIO_FEEDBACK = ("transport-cc", "nack")

Use = Literal["receive", "send", "idle", "refused"]


@dataclass(frozen=True, slots=True)
class Sent:
    """What goes out in one section: ``label`` names the seat and ties its sound and picture together."""

    label: str
    ssrc: int
    repair_ssrc: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Our side of the answer. ``probe`` connections take REMB only, which the link test needs."""

    credentials: Credentials
    fingerprint: str
    addresses: Sequence[str]
    port: int
    sends: Mapping[str, Sent]
    probe: bool = False
    video_kbps: int = 1000
    version: int = 1


@dataclass(frozen=True, slots=True)
class Agreed:
    """What offer and answer agree on for one section; extension ids are 0 when absent."""

    mid: str
    kind: Kind | None
    use: Use
    codec: Codec | None = None
    repair: Codec | None = None
    feedback: tuple[str, ...] = ()
    extensions: Mapping[str, int] | None = None
    ssrcs: tuple[int, ...] = ()
    repairs: Mapping[int, int] | None = None
    rids: tuple[str, ...] = ()
    """The layers that are received here, as the offer orders them; empty where there is one stream."""

    def extension(self, uri: str) -> int:
        return (self.extensions or {}).get(uri, 0)

    @property
    def payload_type(self) -> int:
        return self.codec.payload_type if self.codec else -1

    @property
    def repair_type(self) -> int:
        return self.repair.payload_type if self.repair else -1


def agree(offer: Offer, sends: Mapping[str, Sent], *, probe: bool = False) -> tuple[Agreed, ...]:
    """Judge each section of an offer. A section without a codec of ours is refused and harms no other."""
    return tuple(_agree(section, section.mid in sends, probe) for section in offer.sections)


def _agree(section: Section, send: bool, probe: bool) -> Agreed:
    kind = section.kind
    codec = section.codec(CODECS[kind]) if kind is not None else None
    if section.refused or kind is None or codec is None or "RTP/SAVPF" not in section.protocol:
        return Agreed(section.mid, kind, "refused")
    use: Use = "receive" if section.publishes else "send" if send and section.direction == "recvonly" else "idle"
    feedback = [f for f in (VIDEO_FEEDBACK if kind == "video" else AUDIO_FEEDBACK) if f in codec.feedback]
    if use == "receive":
        wished = [rtp.MID, rtp.ABS_SEND_TIME, rtp.TRANSPORT_CC]
    else:
        wished = [rtp.TRANSPORT_CC if rtp.TRANSPORT_CC in section.extensions else rtp.ABS_SEND_TIME]
    rids = section.rids if use == "receive" and kind == "video" and not probe else ()
    if not {rtp.MID, rtp.RID} <= section.extensions.keys():
        rids = ()  # nothing would tell the streams apart
    if rids:
        wished += [rtp.RID, rtp.REPAIRED_RID]
    if kind == "audio":
        wished.append(rtp.AUDIO_LEVEL)
    if probe and use == "receive":
        wished.remove(rtp.TRANSPORT_CC)
    if rtp.TRANSPORT_CC not in wished or rtp.TRANSPORT_CC not in section.extensions:
        feedback = [f for f in feedback if f != "transport-cc"]
    if "transport-cc" not in feedback and rtp.TRANSPORT_CC in wished:
        wished.remove(rtp.TRANSPORT_CC)
        if use != "receive":
            wished.append(rtp.ABS_SEND_TIME)
    return Agreed(
        section.mid,
        kind,
        use,
        codec,
        section.repair_of(codec) if kind == "video" else None,
        tuple(feedback),
        {uri: section.extensions[uri] for uri in wished if uri in section.extensions},
        section.ssrcs,
        section.repairs,
        rids,
    )


def answer(offer: Offer, terms: Terms) -> str:
    """The answer's SDP."""
    agreed = agree(offer, terms.sends, probe=terms.probe)
    bundle = [part.mid for part in agreed if part.use != "refused"]
    if not bundle:
        raise BadOffer("nothing in common")
    lines = [
        "v=0",
        f"o=- {_number(offer.session)} {terms.version} IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        f"a=group:BUNDLE {' '.join(bundle)}",
        "a=msid-semantic:WMS *",
    ]
    for section, part in zip(offer.sections, agreed, strict=True):
        lines += _refused(section) if part.use == "refused" else _section(part, section, terms, offer.shakes)
    return "\r\n".join(lines) + "\r\n"


def _number(session: str) -> str:
    return session if session.isascii() and session.isdigit() else "1"


def _refused(section: Section) -> list[str]:
    formats = " ".join(str(codec.payload_type) for codec in section.codecs) or (
        "webrtc-datachannel" if section.media == "application" else "0"
    )
    return [
        f"m={section.media} 0 {section.protocol} {formats}",
        "c=IN IP4 0.0.0.0",
        f"a=mid:{section.mid}",
        "a=inactive",
    ]


def _section(part: Agreed, section: Section, terms: Terms, passive: bool) -> list[str]:
    codec, repair = part.codec, part.repair
    assert codec is not None
    formats = [codec.payload_type] + ([repair.payload_type] if repair else [])
    lines = [
        f"m={section.media} 9 {section.protocol} {' '.join(map(str, formats))}",
        "c=IN IP4 0.0.0.0",
    ]
    if part.use == "receive" and part.kind == "video" and not terms.probe:
        lines.append(f"b=AS:{terms.video_kbps}")
    lines += [
        f"a=ice-ufrag:{terms.credentials.ufrag}",
        f"a=ice-pwd:{terms.credentials.pwd}",
        f"a=fingerprint:sha-256 {terms.fingerprint}",
        f"a=setup:{'passive' if passive else 'active'}",
        f"a=mid:{part.mid}",
        {"receive": "a=recvonly", "send": "a=sendonly", "idle": "a=inactive"}[part.use],
        "a=rtcp-mux",
        "a=rtcp-rsize",
    ]
    lines += [f"a=extmap:{number} {uri}" for uri, number in (part.extensions or {}).items()]
    number = codec.payload_type
    if part.kind == "audio":
        lines.append(f"a=rtpmap:{number} opus/48000/2")
        lines.append(f"a=fmtp:{number} minptime=10;useinbandfec=1")
    else:
        lines.append(f"a=rtpmap:{number} VP8/90000")
        if part.use == "receive":
            lines.append(f"a=fmtp:{number} x-google-start-bitrate={3000 if terms.probe else 500}")
    lines += [f"a=rtcp-fb:{number} {said}" for said in part.feedback]
    if repair:
        lines += [f"a=rtpmap:{repair.payload_type} rtx/90000", f"a=fmtp:{repair.payload_type} apt={number}"]
    if part.rids:
        lines += [f"a=rid:{rid} recv" for rid in part.rids]
        lines.append(f"a=simulcast:recv {';'.join(part.rids)}")
    if part.use == "send":
        lines += _streams(terms.sends[part.mid], part)
    return [*lines, *candidates(terms.addresses, terms.port), "a=end-of-candidates"]


def _streams(sent: Sent, part: Agreed) -> list[str]:
    lines = [f"a=msid:{sent.label} {sent.label}-{part.kind}"]
    ssrcs = [sent.ssrc]
    if part.repair:
        ssrcs.append(sent.repair_ssrc)
        lines.append(f"a=ssrc-group:FID {sent.ssrc} {sent.repair_ssrc}")
    return lines + [f"a=ssrc:{ssrc} cname:{sent.label}" for ssrc in ssrcs]
