"""A WHIP client made of FFmpeg's own muxer, through PyAV, and nothing of ours.

usage: python tests/clients/ffmpeg.py whip URL TOKEN [sound|picture|both] [option=value ...]

It prints ``answered`` when the connection stands and a line for every packet it sent (``sent audio 3``), and ends its
session when its standard input closes.
"""

from __future__ import annotations

import sys
import threading
import time
from fractions import Fraction
from typing import Any

import av
import av.logging
import numpy as np

RATE, STEP = 48_000, 960
PICTURES = 15
SIZE = (320, 240)


def listen(over: threading.Event) -> None:
    sys.stdin.read()
    over.set()


class Encoders:
    def __init__(self, out: Any, what: str) -> None:
        self.sound = self.picture = None
        if what != "sound":
            self.picture = out.add_stream("libx264", rate=PICTURES)
            self.picture.width, self.picture.height, self.picture.pix_fmt = *SIZE, "yuv420p"
            self.picture.bit_rate, self.picture.gop_size = 300_000, 2 * PICTURES
            self.picture.options = {"profile": "baseline", "tune": "zerolatency", "preset": "ultrafast"}
        if what != "picture":
            self.sound = out.add_stream("libopus", rate=RATE, layout="stereo")
            self.sound.bit_rate = 48_000

    def packets(self, step: int) -> list[Any]:
        """What belongs into the next 20 ms."""
        found = []
        if self.sound is not None:
            tone = (np.sin(np.arange(step * STEP, (step + 1) * STEP) * 0.05) * 8000).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(np.repeat(tone, 2).reshape(1, -1), "s16", "stereo")
            frame.sample_rate, frame.pts, frame.time_base = RATE, step * STEP, Fraction(1, RATE)
            found += self.sound.encode(frame)
        number = step * PICTURES // 50
        if self.picture is not None and number != (step - 1) * PICTURES // 50:
            shade = np.full((SIZE[1], SIZE[0], 3), number % 200 + 20, np.uint8)
            still = av.VideoFrame.from_ndarray(shade, "rgb24").reformat(format="yuv420p")
            still.pts, still.time_base = number, Fraction(1, PICTURES)
            found += self.picture.encode(still)
        return found


def publish(url: str, token: str, what: str, options: dict[str, str]) -> None:
    av.logging.set_level(av.logging.VERBOSE)
    av.logging.restore_default_callback()
    over = threading.Event()
    threading.Thread(target=listen, args=(over,), daemon=True).start()
    with av.open(url, "w", format="whip", options={"authorization": token, **options}) as out:
        encoders = Encoders(out, what)
        out.start_encoding()
        print("answered", flush=True)
        began, step = time.monotonic(), 0
        sent = {"audio": 0, "video": 0}
        while not over.wait(max(0.0, began + step / 50 - time.monotonic())):
            for packet in encoders.packets(step):
                out.mux(packet)
                sent[packet.stream.type] += 1
                print(f"sent {packet.stream.type} {sent[packet.stream.type]}", flush=True)
            step += 1


if __name__ == "__main__":
    _, address, bearer, wanted, *rest = sys.argv[1:]
    publish(address, bearer, wanted, dict(one.split("=", 1) for one in rest))
