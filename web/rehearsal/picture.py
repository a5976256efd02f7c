"""A player's camera: a drawn figure in the colour of its role, whose mouth moves while it speaks.

The two loops (silent, speaking) are drawn and encoded once at start; sending them costs next to nothing, which a
machine with two cores and a browser on it needs. Every second begins with a key frame, so that nobody waits for one.
"""

from __future__ import annotations

import asyncio
import fractions
import functools
import math
import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import av
import numpy as np
from aiortc.mediastreams import MediaStreamTrack
from numpy.typing import NDArray

WIDTH, HEIGHT = 480, 270
RATE = 12
SECONDS = 2
TIME_BASE = fractions.Fraction(1, 90000)

Colour = tuple[int, int, int]
Image = NDArray[np.uint8]

BACKGROUNDS: dict[str, Colour] = {
    "investigating_judge": (36, 52, 71),
    "court_secretary": (47, 62, 70),
    "prosecutor": (28, 58, 92),
    "suspect": (74, 74, 70),
    "defence_counsel": (25, 78, 66),
    "witness": (88, 66, 42),
}
SKIN: Colour = (226, 190, 160)
HAIR: Colour = (42, 34, 30)
MOUTH: Colour = (140, 60, 60)


@dataclass(frozen=True, slots=True)
class Loops:
    """Encoded frames of the figure at rest and speaking."""

    silent: tuple[bytes, ...]
    speaking: tuple[bytes, ...]


def loops(role: str) -> Loops:
    """Draw and encode both loops of a role. Takes a moment: do it before the hearing."""
    return Loops(_encoded(role, speaking=False), _encoded(role, speaking=True))


def _encoded(role: str, *, speaking: bool) -> tuple[bytes, ...]:
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = fractions.Fraction(1, RATE), fractions.Fraction(RATE)
    encoder.bit_rate, encoder.gop_size = 220_000, RATE
    encoder.options = {"deadline": "realtime", "cpu-used": "8", "lag-in-frames": "0", "auto-alt-ref": "0"}
    frames: list[bytes] = []
    for number in range(RATE * SECONDS):
        frame = av.VideoFrame.from_ndarray(draw(role, number, speaking=speaking), format="rgb24").reformat(
            format="yuv420p"
        )
        frame.pts = number
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    frames += [bytes(packet) for packet in encoder.encode(None)]
    return tuple(frames)


@functools.cache
def _room(role: str) -> Image:
    """The wall behind the figure: the role's colour, lighter above."""
    light = np.linspace(1.15, 0.8, HEIGHT)[:, None, None]
    room: Image = (np.array(BACKGROUNDS[role]) * light).clip(0, 255).astype(np.uint8).repeat(WIDTH, axis=1)
    _ellipse(room, WIDTH / 2, HEIGHT * 1.06, 118, 92, _darker(BACKGROUNDS[role], 0.55))
    return room


def draw(role: str, number: int, *, speaking: bool) -> Image:
    """One frame: a room, shoulders, a head that sways a little, eyes that blink, a mouth."""
    image = _room(role).copy()
    turn = 2 * math.pi * number / (RATE * SECONDS)
    x, y = WIDTH / 2 + 6 * math.sin(turn), HEIGHT * 0.44 + 2 * math.cos(2 * turn)
    _ellipse(image, x, y + 62, 22, 40, _darker(SKIN, 0.9))
    _ellipse(image, x, y - 12, 57, 66, HAIR)
    _ellipse(image, x, y + 4, 49, 60, SKIN)
    blink = number % (RATE * SECONDS) in (5, 6)
    for side in (-18, 18):
        _ellipse(image, x + side, y - 4, 5, 1.5 if blink else 5, HAIR)
    open_mouth = 3 + 7 * abs(math.sin(number * 1.9)) if speaking else 1.8
    _ellipse(image, x, y + 32, 15, open_mouth, MOUTH)
    return image


def _ellipse(image: Image, x: float, y: float, width: float, height: float, colour: Colour) -> None:
    top, bottom = max(0, int(y - height)), min(HEIGHT, int(y + height) + 2)
    left, right = max(0, int(x - width)), min(WIDTH, int(x + width) + 2)
    rows, columns = np.ogrid[top:bottom, left:right]
    image[top:bottom, left:right][((columns - x) / width) ** 2 + ((rows - y) / height) ** 2 <= 1] = colour


def _darker(colour: Colour, by: float) -> Colour:
    return (int(colour[0] * by), int(colour[1] * by), int(colour[2] * by))


class Paced(MediaStreamTrack):
    """A video track of frames that are encoded already."""

    kind = "video"

    def __init__(self, rate: int) -> None:
        super().__init__()
        self._rate = rate
        self._sent = 0
        self._began: float | None = None

    async def recv(self) -> av.Packet[Any]:
        now = time.monotonic()
        if self._began is None:
            self._began = now
        due = self._began + self._sent / self._rate
        if due > now:
            await asyncio.sleep(due - now)
        elif now - due > 1.0:
            self._sent += int((now - due) * self._rate)
        packet = av.Packet(self.frame(self._sent))
        packet.time_base = TIME_BASE
        packet.pts = self._sent * 90000 // self._rate
        self._sent += 1
        return packet

    @abstractmethod
    def frame(self, number: int) -> bytes:
        """The encoded picture of this number."""


class Picture(Paced):
    """The player's camera. It changes between its loops only where a key frame stands."""

    def __init__(self, drawn: Loops, speaking: Callable[[], bool]) -> None:
        super().__init__(RATE)
        self._drawn = drawn
        self._speaking = speaking
        self._now = drawn.silent

    def frame(self, number: int) -> bytes:
        place = number % len(self._now)
        if place % RATE == 0:
            self._now = self._drawn.speaking if self._speaking() else self._drawn.silent
        return self._now[place]


class Noise(Paced):
    """What the link test wants from a camera: so many kbit/s that nothing can compress."""

    RATE = 30
    CALM_BYTES = 800

    def __init__(self, kbps: int) -> None:
        super().__init__(self.RATE)
        noise = np.random.default_rng(1)
        self._frames = [noise.bytes(kbps * 1000 // 8 // self.RATE) for _ in range(self.RATE)]
        self._most: int | None = None

    def calm(self) -> None:
        """From now on much less, so that the line's queue runs empty."""
        self._most = self.CALM_BYTES

    def frame(self, number: int) -> bytes:
        return self._frames[number % len(self._frames)][: self._most]
