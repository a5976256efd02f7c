"""One browser's connection: from datagram to RTP and back. It decides nothing about who may hear whom."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Mapping, MutableSequence
from dataclasses import replace
from enum import Enum, auto
from typing import Protocol

import structlog
from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters

from media.wire import fragment, rtcp, rtp, transport_cc
from media.wire.allowance import Allowance
from media.wire.answer import Agreed, Sent, Terms, agree, answer
from media.wire.clock import MILLISECOND, SECOND, now_ns
from media.wire.door import Door, Sender
from media.wire.ice import Address, Credentials, Line
from media.wire.offer import Offer
from media.wire.seam import Handshake, Seam
from media.wire.srtp import Seal

log = structlog.get_logger()

HISTORY = 2048


PACKETS_A_SECOND = 600
"""A browser in a hearing sends less than half of that; a line that was stuck brings a second's worth at once."""

BYTES_A_SECOND = 500_000
TOLD_A_SECOND, LEAST_TOLD = 20_000, 200
"""Of so many packets that we sent a browser may tell whether they came: several times more than anybody is sent. Each
word of it counts for some, however short, for it is held against those before it."""

PROBING = 10
"""So many times more on a connection of the link test, which is there to fill the line."""


class PeerState(Enum):
    WAITING = auto()
    """Answered; the handshake is not finished."""
    CONNECTED = auto()
    CLOSED = auto()


class PeerEars(Protocol):
    """Who is told what a peer received. Nothing here may raise."""

    def peer_opened(self, peer: Peer) -> None: ...
    def peer_rtp(self, peer: Peer, packet: rtp.Rtp, arrival_ns: int) -> None: ...
    def peer_rtcp(self, peer: Peer, packet: rtcp.Packet, arrival_ns: int) -> None: ...
    def peer_closed(self, peer: Peer) -> None: ...


class Peer:
    """Born with the first offer of a browser's connection; a new connection is a new peer.

    ``fed``: whether it is ever sent media, to which it must then consent anew all the time (RFC 7675).
    """

    def __init__(
        self,
        who: str,
        door: Door,
        offer: Offer,
        ears: PeerEars,
        *,
        probe: bool = False,
        fed: bool = True,
        clock: Callable[[], int] = now_ns,
    ) -> None:
        self.who = who
        self.probe = probe
        self.state = PeerState.WAITING
        self.session = offer.session
        self.born_ns = clock()
        self.sections: dict[str, Agreed] = {}
        self.ssrc = secrets.randbits(31) | 1
        self.received_bytes = 0
        self.sent_bytes = 0
        self.media_packets_sent = 0
        self.first_packet_ns = 0
        self.transport_sequence = 0
        self.sent_ns: MutableSequence[int] = [0] * HISTORY
        self.sent_size: MutableSequence[int] = [0] * HISTORY
        """By transport sequence number: when each of the newest packets went out, and how large."""
        self.meter: Callable[[int, int], None] | None = None
        """Told the size and arrival of every datagram, where somebody measures the line."""
        self._door = door
        self._ears = ears
        self._clock = clock
        self.cc_id = self.level_id = -1
        """Header extensions of what comes in: transport sequence number and audio level."""
        times = PROBING if probe else 1
        self.packets_allowed = self.allowance("packets", PACKETS_A_SECOND * times)
        self.bytes_allowed = self.allowance("bytes", BYTES_A_SECOND * times)
        self.told_allowed = Allowance(TOLD_A_SECOND * times)
        self._line = Line(door, offer.credentials, self._receive)
        self._line.moved = self._moved
        self._line.needs_consent = fed
        self._seam = Seam(self._line)
        self._seal: Seal | None = None
        self._sealing: Callable[[bytes], bytes | None] | None = None
        self._sender: Sender | None = None
        self._target: Address | None = None
        self._version = 0
        self._offer = offer
        self._handshake = Handshake(self._seam, door.certificate, "server" if offer.shakes else "client")
        self._handshake.add_listener("statechange", self._dtls_changed)
        self._reachable = asyncio.Event()
        self._task = asyncio.create_task(self._shake(), name="handshake")
        self._task.add_done_callback(self._shaken)
        self._farewell: asyncio.Task[None] | None = None

    # -- agreement ---------------------------------------------------------------------------------------------------

    def same_connection(self, offer: Offer) -> bool:
        """Whether an offer continues this connection (renegotiation, ICE restart) rather than starting another."""
        return (
            self.state is not PeerState.CLOSED
            and offer.session == self.session
            and offer.fingerprints == self._offer.fingerprints
        )

    def agree(self, offer: Offer, sends: Mapping[str, Sent]) -> str:
        """Take an offer of this connection and answer it."""
        if offer.credentials != self._line.remote:
            self._line.restart(offer.credentials)
        self._version += 1
        terms = Terms(
            credentials=self._line.local,
            fingerprint=self._door.certificate.getFingerprints()[0].value,
            addresses=self._door.announced,
            port=self._door.announced_port,
            sends=sends,
            probe=self.probe,
            version=self._version,
        )
        text = answer(offer, terms)
        self._offer = offer
        self.sections = {part.mid: part for part in agree(offer, sends, probe=self.probe)}
        return text

    @property
    def remote_ufrag(self) -> str:
        return self._line.remote.ufrag

    def restart(self, remote: Credentials) -> str:
        """An ICE restart without an offer (RFC 9725 4.3.3): our new credentials, as an SDP fragment."""
        self._line.restart(remote)
        self._offer = replace(self._offer, credentials=remote)
        mids = [part.mid for part in self.sections.values() if part.use != "refused"]
        return fragment.write(self._line.local, mids, self._door.announced, self._door.announced_port)

    # -- life --------------------------------------------------------------------------------------------------------

    @property
    def heard_ns(self) -> int:
        """When the browser last proved to be alive."""
        return self._line.heard_ns

    @property
    def remote(self) -> str | None:
        """The address at the other end of the chosen pair: the browser's, or that of a relay before it."""
        return self._line.target[0] if self._line.target is not None else None

    @property
    def rtt_ns(self) -> int | None:
        return self._line.rtt_ns

    @property
    def quiet_limit_ns(self) -> int:
        """How long silence is no loss: short of three seconds, so that a loss is written within them; but a browser
        that ignores our pings checks only every five."""
        return 2_800 * MILLISECOND if self._line.answers_pings else 8 * SECOND

    @property
    def trips_ns(self) -> deque[int]:
        """The newest round trips, one by one."""
        return self._line.trips_ns

    def ping(self) -> None:
        """Ask for a sign of life; a browser that no longer consents to be sent to is let go."""
        if not self._line.ping(self._clock()):
            self.close()

    def close(self) -> None:
        """Say goodbye (DTLS close_notify) and be forgotten at the door."""
        if self.state is PeerState.CLOSED:
            return
        self.state = PeerState.CLOSED
        self.rewired()
        self._farewell = asyncio.create_task(self._say_goodbye(), name="farewell")
        self._ears.peer_closed(self)

    async def closed(self) -> None:
        """Wait until the goodbye is out."""
        if self._farewell is not None:
            await self._farewell

    async def _say_goodbye(self) -> None:
        await self._handshake.stop()
        self._seam.close()
        self._door.forget(self._line)
        if not self._task.done():
            self._task.cancel()

    async def _shake(self) -> None:
        """Who begins the handshake must know where to: not before the other side has been heard."""
        if not self._offer.shakes:
            await self._reachable.wait()
        fingerprints = [RTCDtlsFingerprint(algorithm=a, value=v) for a, v in self._offer.fingerprints]
        await self._handshake.start(RTCDtlsParameters(fingerprints=fingerprints))

    def _moved(self) -> None:
        self._reachable.set()
        self.rewired()

    def _shaken(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            log.warning("handshake ended", error=repr(task.exception()))
            self.close()

    def _dtls_changed(self) -> None:
        state = self._handshake.state
        if state == "connected" and self._handshake.keys is not None and self.state is PeerState.WAITING:
            self._seal = Seal(self._handshake.keys)
            self.state = PeerState.CONNECTED
            self.rewired()
            self._ears.peer_opened(self)
        elif state in ("closed", "failed"):
            if state == "failed":
                log.info("handshake failed", began="we" if not self._offer.shakes else "they")
            self.close()

    # -- what a native forwarder does otherwise ----------------------------------------------------------------------

    def rewired(self) -> None:
        """Seal, state or target have changed. A native forwarder keeps its own copy of them."""
        self._target = self._line.target
        self._sender = self._door.sender(self._target)
        connected = self.state is PeerState.CONNECTED
        self._sealing = self._seal.seal_rtp if self._seal is not None and connected else None

    def allowance(self, _name: str, a_second: int) -> Allowance:
        """Of packets, bytes or sounds that this connection may bring."""
        return Allowance(a_second)

    def noted(self) -> Iterable[tuple[int, int]]:
        """Transport sequence numbers and arrivals of packets that nobody was told of, since the last time."""
        return ()

    # -- packets in --------------------------------------------------------------------------------------------------

    def _receive(self, data: bytes, address: Address, arrival_ns: int) -> None:
        first = data[0]
        if self.meter is not None:
            self.meter(len(data), arrival_ns)
        if not (self.packets_allowed.take(1, arrival_ns) and self.bytes_allowed.take(len(data), arrival_ns)):
            return
        if 20 <= first <= 63:
            self._line.shook(address)
            self._seam.feed(data)
            return
        if not 128 <= first <= 191 or len(data) < 12 or self._seal is None or self.state is not PeerState.CONNECTED:
            return
        if 192 <= data[1] <= 223:
            plain = self._seal.open_rtcp(data)
            if plain is not None:
                self._line.proved(address, arrival_ns)
                self.received_bytes += len(data)
                for part in rtcp.split(plain):
                    if self.packets_allowed.take(1, arrival_ns) and self._bearable(part, arrival_ns):
                        self._ears.peer_rtcp(self, part, arrival_ns)
            return
        plain = self._seal.open_rtp(data)
        if plain is None:
            return
        self._line.proved(address, arrival_ns)
        self.received_bytes += len(data)
        packet = rtp.parse(plain)
        if packet is not None:
            if not self.first_packet_ns:
                self.first_packet_ns = arrival_ns
            self._ears.peer_rtp(self, packet, arrival_ns)

    def _bearable(self, part: rtcp.Packet, arrival_ns: int) -> bool:
        told = transport_cc.claimed(part)
        return not told or self.told_allowed.take(max(told, LEAST_TOLD), arrival_ns)

    # -- packets out -------------------------------------------------------------------------------------------------

    def send_rtp(self, packet: bytes) -> bytes | None:
        """Seal and send; returns the datagram, or None when nothing could be sent."""
        if self._seal is None or self.state is not PeerState.CONNECTED:
            return None
        sealed = self._seal.seal_rtp(packet)
        if sealed is not None:
            self._post(sealed)
        return sealed

    def send_media(self, packet: bytes, sequence: int, at_ns: int) -> bytes | None:
        """The same for a packet of a listener's stream, with its transport sequence number or -1. All that a packet
        costs a listener is here, in one place and without a call too many."""
        if self._sealing is None or (sealed := self._sealing(packet)) is None:
            return None
        size = len(sealed)
        if self._sender is not None and self._target is not None:
            try:
                self._sender(sealed, self._target)
            except OSError:
                self._door.unsent += 1
            self.sent_bytes += size
        self.media_packets_sent += 1
        if sequence >= 0:
            place = sequence % HISTORY
            self.sent_ns[place], self.sent_size[place] = at_ns, size
        return sealed

    def _post(self, datagram: bytes) -> None:
        target = self._target
        if self._sender is None or target is None:
            return
        try:
            self._sender(datagram, target)
        except OSError:
            self._door.unsent += 1
        self.sent_bytes += len(datagram)

    def note_sent(self, sequence: int, size: int, at_ns: int) -> None:
        self.sent_ns[sequence % HISTORY], self.sent_size[sequence % HISTORY] = at_ns, size

    def send_sealed(self, datagram: bytes) -> None:
        """Repeat a datagram exactly. A sequence number must never be sealed twice with other content (AES-GCM)."""
        if self.state is PeerState.CONNECTED:
            self._post(datagram)

    def send_rtcp(self, compound: bytes) -> None:
        if self._seal is None or self.state is not PeerState.CONNECTED:
            return
        sealed = self._seal.seal_rtcp(compound)
        if sealed is not None:
            self._line.send(sealed)
            self.sent_bytes += len(sealed)
