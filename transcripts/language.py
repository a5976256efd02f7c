"""Which language an utterance is in: stay with the track unless sure, and decode both when it is close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

STAY = 0.5
SURE = 0.85
LONG_ENOUGH = 1.5


def among(allowed: Sequence[str], chances: Mapping[str, float]) -> dict[str, float]:
    """The chances of the allowed languages only, adding up to one."""
    total = sum(chances.get(language, 0.0) for language in allowed)
    if total <= 0:
        return {language: 1 / len(allowed) for language in allowed}
    return {language: chances.get(language, 0.0) / total for language in allowed}


def to_try(chances: Mapping[str, float], track: str, seconds: float) -> tuple[str, ...]:
    """The languages to decode: one, or two when the ear cannot tell. Short sounds tell little."""
    best = max(chances, key=lambda language: chances[language])
    if best == track or chances.get(track, 0.0) >= STAY:
        return (track,)
    if chances[best] >= SURE and seconds >= LONG_ENOUGH:
        return (best,)
    return (track, best) if track in chances else (best,)
