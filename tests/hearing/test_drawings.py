"""docs/states.md's machines are drawn from the tables."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_drawn_state_machines_are_those_of_the_code() -> None:
    check = [sys.executable, str(ROOT / "scripts" / "draw_states.py"), "--check"]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
