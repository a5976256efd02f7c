"""Each participant's line as small graphs, for the secretary and the judge. Pure: it looks at moments and an instant.

A graph is drawn here, point by point, and every graph is also said in words: the newest value, the least and the most.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from media.relay.linehistory import SECONDS, Moment
from media.relay.lines import LinkFigures

WIDTH, HEIGHT = 300.0, 40.0
APART = 6.0
"""Looks further apart than this (seconds) are not joined: nobody looked between them."""

LEAST_LOSS, LEAST_DELAY_MS = 10.0, 400.0
"""What a graph shows at least (percent, milliseconds), so that a quiet line looks quiet."""

ROOM = 1.25
"""Rates are drawn against so many times the norm at least."""

Value = Callable[[LinkFigures], float | None]


@dataclass(frozen=True, slots=True)
class Graph:
    """One figure over time. ``limit`` is the height of the norm's dashed line, where there is a norm."""

    name: str
    unit: str
    digits: int
    strokes: tuple[str, ...]
    limit: float | None
    now: float | None
    least: float | None
    most: float | None


def graphs(moments: Sequence[Moment], now: float, norm_kbps: float) -> tuple[Graph, ...]:
    """Rates both ways on one scale, loss, delay, and how much of the delay is a queue on the line."""
    norm = norm_kbps / 1000
    rates = [rate for m in moments if m.figures for rate in (m.figures.up_kbps / 1000, m.figures.down_kbps / 1000)]
    top = max([norm * ROOM, *rates])
    return (
        _graph("up", "mbit", 2, moments, now, lambda f: f.up_kbps / 1000, top, norm),
        _graph("down", "mbit", 2, moments, now, lambda f: f.down_kbps / 1000, top, norm),
        _graph("loss", "percent", 1, moments, now, lambda f: f.loss * 100, LEAST_LOSS),
        _graph("delay", "ms", 0, moments, now, lambda f: f.rtt_ms, LEAST_DELAY_MS),
        _graph("queue", "ms", 0, moments, now, _queue, LEAST_DELAY_MS),
    )


def _queue(figures: LinkFigures) -> float | None:
    return figures.queue_ms if figures.rtt_ms is not None else None


def _graph(
    name: str,
    unit: str,
    digits: int,
    moments: Sequence[Moment],
    now: float,
    value: Value,
    least_top: float,
    norm: float | None = None,
) -> Graph:
    points = [(m.at, value(m.figures) if m.figures is not None else None) for m in moments]
    values = [v for _, v in points if v is not None]
    top = max([least_top, *values])
    newest = points[-1][1] if points else None
    return Graph(
        name,
        unit,
        digits,
        strokes(points, now - SECONDS, top),
        None if norm is None else _height(norm, top),
        newest,
        min(values, default=None),
        max(values, default=None),
    )


def strokes(points: Sequence[tuple[float, float | None]], start: float, top: float) -> tuple[str, ...]:
    """The lines to draw: one for each unbroken stretch, as SVG writes points."""
    found: list[list[str]] = []
    before: float | None = None
    for at, value in points:
        if value is None:
            before = None
            continue
        if before is None or at - before > APART:
            found.append([])
        before = at
        found[-1].append(f"{(at - start) / SECONDS * WIDTH:.1f},{_height(value, top):.1f}")
    return tuple(" ".join(stretch if len(stretch) > 1 else stretch * 2) for stretch in found)


def _height(value: float, top: float) -> float:
    """From the top down, as SVG counts; a little room for the width of the stroke."""
    return 1.5 + (HEIGHT - 3) * (1 - min(1.0, value / top))
