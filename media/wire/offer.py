"""What a browser or an encoder offers, read from its SDP, whoever wrote it, and with suspicion."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from media.packets import Kind
from media.wire.ice import Credentials

MAX_SDP = 200_000
MAX_SECTIONS = 100
MAX_LAYERS = 4

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]


class BadOffer(ValueError):
    """Not an offer that can be answered. The reason is for the log, not for people."""


@dataclass(frozen=True, slots=True)
class Codec:
    payload_type: int
    name: str
    clock_rate: int
    parameters: str = ""
    feedback: tuple[str, ...] = ()

    def parameter(self, name: str) -> str | None:
        """The value of one of its format parameters."""
        value = self._said(name)
        return value.lower() if value is not None else None

    def _said(self, name: str) -> str | None:
        pairs = (item.strip().partition("=") for item in self.parameters.split(";"))
        return next((value for key, _, value in pairs if key.lower() == name), None)

    @property
    def parameter_sets(self) -> tuple[bytes, ...]:
        """The units that an H.264 stream names here (RFC 6184 8.1); none, if any of them is damaged."""
        try:
            named = [b64decode(text, validate=True) for text in (self._said("sprop-parameter-sets") or "").split(",")]
        except ValueError:
            return ()
        return tuple(unit for unit in named if unit)

    @property
    def repairs(self) -> int | None:
        """The payload type that this RTX codec carries."""
        value = self.parameter("apt")
        return int(value) if value is not None and value.isdigit() else None


@dataclass(frozen=True, slots=True)
class Section:
    """One m-section. ``repairs`` maps a stream's SSRC to the SSRC of its retransmissions; ``rids`` are the layers that
    the browser would send (RFC 8853), empty where it sends one stream."""

    mid: str
    media: str
    protocol: str
    direction: Direction
    refused: bool
    codecs: tuple[Codec, ...] = ()
    extensions: Mapping[str, int] = field(default_factory=dict)
    ssrcs: tuple[int, ...] = ()
    repairs: Mapping[int, int] = field(default_factory=dict)
    rids: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind | None:
        return "audio" if self.media == "audio" else "video" if self.media == "video" else None

    @property
    def publishes(self) -> bool:
        return self.direction in ("sendonly", "sendrecv")

    def codec(self, name: str) -> Codec | None:
        return next((codec for codec in self.codecs if codec.name == name), None)

    def repair_of(self, codec: Codec) -> Codec | None:
        return next((c for c in self.codecs if c.name == "rtx" and c.repairs == codec.payload_type), None)


@dataclass(frozen=True, slots=True)
class Offer:
    """``shakes``: whether the other side begins the DTLS handshake; some programs only wait for it. ``ranks``: whether
    the order of its codecs is a wish, as an encoder's is."""

    session: str
    sections: tuple[Section, ...]
    credentials: Credentials
    fingerprints: tuple[tuple[str, str], ...]
    shakes: bool = True
    ranks: bool = False


def _first(lines: Sequence[str], prefix: str) -> str | None:
    return next((line[len(prefix) :].strip() for line in lines if line.startswith(prefix)), None)


def _number(text: str, what: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > most:
        raise BadOffer(f"{what} is not a number")
    return int(text)


def _codecs(lines: Sequence[str], payload_types: Sequence[str]) -> tuple[Codec, ...]:
    names: dict[int, tuple[str, int]] = {}
    parameters: dict[int, str] = {}
    feedback: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        first, _, rest = value.partition(" ")
        if name == "a=rtpmap":
            parts = rest.strip().split("/")
            if len(parts) >= 2 and parts[1].isdigit():
                names[_number(first, "payload type", 127)] = (parts[0].lower(), int(parts[1]))
        elif name == "a=fmtp":
            parameters[_number(first, "payload type", 127)] = rest.strip()
        elif name == "a=rtcp-fb":
            feedback.setdefault(first, []).append(rest.strip())
    codecs: list[Codec] = []
    for text in payload_types:
        number = _number(text, "payload type", 127)
        if number in names:
            name, clock_rate = names[number]
            said = (*feedback.get(text, ()), *feedback.get("*", ()))
            codecs.append(Codec(number, name, clock_rate, parameters.get(number, ""), said))
    return tuple(codecs)


def _rids(lines: Sequence[str]) -> tuple[str, ...]:
    """The layers of ``a=simulcast:send``, the first of each set of alternatives, if each is described."""
    words = (_first(lines, "a=simulcast:") or "").split()
    sent = next((value for name, value in zip(words[::2], words[1::2], strict=False) if name == "send"), "")
    rids = [choice.split(",")[0].lstrip("~") for choice in sent.split(";") if choice]
    good = all(
        0 < len(rid) <= 16 and rid.isascii() and rid.isalnum() and f"a=rid:{rid} send" in _heads(lines) for rid in rids
    )
    return tuple(rids) if good and 1 < len(rids) <= MAX_LAYERS and len(set(rids)) == len(rids) else ()


def _heads(lines: Sequence[str]) -> set[str]:
    """The first two words of each line about a layer."""
    return {" ".join(line.split(" ")[:2]) for line in lines if line.startswith("a=rid:")}


def _section(lines: Sequence[str]) -> Section:
    words = lines[0][2:].split()
    if len(words) < 3:
        raise BadOffer("a section without a transport")
    media, port, protocol, *formats = words[:100]
    mid = _first(lines, "a=mid:")
    if mid is None or not mid or len(mid) > 16 or not mid.isascii() or not mid.isprintable() or " " in mid:
        raise BadOffer("a section without a usable mid")
    direction: Direction = "sendrecv"
    for known in ("sendonly", "recvonly", "inactive"):
        if f"a={known}" in lines:
            direction = known
    extensions: dict[str, int] = {}
    ssrcs: list[int] = []
    repairs: dict[int, int] = {}
    for line in lines:
        if line.startswith("a=extmap:"):
            ident, _, uri = line[9:].partition(" ")
            number = _number(ident.partition("/")[0], "extension id", 255)
            if 1 <= number <= 14:
                extensions[uri.split(" ")[0].strip()] = number
        elif line.startswith("a=ssrc:"):
            ssrc = _number(line[7:].split(" ")[0], "ssrc", 0xFFFFFFFF)
            if ssrc not in ssrcs and len(ssrcs) < 16:
                ssrcs.append(ssrc)
        elif line.startswith("a=ssrc-group:FID "):
            pair = [_number(text, "ssrc", 0xFFFFFFFF) for text in line[17:].split()]
            if len(pair) == 2:
                repairs[pair[0]] = pair[1]
    codecs = _codecs(lines, formats) if media in ("audio", "video") else ()
    refused = port == "0" and "a=bundle-only" not in lines  # RFC 9143 6: port zero, and wanted all the same
    rids = _rids(lines)
    return Section(mid, media, protocol, direction, refused, codecs, extensions, tuple(ssrcs), repairs, rids)


def read(sdp: str, *, ranks: bool = False) -> Offer:
    """Read an offer; BadOffer says what is missing. Unknown lines are ignored, as SDP demands."""
    if len(sdp) > MAX_SDP:
        raise BadOffer("too long")
    lines = [line.strip() for line in sdp.splitlines() if line.strip()]
    if not lines or lines[0] != "v=0":
        raise BadOffer("not SDP")
    starts = [index for index, line in enumerate(lines) if line.startswith("m=")]
    if not starts or len(starts) > MAX_SECTIONS:
        raise BadOffer("no section, or too many")
    head = lines[: starts[0]]
    blocks = [lines[start:end] for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    origin = (_first(head, "o=") or "").split()
    if len(origin) < 2:
        raise BadOffer("no origin")
    sections = tuple(_section(block) for block in blocks)
    if len({section.mid for section in sections}) != len(sections):
        raise BadOffer("a mid twice")

    def everywhere(prefix: str) -> str | None:
        return next((v for part in (*blocks, head) if (v := _first(part, prefix)) is not None), None)

    ufrag, pwd = everywhere("a=ice-ufrag:"), everywhere("a=ice-pwd:")
    if ufrag is None or pwd is None or not 4 <= len(ufrag) <= 256 or not 22 <= len(pwd) <= 256:
        raise BadOffer("no ICE credentials")
    setup = everywhere("a=setup:")
    if setup not in ("actpass", "active", "passive"):
        raise BadOffer("nobody would begin the handshake")
    fingerprint = (everywhere("a=fingerprint:") or "").split()
    if len(fingerprint) != 2 or fingerprint[0].lower() not in ("sha-256", "sha-384", "sha-512"):
        raise BadOffer("no fingerprint")
    fingerprints = ((fingerprint[0].lower(), fingerprint[1]),)
    return Offer(origin[1], sections, Credentials(ufrag, pwd), fingerprints, setup != "passive", ranks)
