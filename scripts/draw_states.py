"""Draws the state machines of the law into docs/states.md, from their tables. ``--check`` only compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from hearing.hearings import ATTENDANCE, PHASE, RECORDING, RETENTION, RULING  # noqa: E402
from hearing.oaths import OATH  # noqa: E402
from hearing.states import Table  # noqa: E402

BEGIN, END = "<!-- states:begin -->\n", "<!-- states:end -->"
TABLES: dict[str, Table[Any]] = {
    "Phase": PHASE,
    "Recording": RECORDING,
    "Ruling": RULING,
    "Retention": RETENTION,
    "Attendance": ATTENDANCE,
    "Oath": OATH,
}


def drawing(title: str, table: Table[Any]) -> Iterator[str]:
    yield f"**{title}**\n\n```mermaid\nstateDiagram-v2\n"
    for state, row in table.items():
        moves: dict[StrEnum, list[str]] = {}
        for fact, target in row.items():
            for to in sorted(target) if isinstance(target, frozenset) else [target]:
                moves.setdefault(to, []).append(fact.__name__)
        for to, facts in moves.items():
            yield f"    {state.value} --> {to.value}: {', '.join(facts)}\n"
    yield "```\n\n"


def drawn(page: str) -> str:
    """The page with the machines as they are now."""
    head, rest = page.split(BEGIN, 1)
    tail = rest.split(END, 1)[1]
    return head + BEGIN + "".join(line for name, table in TABLES.items() for line in drawing(name, table)) + END + tail


if __name__ == "__main__":
    path = ROOT / "docs" / "states.md"
    page = path.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        sys.exit(0 if drawn(page) == page else "docs/states.md: run scripts/draw_states.py")
    path.write_text(drawn(page), encoding="utf-8")
