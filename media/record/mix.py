"""The mix: all voices as one sound track, for whoever simply presses play.

Every voice comes as Opus packets without gaps (:func:`media.record.cut.spoken`), so mixing is adding block by block.
Packets of pure silence, most of a hearing with seven listeners, are not decoded at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.error import FFmpegError
from numpy.typing import NDArray

from media.record.cut import RATE, STEP
from media.record.quality import Meter
from media.record.rtp import OPUS_SILENCE

Pcm = NDArray[np.int16]
BIT_RATE = 64_000
LEFTOVER = 3


class Voice:
    """Decodes one voice, packet after packet, to 48 kHz mono."""

    def __init__(self) -> None:
        self._decoder = _decoder()
        self._silent = LEFTOVER

    def pcm(self, payload: bytes, samples: int) -> Pcm | None:
        """The sound of one packet; ``None`` is silence. A packet that does not decode is silence, too."""
        if payload == OPUS_SILENCE:
            self._silent += 1
            if self._silent > LEFTOVER:
                return None
        else:
            self._silent = 0
        try:
            frames = self._decoder.decode(av.Packet(payload))
        except FFmpegError:
            self._decoder = _decoder()
            return None
        if not frames:
            return None
        sound = (
            np.concatenate([frame.to_ndarray()[0] for frame in frames])
            if len(frames) > 1
            else frames[0].to_ndarray()[0]
        )
        if len(sound) == samples:
            return sound
        fitted = np.zeros(samples, np.int16)
        fitted[: len(sound)] = sound[:samples]
        return fitted


def _decoder() -> AudioCodecContext:
    decoder = av.CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.sample_rate = RATE
    decoder.layout = "mono"
    return decoder


class Mixer:
    """Adds voices up: each hands in its sound in its own steps, ``block`` takes out what all have reached."""

    def __init__(self, voices: int) -> None:
        self._ring = np.zeros(RATE * 2, np.int32)
        self.taken = 0
        self._reached = [0] * voices
        self._voices = [Voice() for _ in range(voices)]
        self.meters = [Meter() for _ in range(voices)]

    def add(self, voice: int, payload: bytes, samples: int) -> None:
        sound = self._voices[voice].pcm(payload, samples)
        at = self._reached[voice]
        self._reached[voice] = at + samples
        self.meters[voice].hear(sound, samples)
        if sound is None:
            return
        start = at % len(self._ring)
        end = start + samples
        if end <= len(self._ring):
            self._ring[start:end] += sound
        else:
            first = len(self._ring) - start
            self._ring[start:] += sound[:first]
            self._ring[: samples - first] += sound[first:]

    def reached(self, voice: int) -> int:
        return self._reached[voice]

    def block(self) -> Pcm:
        """The next 20 ms of all voices together."""
        start = self.taken % len(self._ring)
        piece = self._ring[start : start + STEP]
        mixed = np.clip(piece, -32768, 32767).astype(np.int16)
        piece[:] = 0
        self.taken += STEP
        return mixed


class Encoder:
    """Opus for the mix."""

    def __init__(self) -> None:
        encoder = av.CodecContext.create("libopus", "w")
        assert isinstance(encoder, AudioCodecContext)
        encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
        encoder.bit_rate = BIT_RATE
        encoder.options = {"frame_duration": "20", "application": "voip", "compression_level": "5"}
        self._encoder = encoder
        self._position = 0

    def packets(self, block: Pcm | None) -> Iterator[bytes]:
        """Encode a block, or flush with ``None``."""
        frame = None
        if block is not None:
            frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), "s16", "mono")
            frame.sample_rate, frame.pts = RATE, self._position
            self._position += len(block)
        for packet in self._encoder.encode(frame):
            yield bytes(packet)


Said = tuple[int, bytes, int]
"""A voice's number, its packet, and how many samples that is."""


class MixTrack:
    """Decodes, adds and encodes a second at a time, in a thread beside the one that reads tapes: both codecs leave
    Python alone while they work, so the second core is used."""

    def __init__(self, voices: int) -> None:
        self._mixer, self._encoder = Mixer(voices), Encoder()
        self._thread = ThreadPoolExecutor(1, "mix")
        self._running: Future[list[bytes]] | None = None

    def hand_over(self, said: list[Said], blocks: int) -> list[bytes]:
        """Begin with the next blocks; what comes back is the sound of the ones before."""
        ready = self._running.result() if self._running is not None else []
        self._running = self._thread.submit(self._mix, said, blocks)
        return ready

    def finish(self) -> list[bytes]:
        """Everything that is still to come."""
        ready = self._running.result() if self._running is not None else []
        self._thread.shutdown()
        return ready + list(self._encoder.packets(None))

    def meters(self) -> list[Meter]:
        """What was measured on the way, one for each voice; after ``finish``."""
        return self._mixer.meters

    def _mix(self, said: list[Said], blocks: int) -> list[bytes]:
        packets: list[bytes] = []
        at = 0
        for _ in range(blocks):
            until = self._mixer.taken + STEP
            while at < len(said) and self._mixer.reached(said[at][0]) < until:
                self._mixer.add(*said[at])
                at += 1
            packets += self._encoder.packets(self._mixer.block())
        for late in said[at:]:
            self._mixer.add(*late)
        return packets
