"""Recording eight voices and a picture must not be felt by the event loop that forwards them."""

from __future__ import annotations

import time
from pathlib import Path

from hearing.floor import Floor
from hearing.participants import SeatId
from media.record.recorder import Recorder
from tests.media.record.synthetic import KEY, START, Sender

SEATS = [SeatId(f"s-{n}") for n in range(8)]


async def test_handing_a_packet_to_the_recorder_costs_the_loop_almost_nothing(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, KEY, clock=lambda: START)
    recorder.apply(Floor(recorded_sound=frozenset(SEATS), recorded_video=SEATS[0]))
    senders = [Sender(seat, "audio", n) for n, seat in enumerate(SEATS)]
    packets = [sender.packet(START, b"\xf8" * 80) for _ in range(500) for sender in senders]
    before = time.thread_time()
    for packet in packets:
        recorder.received(packet)
    spent = time.thread_time() - before
    await recorder.close()
    assert spent / len(packets) < 50e-6
