"""Silence, noise and music: whatever is written out of them was invented."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.speech.court import HEARING, listening
from benchmarks.speech.rows import Row
from hearing.participants import SeatId
from tests.transcripts.voices import noise, silence
from transcripts.utterances import NS, RATE, Pcm, RecordedTrack

T0 = 1_800_000_000 * NS


def music(seconds: int) -> Pcm:
    """Hold music: chords of four voices with overtones, a note every third of a second, a slow beat."""
    rng = np.random.default_rng(3)
    out = np.zeros(seconds * RATE, np.float32)
    length = RATE // 3
    t = np.arange(length) / RATE
    fade = np.exp(-3 * t) * np.minimum(1, t * 50)
    for start in range(0, len(out) - length, length):
        for step in rng.choice([0, 3, 5, 7, 10, 12, 15], 4):
            pitch = 196.0 * 2 ** (step / 12)
            note = sum(np.sin(2 * np.pi * pitch * k * t) / k**1.5 for k in range(1, 5))
            out[start : start + length] += (0.06 * note * fade).astype(np.float32)
    return out


def _between(sound: Pcm, start_ns: int, end_ns: int) -> Pcm:
    return sound[(start_ns - T0) * RATE // NS : (end_ns - T0) * RATE // NS]


async def measure(seconds: int, folder: Path) -> list[Row]:
    sounds = {"silence": silence(seconds), "noise": noise(seconds, 0.03), "music": music(seconds)}
    tracks = [
        RecordedTrack(SeatId(name), T0, T0 + seconds * NS, partial(_between, pcm)) for name, pcm in sounds.items()
    ]
    async with listening(folder) as (transcriber, book):
        number = await transcriber.transcribe_recording(HEARING, tracks)
        lines = await book.lines(HEARING, number)
    words = {name: sum(len(line.text.split()) for line in lines if line.seat == name) for name in sounds}
    told = ", ".join(f"{name} {count}" for name, count in words.items())
    return [Row(f"words from {seconds // 60} min each", told, "0", not any(words.values()))]
