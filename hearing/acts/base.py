"""What all acts have in common."""

from __future__ import annotations

import re


class Act:
    """What all acts have in common: a name on the wire."""

    __slots__ = ()

    @classmethod
    def wire_name(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()
