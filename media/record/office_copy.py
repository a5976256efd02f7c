"""A copy for office machines: H.264 and AAC in one MP4, encoded anew from the finished file.

Old office programs play nothing else. It proves nothing: the sealed recording does. Runs as a process of its own at the
lowest priority (``python -m media.record.office_copy SOURCE... COPY``) and says on its output how far it is, from 0 to
1. A recording in several files becomes one.
Pictures of another size than the first are fitted into it with black borders, since H.264 in MP4 keeps one size.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

RATE = 48_000
TICKS = Fraction(1, 90_000)
FASTEST_FPS = 30
SOUND_BITS = 96_000
PICTURE = {"preset": "veryfast", "crf": "26"}
IDLE = 19


def render(sources: Sequence[Path], copy: Path, told: Callable[[float], None]) -> None:
    """Write the copy. It appears under its name only when it is whole."""
    unfinished = copy.with_name(f".{copy.name}.unfinished")
    with ExitStack() as stack:
        given = [stack.enter_context(av.open(str(source))) for source in sources]
        options = {"movflags": "+faststart"}
        made = stack.enter_context(av.open(str(unfinished), "w", format="mp4", options=options))
        _copy(given, made, told)
    unfinished.replace(copy)
    told(1.0)


def _copy(given: Sequence[Any], made: Any, told: Callable[[float], None]) -> None:
    ways = _ways(given, made)
    whole = sum(float(one.duration or 0) for one in given) / av.time_base
    start = said = 0.0
    for one in given:
        streams = {way.of(one): way for way in ways if way.of(one) is not None}
        for packet in one.demux(list(streams)):
            for ready in streams[packet.stream].take(packet, start):
                made.mux(ready)
            if whole and packet.pts is not None and packet.time_base is not None:
                reached = min(1.0, (start + float(packet.pts * packet.time_base)) / whole)
                if reached >= said + 0.01:
                    said = reached
                    told(said)
        start += float(one.duration or 0) / av.time_base
    for way in ways:
        for ready in way.flush():
            made.mux(ready)


def _ways(given: Sequence[Any], made: Any) -> list[Any]:
    """Who encodes the picture, and who the default sound."""
    pictures = [stream for one in given for stream in one.streams.video[:1]]
    ways: list[Any] = [_Picture(made, pictures[0])] if pictures else []
    if any(one.streams.audio for one in given):
        ways.append(_Sound(made))
    return ways


class _Picture:
    def __init__(self, made: Any, given: Any) -> None:
        self._size = given.width // 2 * 2, given.height // 2 * 2
        self._out = made.add_stream("libx264", rate=FASTEST_FPS, options=PICTURE)
        self._out.width, self._out.height = self._size
        self._out.pix_fmt = "yuv420p"
        self._out.codec_context.time_base = TICKS
        self._fit: Any = None
        self._fits: tuple[int, int, str] | None = None
        self._last = -1

    @staticmethod
    def of(given: Any) -> Any:
        return next(iter(given.streams.video), None)

    def take(self, packet: Any, start: float) -> Iterator[Any]:
        for frame in packet.decode():
            at = int(frame.pts * frame.time_base / TICKS) + round(start / TICKS)
            if at <= self._last:
                continue
            self._last = at
            fitted = self._fitted(frame)
            fitted.pts, fitted.time_base, fitted.pict_type = at, TICKS, 0
            yield from self._out.encode(fitted)

    def flush(self) -> Iterator[Any]:
        yield from self._out.encode(None)

    def _fitted(self, frame: Any) -> Any:
        shape = (frame.width, frame.height, frame.format.name)
        if shape == (*self._size, "yuv420p"):
            return frame
        if shape != self._fits:
            self._fits, self._fit = shape, _fitting(frame, *self._size)
        self._fit.push(frame)
        return self._fit.pull()


def _fitting(frame: Any, width: int, height: int) -> Any:
    graph = av.filter.Graph()
    steps = [
        graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base),
        graph.add("scale", f"{width}:{height}:force_original_aspect_ratio=decrease"),
        graph.add("pad", f"{width}:{height}:(ow-iw)/2:(oh-ih)/2"),
        graph.add("format", "yuv420p"),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*steps).configure()
    return graph


class _Sound:
    def __init__(self, made: Any) -> None:
        self._out = made.add_stream("aac", rate=RATE, layout="mono")
        self._out.bit_rate = SOUND_BITS
        self._to_aac = av.AudioResampler(format="fltp", layout="mono", rate=RATE)

    @staticmethod
    def of(given: Any) -> Any:
        return next(iter(given.streams.audio), None)

    def take(self, packet: Any, start: float) -> Iterator[Any]:
        for frame in packet.decode():
            frame.pts += round(start / frame.time_base)
            for fitting in self._to_aac.resample(frame):
                yield from self._out.encode(fitting)

    def flush(self) -> Iterator[Any]:
        for fitting in self._to_aac.resample(None):
            yield from self._out.encode(fitting)
        yield from self._out.encode(None)


def main() -> None:
    os.nice(IDLE)
    *sources, copy = map(Path, sys.argv[1:])
    render(sources, copy, lambda reached: print(f"{reached:.3f}", flush=True))


if __name__ == "__main__":
    main()
