"""The interpreters' channels as a page shows them."""

from __future__ import annotations

from typing import Any

from hearing.floor import Floor
from hearing.hearings import Hearing
from hearing.interpretation import interpreted
from hearing.participants import CHANNELS
from web.view.stage import Say


def channels_shown(hearing: Hearing, floor: Floor, say: Say) -> list[dict[str, Any]]:
    """What somebody may listen to, and who speaks there now. Empty where nobody interprets."""
    if not interpreted(hearing):
        return []
    spoken: dict[str, list[str]] = {}
    for seat, channel in floor.channels.items():
        spoken.setdefault(channel, []).append(seat)
    return [
        {
            "channel": c,
            "label": say(f"channel.{c}"),
            "speak": say(f"act.choose_channel.{c}"),
            "seats": spoken.get(c, []),
        }
        for c in CHANNELS
    ]
