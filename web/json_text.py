"""What a stranger wrote as JSON.

Python's reader takes more than RFC 8259 and than we can keep: numbers that are none, halves of characters, and nests so
deep that it gives up itself. For whoever reads here all of that is a ``ValueError``, and so never a fault of ours.
"""

from __future__ import annotations

import json
from typing import Any


def loads(text: str) -> Any:
    """The value of ``text``. Raises ``ValueError`` for what is not JSON or could not be written down again."""
    try:
        value = json.loads(text, parse_constant=_no_number)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as wrong:
        raise ValueError("nested too deep") from wrong
    return value


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")
