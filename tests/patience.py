"""How long a test waits for what must come. It says when something is missing, and never how fast something was."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

PATIENCE_SECONDS = 60.0
T = TypeVar("T")


async def soon(coming: Awaitable[T]) -> T:
    """What must come."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await coming
