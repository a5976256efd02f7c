"""Against invention: a sentence that nobody said is worse than one that is missing, which the recording still holds.

Whisper writes fluent sentences out of silence and loops when it is lost. The log-probability does not give that
away, so these rules look at what the voice detector saw, at how the text repeats and at how fast it would be.
"""

from __future__ import annotations

import zlib
from enum import StrEnum


class Doubt(StrEnum):
    """Why a recognised sentence was not believed."""

    SILENCE = "silence"
    LOOP = "loop"
    TOO_FAST = "too_fast"
    STOCK_PHRASE = "stock_phrase"


NO_SPEECH = 0.6
SURE_NO_SPEECH = 0.9
LOW_SHARE = 0.7
COMPRESSION = 2.4
LETTERS_PER_SECOND = 40.0
REPEATS = 4

STOCK = frozenset(
    {
        "продолжение следует",
        "субтитры сделал dimatorzok",
        "субтитры создавал dimatorzok",
        "редактор субтитров а семкин корректор а егорова",
        "спасибо за просмотр",
        "подписывайтесь на канал",
        "көргендеріңізге рахмет",
        "thanks for watching",
        "thank you for watching",
        "subtitles by the amara org community",
    }
)
"""What Whisper learnt from captions of films and writes when it hears nothing."""


def compression_ratio(text: str) -> float:
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) if raw else 0.0


def repeats(text: str) -> bool:
    """True when a run of up to six words comes four or more times in a row."""
    words = text.lower().split()
    for size in range(1, 7):
        for start in range(len(words) - size * REPEATS + 1):
            run = words[start : start + size]
            if all(words[start + size * k : start + size * (k + 1)] == run for k in range(1, REPEATS)):
                return True
    return False


def doubt(text: str, no_speech: float, share: float, seconds: float) -> Doubt | None:
    """Why not to believe ``text``, heard in ``seconds`` of sound of which ``share`` was voice; None to believe it."""
    if no_speech > SURE_NO_SPEECH or (no_speech > NO_SPEECH and share < LOW_SHARE):
        return Doubt.SILENCE
    if compression_ratio(text) > COMPRESSION or repeats(text):
        return Doubt.LOOP
    if seconds <= 0 or len(text) / seconds > LETTERS_PER_SECOND:
        return Doubt.TOO_FAST
    bare = "".join(c for c in text.lower() if c.isalnum() or c.isspace())
    if " ".join(bare.split()) in STOCK and no_speech > 0.2:
        return Doubt.STOCK_PHRASE
    return None
