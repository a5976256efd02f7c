"""Growth: processor time against forwarded packets, with 8, 16, 32 participants and with 1, 4, 8 hearings.

Everybody speaks 12.5 packets a second and shows nothing: 32 participants who show pictures would be 158 000 packets a
second, which is more than client and server can do on two cores.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from benchmarks.relay.client import Connection
from benchmarks.relay.hall import hall
from benchmarks.relay.load import Measured, measure

SIZES = (8, 16, 32)
HEARINGS = (4, 8)
VOICE = 12.5
SECONDS = 3.0
LINEAR = 1.25
"""Cost per packet at the largest size, against the smallest, that still counts as linear. Fixed costs make it fall."""


async def growth(backend: str, plot: Path) -> tuple[str, bool]:
    """A figure in words, and whether the largest costs no more per packet than the smallest."""
    sizes: list[tuple[str, Measured]] = []
    for count in SIZES:
        async with hall(backend) as ours:
            people = await ours.join(count)
            sizes.append((f"{count}", await _measured(ours.pid, people, count)))
    for number in HEARINGS:
        async with hall(backend) as ours:
            rooms = await asyncio.gather(*(ours.join(8, f"h-{n}") for n in range(number)))
            people = [one for room in rooms for one in room]
            sizes.append((f"{number} x 8", await _measured(ours.pid, people, 8)))
    _draw(backend, sizes, plot)
    costs = [measured.cpu_us for _, measured in sizes]
    said = ", ".join(f"{name}: {measured.cpu_us:.0f}" for name, measured in sizes)
    return f"us a packet at {said}", max(costs[1:]) <= LINEAR * costs[0]


async def _measured(pid: int, people: list[Connection], count: int) -> Measured:
    measured = await measure(pid, people, people, SECONDS, voice=VOICE, picture=0, fan=count - 1, warm=0.5)
    await asyncio.gather(*(connection.close() for connection in people))
    return measured


def _draw(backend: str, sizes: list[tuple[str, Measured]], plot: Path) -> None:
    rates = [(name, m.received / m.seconds, 100 * m.cores) for name, m in sizes]
    most_x, most_y = max(x for _, x, _ in rates) * 1.1, max(y for _, _, y in rates) * 1.15
    marks = ""
    for name, x, y in rates:
        at_x, at_y = 60 + 500 * x / most_x, 340 - 300 * y / most_y
        marks += f'<circle cx="{at_x:.0f}" cy="{at_y:.0f}" r="4"/>'
        marks += f'<text x="{at_x + 7:.0f}" y="{at_y + 14:.0f}">{name} ({x:.0f}/s, {y:.1f} %)</text>'
    plot.parent.mkdir(parents=True, exist_ok=True)
    plot.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="380" font-family="sans-serif" font-size="11">'
        '<path d="M60 30V340H580" fill="none" stroke="black"/>'
        f'<text x="60" y="20">{backend}: % of a core over forwarded packets a second</text>{marks}</svg>\n',
        "utf-8",
    )
