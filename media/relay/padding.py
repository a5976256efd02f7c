"""Half a second of padding on a member's living connection: does the line down carry the norm now?

A hearing sends less than the norm, so what arrives proves nothing. Padding on the retransmission SSRC of a picture,
which no decoder sees and browsers' own senders use for the same end, fills the line for a moment; the transport
feedback tells when each packet came in. It is for a quiet line: who decides that is not here.

There is no such half second upwards. A browser pads by its own estimate alone. Noise beside its camera would take from
the camera, since a connection has one estimate, and would have to be kept from listeners; on a connection of its own it
needs a second to reach its rate (``probe_up`` leaves that out), for which a line just at the norm would be overfull.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from media.relay import probe_figures as figures
from media.relay.feed import PADDED_BYTES, Feed
from media.relay.probe_figures import UDP_OVERHEAD
from media.wire.clock import SECOND

PADDING_S = 0.5
PACE_S = 0.01
WORD_S = 1.5
"""So long the browser's last word is awaited; it reports some fifteen times a second."""

LAST_WORD = 3
SIZE = PADDED_BYTES + UDP_OVERHEAD
LEAST_SENT = 0.5
"""Of what was to be sent: a machine that is too busy for more learns nothing about the line."""


@dataclass(frozen=True, slots=True)
class Padded:
    """What the line carried, the hearing's own packets among it, and the share of the padding that was lost."""

    kbps: float
    loss: float


def fit(feeds: list[Feed]) -> Feed | None:
    """A feed whose section can carry padding and tells what came of it. A closed gate carries nothing."""
    return next((f for f in feeds if f.open and f.payload_type >= 0 and f.repair_type >= 0 and f.cc_id), None)


def whole(kbps: float) -> int:
    """So many packets are half a second of padding at this rate."""
    return int(kbps * 1000 * PADDING_S / 8 / SIZE)


class Padding:
    def __init__(self, feed: Feed, clock: Callable[[], int]) -> None:
        self._feed = feed
        self._clock = clock
        self._known: set[int] = set()
        self._arrived: dict[int, int] = {}

    def told(self, arrivals: list[tuple[int, int | None]]) -> None:
        """The browser's transport feedback, about everything that it was sent."""
        for number, at_ns in arrivals:
            self._known.add(number)
            if at_ns is not None:
                self._arrived[number] = at_ns

    async def run(self, kbps: float) -> Padded | None:
        """Send at this rate beside what the hearing sends. None where we or the browser were too busy to tell."""
        sent_ns: dict[int, int] = {}
        peer, began = self._feed.peer, self._clock()
        before = peer.sent_bytes
        while (elapsed := self._clock() - began) < PADDING_S * SECOND:
            due = int(kbps * 1000 * elapsed / SECOND / 8 / SIZE) + 1
            while len(sent_ns) < due:
                number = self._feed.pad(self._clock()) if self._feed.open else None
                if number is None:
                    return None
                sent_ns[number] = self._clock()
            await asyncio.sleep(PACE_S)
        if len(sent_ns) < LEAST_SENT * whole(kbps):
            return None
        other = peer.sent_bytes - before - len(sent_ns) * PADDED_BYTES
        beside_kbps = max(0, other) * 8e6 / (self._clock() - began)
        last = list(sent_ns)[-LAST_WORD:]
        for _ in range(int(WORD_S / 0.05)):
            if any(number in self._known for number in last):
                break
            await asyncio.sleep(0.05)
        packets = [(at, self._arrived.get(number), number in self._known) for number, at in sent_ns.items()]
        if not any(known for _, _, known in packets):
            return None
        found = figures.step(packets, SIZE, 0.0)
        offered = (len(sent_ns) - 1) * SIZE * 8e6 / max(1, max(sent_ns.values()) - min(sent_ns.values()))
        return Padded(found.kbps + beside_kbps * min(1.0, found.kbps / offered), found.lost)
