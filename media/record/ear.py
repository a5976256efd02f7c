"""The live ear: one seat's Opus packets to the 16 kHz sound that captions are made of, while the hearing runs.

It waits for nothing: a packet that comes late is left out, a gap simply starts a new piece. The tape keeps what it
misses and the final transcript is made from there (:func:`media.record.clip.sound`). Times follow the same rule as
the tape's: smallest ``arrival - RTP time`` seen so far, a step when the sender's clock stood still.
"""

from __future__ import annotations

from collections.abc import Iterable

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from media.record.mix import Voice
from media.record.rtp import Unwrapper, opus_samples, parse_rtp

Heard = NDArray[np.float32]
RATE = 48_000
OUT_RATE = 16_000
STEP_NS = 200_000_000
PATIENCE = 50
JOINED_NS = 1_000_000


class Downsampler:
    """48 kHz mono to 16 kHz floats, without a click between calls."""

    def __init__(self) -> None:
        self._resampler = AudioResampler("flt", "mono", OUT_RATE)
        self._position = 0

    def __call__(self, sound: NDArray[np.int16] | None) -> Heard:
        """Convert a piece; ``None`` gives what is still held back."""
        frame = None
        if sound is not None:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound).reshape(1, -1), "s16", "mono")
            frame.sample_rate, frame.pts = RATE, self._position
            self._position += len(sound)
        pieces = [out.to_ndarray().reshape(-1) for out in self._resampler.resample(frame)]
        return np.concatenate(pieces).astype(np.float32) if pieces else np.zeros(0, np.float32)


class Ear:
    """Decodes one seat. ``feed`` every RTP packet of its voice; it gives pieces of sound and when each began."""

    def __init__(self) -> None:
        self._begin(None)

    def _begin(self, ssrc: int | None) -> None:
        self._ssrc = ssrc
        self._seq, self._stamp = Unwrapper(16), Unwrapper(32)
        self._last_seq: int | None = None
        self._end_stamp: int | None = None
        self._offset: int | None = None
        self._late = 0
        self._late_ns = 0
        self._voice = Voice()
        self._down = Downsampler()
        self._next_ns: int | None = None

    def feed(self, arrival_ns: int, rtp: bytes) -> list[tuple[int, Heard]]:
        """The sound of a packet as ``(start_ns, samples at 16 kHz)``; nothing for what is late or no Opus."""
        packet = parse_rtp(rtp)
        if packet is None:
            return []
        samples = opus_samples(packet.payload)
        if not samples:
            return []
        if packet.ssrc != self._ssrc:
            self._begin(packet.ssrc)
        seq, stamp = self._seq(packet.seq), self._stamp(packet.timestamp)
        if self._last_seq is not None and seq <= self._last_seq:
            return []
        self._last_seq = seq
        at = self._time(stamp, arrival_ns)
        sound = self._voice.pcm(packet.payload, samples)
        whole = sound if sound is not None else np.zeros(samples, np.int16)
        heard: list[tuple[int, Heard]] = []
        if self._end_stamp is not None and stamp != self._end_stamp:
            heard += self._piece(self._down(None))
            self._down, self._next_ns = Downsampler(), None
        self._end_stamp = stamp + samples
        if self._next_ns is None:
            self._next_ns = at
        return heard + self._piece(self._down(whole))

    def _piece(self, sound: Heard) -> list[tuple[int, Heard]]:
        if not len(sound) or self._next_ns is None:
            return []
        start = self._next_ns
        self._next_ns += len(sound) * 1_000_000_000 // OUT_RATE
        return [(start, sound)]

    def _time(self, stamp: int, arrival_ns: int) -> int:
        """The hearing's time of a timestamp. Fifty packets late in a row: the sender's clock stood still."""
        taken = stamp * 1_000_000_000 // RATE
        delay = arrival_ns - taken
        if self._offset is None or delay < self._offset:
            self._offset, self._late = delay, 0
        elif delay - self._offset > STEP_NS:
            self._late_ns = min(self._late_ns, delay) if self._late else delay
            self._late += 1
            if self._late >= PATIENCE:
                self._offset, self._late, self._next_ns = self._late_ns, 0, None
        else:
            self._late = 0
        return taken + self._offset


def joined(pieces: Iterable[tuple[int, Heard]]) -> list[tuple[int, Heard]]:
    """Pieces of one seat that follow one another without a gap, as one: fewer and longer ones cost the hearer less."""
    runs: list[tuple[int, list[Heard]]] = []
    next_ns = 0
    for start, sound in pieces:
        if not runs or abs(start - next_ns) > JOINED_NS:
            runs.append((start, []))
        runs[-1][1].append(sound)
        next_ns = start + len(sound) * 1_000_000_000 // OUT_RATE
    return [(start, np.concatenate(sounds)) for start, sounds in runs]
