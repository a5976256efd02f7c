"""The two codecs of the mix, which is all voices as one sound track for whoever simply presses play.

Every voice comes as Opus packets without gaps (:func:`media.record.cut.spoken`), so mixing is adding second by second
(:mod:`media.record.choir`). Packets of pure silence, most of a hearing with seven listeners, are not decoded at all.
The mix is encoded for *audio*: Opus's model of one throat fits several people badly, and costs twice as much.
"""

from __future__ import annotations

from collections.abc import Iterator

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.error import FFmpegError
from numpy.typing import NDArray

from media.record.cut import RATE, STEP
from media.record.rtp import OPUS_SILENCE

Pcm = NDArray[np.int16]
BIT_RATE = 64_000
LEFTOVER = 3
RANGE = (-32_768, 32_767)


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
        pieces = [np.frombuffer(memoryview(frame.planes[0]), np.int16, frame.samples) for frame in frames]
        sound = np.concatenate(pieces) if len(pieces) > 1 else pieces[0]
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


class Encoder:
    """Opus for the mix."""

    def __init__(self) -> None:
        encoder = av.CodecContext.create("libopus", "w")
        assert isinstance(encoder, AudioCodecContext)
        encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
        encoder.bit_rate = BIT_RATE
        encoder.options = {"frame_duration": "20", "application": "audio", "compression_level": "5"}
        self._encoder = encoder
        self._position = 0

    def encoded(self, sound: NDArray[np.int32] | None, samples: int) -> Iterator[bytes]:
        """Encode a sum of voices, whole steps of it; ``None`` is silence."""
        whole = np.zeros(samples, np.int16) if sound is None else np.clip(sound[:samples], *RANGE).astype(np.int16)
        for block in whole.reshape(-1, STEP):
            frame = av.AudioFrame.from_ndarray(block.reshape(1, -1), "s16", "mono")
            frame.sample_rate, frame.pts = RATE, self._position
            self._position += STEP
            yield from self._packets(frame)

    def rest(self) -> Iterator[bytes]:
        """What the encoder still holds back."""
        yield from self._packets(None)

    def _packets(self, frame: av.AudioFrame | None) -> Iterator[bytes]:
        for packet in self._encoder.encode(frame):
            yield bytes(packet)
