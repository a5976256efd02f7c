"""A file for each voice, copied out of the finished recording.

No browser switches between the sound tracks of a WebM, and whoever wants to hear one person alone should not need
another program. So every titled track also stands alone: the same packets at the same times, nothing decoded.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer

from media.record.cut import RATE

MUXER = {"cues_to_front": "1", "cluster_time_limit": "5000"}


def split(recording: Path, folder: Path) -> list[Path]:
    """The voices of a finished file, in the order of their tracks; the mix, which comes first, is left where it is."""
    with av.open(str(recording)) as source:
        tracks = [stream for stream in source.streams.audio if stream.index > source.streams.audio[0].index]
        paths = [folder / f"voice-{number}.webm" for number in range(1, len(tracks) + 1)]
        outputs = {track.index: _output(path) for track, path in zip(tracks, paths, strict=True)}
        try:
            for packet in source.demux(tracks) if tracks else ():
                if packet.size and packet.dts is not None:
                    container, stream = outputs[packet.stream.index]
                    packet.stream = stream
                    container.mux_one(packet)
        finally:
            for container, _ in outputs.values():
                container.close()
    return paths


def _output(path: Path) -> tuple[OutputContainer, Any]:
    container = av.open(str(path), "w", format="webm", options=MUXER)
    stream: Any = container.add_stream("libopus", rate=RATE, layout="mono")
    return container, stream
