"""A file for each voice, copied out of the finished recording.

No browser switches between the sound tracks of a WebM, and whoever wants to hear one person alone should not need
another program. So every titled track also stands alone: the same packets at the same times, nothing decoded.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av

from media.record.cut import RATE

MUXER = {"cues_to_front": "1", "cluster_time_limit": "5000"}


def split(recordings: Sequence[Path], starts: Sequence[float], folder: Path) -> list[Path]:
    """The voices of a finished recording, in the order of their tracks; the mix, which comes first, stays where it is.

    ``starts`` are the seconds into the recording where each of its files begins.
    """
    outputs: list[_Voice] = []
    for recording, start in zip(recordings, starts, strict=True):
        with av.open(str(recording)) as source:
            tracks = [stream for stream in source.streams.audio if stream.index > source.streams.audio[0].index]
            if not outputs:
                outputs = [_Voice(folder / f"voice-{number}.webm") for number in range(1, len(tracks) + 1)]
            voices = {track.index: voice for track, voice in zip(tracks, outputs, strict=True)}
            for packet in source.demux(tracks) if tracks else ():
                if packet.size and packet.dts is not None:
                    voices[packet.stream.index].put(packet, start)
    for voice in outputs:
        voice.close()
    return [voice.path for voice in outputs]


class _Voice:
    """One voice's file, being written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._container = av.open(str(path), "w", format="webm", options=MUXER)
        self._stream: Any = self._container.add_stream("libopus", rate=RATE, layout="mono")

    def put(self, packet: Any, start: float) -> None:
        packet.pts = packet.dts = packet.dts + round(start / packet.time_base)
        packet.stream = self._stream
        self._container.mux_one(packet)

    def close(self) -> None:
        self._container.close()
