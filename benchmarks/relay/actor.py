"""A load client that a real browser can hear and see: true Opus and VP8, drawn and encoded once, sent again and again.

One with layers sends its picture in three sizes, each with numbers of its own, and begins a layer anew with a key frame
when it is asked for one.
"""

from __future__ import annotations

import asyncio
import fractions
import secrets
from dataclasses import dataclass, field

import av
import numpy as np

from benchmarks.relay.client import Connection
from media.wire import rtcp, rtp
from tests.media import sdp
from tests.media.visitor import AUDIO_TYPE, LAYERS, LEVEL_ID, MID_ID, RID_ID, VIDEO_MID, VIDEO_TYPE
from web.rehearsal.picture import RATE, SECONDS, draw

SAMPLES = 960
TURN = 0.02
MOST_BYTES = 1100
LOUD, SILENT = 25, 100
SIZES = {"q": (320, 180, 80_000), "h": (640, 360, 200_000), "f": (960, 540, 450_000)}
ALONE = (480, 270, 190_000)


def pictures(width: int, height: int, bits: int) -> list[bytes]:
    """Two seconds, the first frame a key frame and no other."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = fractions.Fraction(1, RATE), fractions.Fraction(RATE)
    encoder.bit_rate, encoder.gop_size = bits, 1000
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
    encoder.options |= {"minrate": str(bits), "maxrate": str(bits), "error-resilient": "1"}
    noise, frames = np.random.default_rng(1), []
    for number in range(RATE * SECONDS):
        image = draw("prosecutor", number, speaking=True).astype(np.int16)
        image += noise.integers(-12, 12, image.shape, np.int16)
        frame = av.VideoFrame.from_ndarray(image.clip(0, 255).astype(np.uint8), format="rgb24")
        frame = frame.reformat(width=width, height=height, format="yuv420p")
        frame.pts = number
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return frames + [bytes(packet) for packet in encoder.encode(None)]


def sound(loudness: int) -> list[bytes]:
    """Five seconds of noise that swells and ebbs like speech, as Opus at 32 kbit/s."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = 48000, "mono", "s16", 32_000
    dice, packets = np.random.default_rng(2), []
    for number in range(250):
        swell = loudness * (0.6 + 0.4 * np.sin(number / 3))
        samples = (dice.normal(0, 1, SAMPLES).cumsum() % 2 - 1) * swell
        frame = av.AudioFrame.from_ndarray(samples.astype(np.int16).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts = 48000, number * SAMPLES
        packets += [bytes(packet) for packet in encoder.encode(frame)]
    return packets


@dataclass(slots=True)
class _Film:
    """One layer on its way out."""

    ssrc: int
    rid: str
    frames: list[bytes]
    place: int = 0
    sequence: int = field(default_factory=lambda: secrets.randbits(15))
    picture: int = field(default_factory=lambda: secrets.randbits(14))
    clock: int = field(default_factory=lambda: secrets.randbits(31))


class Actor(Connection):
    """``speaks`` is set by whoever directs; nothing is received but feedback."""

    def __init__(self, layered: bool, said: tuple[list[bytes], list[bytes]], filmed: dict[str, list[bytes]]) -> None:
        super().__init__("client")
        self.speaks = False
        self._loud, self._soft = said
        rids = LAYERS if layered else ("",)
        self._films = [_Film(secrets.randbits(31) | 1, rid, filmed[rid]) for rid in rids]
        self._turns = 0

    def offer(self) -> str:
        rids = tuple(film.rid for film in self._films) if len(self._films) > 1 else ()
        parts = [
            sdp.Part("audio", "sendonly", self.audio),
            sdp.Part("video", "sendonly", self._films[0].ssrc, self.repair, rids),
        ]
        return self.described(parts)

    async def act(self, phase: float) -> None:
        """Speak and show until cancelled."""
        loop = asyncio.get_running_loop()
        begin, shown = loop.time() + phase * TURN, 0
        while True:
            await asyncio.sleep(max(0.0, begin + self._turns * TURN - loop.time()))
            self._turns += 1
            self._voice()
            if self._turns * TURN * RATE > shown:
                shown += 1
                for film in self._films:
                    self._picture(film, shown)

    def _voice(self) -> None:
        packets = self._loud if self.speaks else self._soft
        block = rtp.extension_block(bytes((LEVEL_ID << 4, LOUD if self.speaks else SILENT)))
        number = self._turns
        head = rtp.header(AUDIO_TYPE, False, number & 0xFFFF, SAMPLES * number, self.audio, block, False)
        self._seal_and_send(head + packets[number % len(packets)])

    def _picture(self, film: _Film, number: int) -> None:
        frame = film.frames[film.place % len(film.frames)]
        film.place += 1
        film.picture = (film.picture + 1) & 0x7FFF
        names = bytes((MID_ID << 4,)) + VIDEO_MID.encode() + bytes((RID_ID << 4,)) + film.rid.encode()
        block = rtp.extension_block(names) if film.rid else b""
        clock = (film.clock + 90000 * number // RATE) & 0xFFFFFFFF
        for at in range(0, len(frame), MOST_BYTES):
            film.sequence = (film.sequence + 1) & 0xFFFF
            last = at + MOST_BYTES >= len(frame)
            head = rtp.header(VIDEO_TYPE, last, film.sequence, clock, film.ssrc, block, False)
            begins = 0x80 if at else 0x90
            running = (begins, 0xE0, 0x80 | film.picture >> 8, film.picture & 0xFF, film.picture & 0xFF, 0x20)
            self._seal_and_send(head + bytes(running) + frame[at : at + MOST_BYTES])

    def _reported(self, data: bytes) -> None:
        if self._seal is None:
            return
        for packet in rtcp.split(self._seal.open_rtcp(data) or b""):
            if packet.kind == rtcp.PSFB and packet.count == rtcp.PLI:
                for film in self._films:
                    if film.ssrc == rtcp.feedback_target(packet):
                        film.place = 0
