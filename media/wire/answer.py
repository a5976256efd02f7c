"""The answer to a browser's offer: a pure function of the offer and of what we have to send.

Sections in which the browser publishes are received; sections in which it only receives get a source, or nothing yet.
Opus, VP8 and H.264, retransmission, layers (simulcast, of VP8) where offered, and of the feedback only what the relay
really gives. A browser publishes in VP8, an encoder in what it names first; whoever receives is sent each source in the
codec that it comes in, so a section that receives agrees on both.
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

CODECS: Mapping[Kind, tuple[str, ...]] = {"audio": ("opus",), "video": ("vp8", "h264")}
"""The first is preferred."""

BASELINE = "42"
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
class Format:
    """A codec, and how what was lost of it is repeated."""

    codec: Codec
    repair: Codec | None

    @property
    def types(self) -> tuple[int, int]:
        """The payload types of both; -1 stands for none."""
        return self.codec.payload_type, self.repair.payload_type if self.repair else -1


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
    more: tuple[Format, ...] = ()
    """Besides the first: in what else may be sent here."""

    def extension(self, uri: str) -> int:
        return (self.extensions or {}).get(uri, 0)

    @property
    def formats(self) -> tuple[Format, ...]:
        return (Format(self.codec, self.repair), *self.more) if self.codec is not None else ()

    @property
    def payload_type(self) -> int:
        return self.codec.payload_type if self.codec else -1

    @property
    def repair_type(self) -> int:
        return self.repair.payload_type if self.repair else -1


def agree(offer: Offer, sends: Mapping[str, Sent], *, probe: bool = False) -> tuple[Agreed, ...]:
    """Judge each section of an offer. A section without a codec of ours is refused and harms no other."""
    return tuple(_agree(section, section.mid in sends, probe, offer.ranks) for section in offer.sections)


def _codecs(section: Section, ranks: bool) -> list[Codec]:
    """Those of ours that are offered here, the preferred one first."""
    names = CODECS[section.kind] if section.kind is not None else ()
    found = [_h264(section) if name == "h264" else section.codec(name) for name in names]
    offered = [codec for codec in found if codec is not None]
    return sorted(offered, key=section.codecs.index) if ranks else offered


def _h264(section: Section) -> Codec | None:
    """Baseline, which every browser decodes; constrained, and in packets of several units or pieces, if there is a
    choice. Who receives must take such packets (RFC 6184 6.2)."""
    found = [
        codec
        for codec in section.codecs
        if codec.name == "h264"
        and (codec.parameter("profile-level-id") or BASELINE).startswith(BASELINE)
        and (section.publishes or codec.parameter("packetization-mode") == "1")
    ]
    return min(found, key=_plainness, default=None)


def _plainness(codec: Codec) -> tuple[bool, bool]:
    constraints = (codec.parameter("profile-level-id") or BASELINE)[2:4]
    return codec.parameter("packetization-mode") != "1", constraints not in ("e0", "c0")


def _agree(section: Section, send: bool, probe: bool, ranks: bool) -> Agreed:
    kind = section.kind
    codecs = _codecs(section, ranks)
    codec = codecs[0] if codecs else None
    if section.refused or kind is None or codec is None or "RTP/SAVPF" not in section.protocol:
        return Agreed(section.mid, kind, "refused")
    use: Use = "receive" if section.publishes else "send" if send and section.direction == "recvonly" else "idle"
    feedback = [f for f in (VIDEO_FEEDBACK if kind == "video" else AUDIO_FEEDBACK) if f in codec.feedback]
    if use == "receive":
        wished = [rtp.MID, rtp.ABS_SEND_TIME, rtp.TRANSPORT_CC]
    else:
        wished = [rtp.TRANSPORT_CC if rtp.TRANSPORT_CC in section.extensions else rtp.ABS_SEND_TIME]
    rids = section.rids if use == "receive" and codec.name == "vp8" and not probe else ()
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
        tuple(Format(one, section.repair_of(one)) for one in codecs[1:]) if use != "receive" and not probe else (),
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
    formats = [number for one in part.formats for number in one.types if number >= 0]
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
    for one in part.formats:
        lines += _format(one, part, terms)
    if part.rids:
        lines += [f"a=rid:{rid} recv" for rid in part.rids]
        lines.append(f"a=simulcast:recv {';'.join(part.rids)}")
    if part.use == "send":
        lines += _streams(terms.sends[part.mid], part)
    return [*lines, *candidates(terms.addresses, terms.port), "a=end-of-candidates"]


def _format(one: Format, part: Agreed, terms: Terms) -> list[str]:
    codec, (number, repair) = one.codec, one.types
    if codec.name == "opus":
        lines = [f"a=rtpmap:{number} opus/48000/2", f"a=fmtp:{number} minptime=10;useinbandfec=1"]
    elif codec.name == "h264":
        said = {name: codec.parameter(name) for name in ("packetization-mode", "profile-level-id")}
        words = ["level-asymmetry-allowed=1", *(f"{name}={value}" for name, value in said.items() if value)]
        lines = [f"a=rtpmap:{number} H264/90000", f"a=fmtp:{number} {';'.join(words)}"]
    else:
        lines = [f"a=rtpmap:{number} VP8/90000"]
        if part.use == "receive":
            lines.append(f"a=fmtp:{number} x-google-start-bitrate={3000 if terms.probe else 500}")
    lines += [f"a=rtcp-fb:{number} {wish}" for wish in part.feedback if wish in codec.feedback]
    if repair >= 0:
        lines += [f"a=rtpmap:{repair} rtx/90000", f"a=fmtp:{repair} apt={number}"]
    return lines


def _streams(sent: Sent, part: Agreed) -> list[str]:
    lines = [f"a=msid:{sent.label} {sent.label}-{part.kind}"]
    ssrcs = [sent.ssrc]
    if part.repair:
        ssrcs.append(sent.repair_ssrc)
        lines.append(f"a=ssrc-group:FID {sent.ssrc} {sent.repair_ssrc}")
    return lines + [f"a=ssrc:{ssrc} cname:{sent.label}" for ssrc in ssrcs]
