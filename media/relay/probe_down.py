"""The way down: padding in rising steps, and the browser's transport feedback about when each packet came in.

It goes out on a retransmission SSRC, which no decoder ever sees. A stretch in which the court itself stood still is
sent again: a line left empty and then flooded says nothing of itself.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping

from media.relay import probe_figures as figures
from media.relay.probe_figures import UDP_OVERHEAD
from media.relay.probe_line import (
    GENTLE_MOST_KBPS,
    GENTLE_STOOD_NS,
    GENTLE_WINDOWS,
    WINDOW_S,
    Beside,
    Found,
    ProbeFailed,
    ProbeLine,
    Progress,
)
from media.wire import rtcp, rtp, transport_cc
from media.wire.answer import Sent
from media.wire.clock import MILLISECOND, SECOND
from media.wire.offer import Offer

STEPS = (600, 1000, 1600, 2500, 4000, 6000)
STEP_S = 0.5
AGAIN, AGAIN_S = 1.3, 1.0
"""What was found is tried once more, longer, at so much above it."""

ENOUGH_KBPS = 4000
"""A line that carries so much is measured no closer."""

LOOKS = 2
"""A line that then carries it all was full only in appearance (a machine that stood still), and is climbed again."""

SEARCH_NS = 4_500 * MILLISECOND
"""Later than this no rate is tried any more: a test has ten seconds, with delay and loss."""

GENTLE, GENTLE_LEAST_KBPS = 0.7, 50
"""Share of what was found, and the least, at which delay and loss are measured."""

LAST_WORD = 3
"""Once one of so many last packets is reported on, no more word comes of those before."""

WORD_S, WORD_LOOKS = 0.05, 30
PACE_S = 0.01
PADDING = 255
SMALL_PADDING = 64
"""Many small packets find a share of loss sooner than few large ones."""


def probe_sends(offer: Offer) -> dict[str, Sent]:
    """The section that padding goes out in: the first that the page receives video in."""
    for section in offer.sections:
        if section.kind == "video" and section.direction == "recvonly" and not section.refused:
            number = int.from_bytes(os.urandom(4)) >> 2
            return {section.mid: Sent("probe", number + 1, number + 2)}
    return {}


class Down:
    def __init__(self, line: ProbeLine, sends: Mapping[str, Sent]) -> None:
        self._line = line
        self._sends = sends
        self._arrived: dict[int, int] = {}
        self._known: set[int] = set()
        self._number = 0
        self._until = 0

    def take_rtcp(self, packet: rtcp.Packet) -> None:
        if packet.kind == rtcp.RTPFB and packet.count == rtcp.TRANSPORT_CC:
            for number, at_ns in transport_cc.read(packet):
                self._known.add(number)
                if at_ns is not None:
                    self._arrived[number] = at_ns

    async def measure(self, beside: Beside, progress: Progress) -> Found:
        whole = len(STEPS) + 6
        self._until = self._line.clock() + SEARCH_NS
        kbps = await self._climb(0.0, beside, lambda index, rate: progress((index + 1) / whole, rate, False))
        for _ in range(LOOKS):
            if not 0 < kbps < ENOUGH_KBPS or self._line.clock() > self._until:
                break
            step = await self._step(int(kbps * AGAIN), beside, AGAIN_S, kbps)
            if step.full(kbps):
                kbps = step.kbps or kbps
                break
            kbps = await self._climb(step.kbps, beside, lambda _, rate: progress(len(STEPS) / whole, rate, False))
        progress((len(STEPS) + 1) / whole, kbps, True)
        gentle = max(GENTLE_LEAST_KBPS, min(int(kbps * GENTLE), GENTLE_MOST_KBPS))
        self._line.quiet()
        step = await self._send(gentle, beside, GENTLE_WINDOWS * WINDOW_S, SMALL_PADDING)
        while self._line.spoiled(GENTLE_STOOD_NS):
            step = await self._send(gentle, beside, GENTLE_WINDOWS * WINDOW_S, SMALL_PADDING)
        return Found(kbps, step.jitter_ms, step.lost, step.usable, step.told)

    async def _climb(self, kbps: float, beside: Beside, tell: Callable[[int, float], None]) -> float:
        """Ever more, from above ``kbps``, until the line is full; what it carried."""
        for index, offered in enumerate(STEPS):
            if offered <= kbps:
                continue
            if self._line.clock() > self._until:
                break
            step = await self._step(offered, beside, STEP_S, kbps)
            full = step.full(kbps)
            kbps = max(kbps, step.kbps)
            tell(index, kbps)
            if full:
                break
        return kbps

    async def _step(self, kbps: int, beside: Beside, seconds: float, before_kbps: float) -> figures.Step:
        """What the line made of a rate. That it is full is believed only where the court kept to that rate.

        Time in which the court stood still is none that the search has had.
        """
        while True:
            began = self._line.clock()
            step = await self._send(kbps, beside, seconds, PADDING)
            full = step.kbps < ENOUGH_KBPS and step.full(before_kbps)
            if not full or not self._line.spoiled():
                self._until += self._line.stood_ns
                return step
            self._until += self._line.clock() - began

    async def _send(self, kbps: int, beside: Beside, seconds: float, padding: int) -> figures.Step:
        """Send padding at a rate for a while, and wait for the browser's word about it."""
        size = rtp.HEADER_LENGTH + 8 + padding + 16 + UDP_OVERHEAD
        clock, other = self._line.clock, beside()[1]
        self._line.begin_stretch()
        began = clock()
        sent_ns: dict[int, int] = {}
        while (elapsed := clock() - began) < seconds * SECOND:
            due = int(kbps * 1000 * elapsed / SECOND / 8 / size) + 1
            while len(sent_ns) < due:
                number = self._send_padding(padding)
                sent_ns[number] = clock()
            self._line.alive()
            await self._line.rest(PACE_S)
        beside_kbps = (beside()[1] - other) * 8e6 / (clock() - began)
        await self._word_of(list(sent_ns)[-LAST_WORD:])
        packets = [(at, self._arrived.get(number), number in self._known) for number, at in sent_ns.items()]
        self._forget(sent_ns)
        return figures.step(packets, size, beside_kbps)

    async def _word_of(self, last: list[int]) -> None:
        """Wait until no more word can come of what was sent. A browser speaks only when something comes in, and the
        report about the last packets may be lost: so a few more follow them, whose report says that it was."""
        after: list[int] = []
        for _ in range(WORD_LOOKS):
            await asyncio.sleep(WORD_S)
            if any(number in self._known for number in (*last, *after)):
                break
            after.append(self._send_padding(SMALL_PADDING))
        self._forget(after)

    def _forget(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            self._known.discard(number)
            self._arrived.pop(number, None)

    def _send_padding(self, padding: int) -> int:
        """One packet of padding alone; returns its transport sequence number."""
        peer = self._line.peer
        for mid, sent in self._sends.items():
            part = peer.sections.get(mid)
            cc = part.extension(rtp.TRANSPORT_CC) if part is not None else 0
            if part is None or part.use != "send" or not cc or part.repair_type < 0:
                continue
            peer.transport_sequence = number = (peer.transport_sequence + 1) & 0xFFFF
            self._number = (self._number + 1) & 0xFFFF
            block = rtp.extension_block(bytes((cc << 4 | 1, number >> 8, number & 255)))
            head = rtp.header(part.repair_type, False, self._number, 0, sent.repair_ssrc, block, True)
            self._forget((number,))
            peer.send_rtp(head + bytes(padding - 1) + bytes((padding,)))
            return number
        raise ProbeFailed("the page offered no section to receive the test in")
