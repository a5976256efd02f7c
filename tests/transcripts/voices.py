"""Speech for the tests: the rehearsal model knows the plain espeak-ng voices."""

from __future__ import annotations

import json
import subprocess
import wave
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np

from transcripts.utterances import RATE, Pcm, as_float

MODEL = Path(__file__).resolve().parent.parent.parent / "config" / "rehearsal" / "asr-test-model"
VOICES = {"kk": "kk", "ru": "ru", "en": "en-us"}
OATH = {
    "kk": "Мен сотқа іс бойынша өзіме белгілінің бәрін айтып беруге, тек қана шындықты, бүкіл шындықты айтуға және "
    "шындықтан басқа ештеңе айтпауға ант етемін.",
    "ru": "Я клянусь суду рассказать все известное мне по делу, говорить только правду, всю правду и ничего, "
    "кроме правды.",
}


@cache
def say(language: str, text: str, variant: str = "") -> Pcm:
    """The text spoken by espeak-ng, as 16 kHz mono; ``variant`` is another person's voice."""
    voice = f"{VOICES[language]}+{variant}" if variant else VOICES[language]
    spoken = subprocess.run(["espeak-ng", "-v", voice, "--stdout", text], capture_output=True, check=True).stdout
    with wave.open(BytesIO(spoken)) as file:
        rate = file.getframerate()
        samples = as_float(file.readframes(1 << 30))
    return resample(samples, rate)


def resample(samples: Pcm, rate: int) -> Pcm:
    """Through the spectrum: exact enough for speech and needs nothing beyond numpy."""
    wanted = len(samples) * RATE // rate
    spectrum = np.fft.rfft(samples)[: wanted // 2 + 1]
    return (np.fft.irfft(spectrum, wanted) * (wanted / len(samples))).astype(np.float32)


def silence(seconds: float) -> Pcm:
    return np.zeros(int(seconds * RATE), np.float32)


def noise(seconds: float, level: float = 0.01) -> Pcm:
    return (np.random.default_rng(7).standard_normal(int(seconds * RATE)) * level).astype(np.float32)


def spoken(*parts: tuple[str, str], gap: float = 1.0) -> Pcm:
    pieces = [silence(gap)]
    for language, text in parts:
        pieces += [say(language, text), silence(gap)]
    return np.concatenate(pieces)


def reliable() -> list[tuple[str, str]]:
    return [(item["lang"], item["text"]) for item in json.loads((MODEL / "reliable.json").read_text())]
