"""Recording eight voices and a picture must not be felt by the event loop that forwards them."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from types import FrameType

from hearing.floor import Floor
from hearing.participants import SeatId
from media.record.recorder import Recorder
from tests.media.record.synthetic import KEY, START, Sender

SEATS = [SeatId(f"s-{n}") for n in range(8)]
MOST_STEPS = 25
"""Calls of functions that one packet may take: it is looked at and laid in a queue."""


async def test_handing_a_packet_to_the_recorder_costs_the_loop_almost_nothing(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, KEY, clock=lambda: START)
    recorder.apply(Floor(recorded_sound=frozenset(SEATS), recorded_video=SEATS[0]))
    senders = [Sender(seat, "audio", n) for n, seat in enumerate(SEATS)]
    packets = [sender.packet(START, b"\xf8" * 80) for _ in range(500) for sender in senders]
    steps: Counter[str] = Counter()

    def count(frame: FrameType, event: str, called: object) -> None:
        if event in ("call", "c_call"):
            steps[frame.f_code.co_qualname if event == "call" else str(called)] += 1

    sys.setprofile(count)
    try:
        for packet in packets:
            recorder.received(packet)
    finally:
        sys.setprofile(None)
    await recorder.close()
    assert steps.total() / len(packets) < MOST_STEPS, steps.most_common(10)
