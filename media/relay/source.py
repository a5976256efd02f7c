"""What one seat publishes of one kind. It outlives connections: a browser that comes back continues its source."""

from __future__ import annotations

from media.packets import Kind
from media.relay.feed import Feed
from media.relay.reception import Reception
from media.wire import rtcp
from media.wire.answer import CODECS, Agreed
from media.wire.clock import MILLISECOND, SECOND
from media.wire.peer import Peer

KEYFRAME_NS = 500 * MILLISECOND
"""At most one key frame request in this time: each costs the publisher a large picture."""

KEYFRAME_RETRY_NS = 1 * SECOND
CLOCK_RATES: dict[Kind, int] = {"audio": 48000, "video": 90000}
SPEAKING = 45
"""In -dB: louder than this is speech, not a quiet room."""

ROOM: dict[Kind, int] = {"audio": 256, "video": 2048}


class Source:
    def __init__(self, seat: str, kind: Kind) -> None:
        self.seat = seat
        self.kind: Kind = kind
        self.clock_rate = CLOCK_RATES[kind]
        self.peer: Peer | None = None
        self.part: Agreed | None = None
        self.reception: Reception | None = None
        self.repair_ssrc = 0
        self.feeds: list[Feed] = []
        self.open_feeds: tuple[Feed, ...] = ()
        self.fan: object = None
        """The forwarder's own view of the open feeds."""
        self.level = 127
        self.level_ns = 0
        self.spoken_ns = 0
        """When somebody was last speaking here."""
        self.keyframes_asked = 0
        self.packets_asked = 0
        self._asked_ns = -KEYFRAME_RETRY_NS
        self._wanted = False

    @property
    def codec(self) -> str:
        return CODECS[self.kind]

    def note_level(self, level: int, at_ns: int) -> None:
        """Speaking level in -dB; the loudest of the last quarter second stands."""
        if level <= SPEAKING:
            self.spoken_ns = at_ns
        if level <= self.level or at_ns - self.level_ns >= SECOND // 4:
            self.level, self.level_ns = level, at_ns

    def publish(self, peer: Peer, part: Agreed) -> None:
        """The connection, and its section, that this source comes from now."""
        self.peer, self.part = peer, part

    def silence(self, peer: Peer) -> None:
        """That connection is gone."""
        if self.peer is peer:
            self.peer = self.part = self.reception = None

    def stream(self, ssrc: int) -> Reception:
        """The reception of this SSRC; a new SSRC begins a new one."""
        if self.reception is None or self.reception.ssrc != ssrc:
            self.reception = Reception(ssrc, self.clock_rate, ROOM[self.kind])
            self.repair_ssrc = (self.part.repairs or {}).get(ssrc, 0) if self.part else 0
            self.want_keyframe()
        return self.reception

    def gated(self) -> None:
        """Some feed was opened or closed."""
        self.open_feeds = tuple(feed for feed in self.feeds if feed.open and feed.payload_type >= 0)
        self.fan = None

    def want_keyframe(self) -> None:
        self._wanted = self.kind == "video"

    def ask(self, now_ns: int) -> None:
        """Pass a wish for a key frame upstream, throttled; repeat it while a listener still waits."""
        if self.kind != "video" or self.peer is None or self.reception is None:
            return
        since = now_ns - self._asked_ns
        waiting = any(feed.waiting for feed in self.open_feeds)
        if (self._wanted and since >= KEYFRAME_NS) or (waiting and since >= KEYFRAME_RETRY_NS):
            self._asked_ns, self._wanted = now_ns, False
            self.keyframes_asked += 1
            self.peer.send_rtcp(rtcp.picture_loss(self.peer.ssrc, self.reception.ssrc))

    def missing(self, now_ns: int) -> None:
        """Ask the publisher for what was lost on the way to us."""
        reception = self.reception
        if self.peer is None or reception is None:
            return
        wanted = reception.due(now_ns, self.peer.rtt_ns or 0)
        if wanted:
            self.packets_asked += len(wanted)
            self.peer.send_rtcp(rtcp.nack(self.peer.ssrc, reception.ssrc, wanted))
        if reception.gave_up:
            reception.gave_up = False
            self.want_keyframe()
