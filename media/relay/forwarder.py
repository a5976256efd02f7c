"""The forwarder: who gets which packet. An interface, because the hot path may one day be native code.

A forwarder obeys the gates of the feeds, per packet; it never decides them.
"""

from __future__ import annotations

from typing import Protocol

from media.relay.feed import Feed
from media.relay.source import Source
from media.wire.rtp import Rtp, is_vp8_keyframe


class Forwarder(Protocol):
    def forward(self, source: Source, number: int, packet: Rtp, level: int, now_ns: int) -> None:
        """Send a packet of a source to every listener whose gate is open."""

    def resend(self, source: Source, feed: Feed, wanted: list[int], now_ns: int) -> int:
        """Repeat what a listener missed, as far as it is remembered; how many were sent."""


class PythonForwarder:
    """Always there. Per listener: a new head, the same payload, one seal, one datagram."""

    def forward(self, source: Source, number: int, packet: Rtp, level: int, now_ns: int) -> None:
        reception = source.reception
        if reception is None:
            return
        key = source.kind == "audio" or is_vp8_keyframe(packet)
        for feed in source.open_feeds:
            if feed.admits(number, packet, reception.ssrc, key, now_ns):
                feed.send(number, packet, level, now_ns)

    def resend(self, source: Source, feed: Feed, wanted: list[int], now_ns: int) -> int:
        reception = source.reception
        if reception is None or not feed.open or feed.stream != reception.ssrc:
            return 0
        count = 0
        for sequence in wanted[:200]:
            number = feed.source_number(sequence)
            packet = reception.recall(number) if number is not None else None
            if number is not None and packet is not None and feed.resend(number, packet, now_ns):
                count += 1
        return count
