"""Sentences spoken by espeak-ng with the moment at which every word ends, and hearings laid out of them."""

from __future__ import annotations

import ctypes
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from tests.transcripts.voices import VOICES, reliable, resample
from transcripts.utterances import NS, RATE, Pcm, as_float

_SYNCHRONOUS, _UTF8, _BY_CHARACTER, _WORD = 2, 1, 1, 1


class _Event(ctypes.Structure):
    """``espeak_EVENT`` of speak_lib.h."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("name", ctypes.c_char * 8),
    ]


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Sentence:
    """``ends`` are seconds from the beginning of the sound, one for every word of the text."""

    language: str
    text: str
    pcm: Pcm
    ends: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return len(self.pcm) / RATE


class _Speaker:
    def __init__(self) -> None:
        self._lib = ctypes.CDLL("libespeak-ng.so.1")
        self._rate = self._lib.espeak_Initialize(_SYNCHRONOUS, 0, None, 0)
        self._sound = bytearray()
        self._words: list[tuple[int, int]] = []
        self._heard = _CALLBACK(self._take)
        self._lib.espeak_SetSynthCallback(self._heard)

    def _take(self, wav: ctypes.Array[ctypes.c_short], samples: int, events: ctypes.Array[_Event]) -> int:
        if samples > 0:
            self._sound += ctypes.string_at(wav, samples * 2)
        n = 0
        while events[n].type:
            if events[n].type == _WORD:
                self._words.append((events[n].text_position - 1, events[n].audio_position))
            n += 1
        return 0

    def say(self, language: str, text: str) -> Sentence:
        self._sound, self._words = bytearray(), []
        self._lib.espeak_SetVoiceByName(VOICES[language].encode())
        raw = text.encode() + b"\0"
        self._lib.espeak_Synth(raw, len(raw), 0, _BY_CHARACTER, 0, _UTF8, None, None)
        pcm = resample(as_float(bytes(self._sound)), self._rate)
        loud = np.flatnonzero(np.abs(pcm) > 0.003)
        pcm = pcm[: int(loud[-1]) + 1 if len(loud) else len(pcm)]
        return Sentence(language, text, pcm, _ends(text, self._words, len(pcm) / RATE))


def _ends(text: str, words: Sequence[tuple[int, int]], whole: float) -> tuple[float, ...]:
    """A word ends where the next one begins; what the voice joins to one word ends together."""
    starts: list[int] = []
    at = 0
    for word in text.split():
        at = text.index(word, at)
        starts.append(at)
        at += len(word)
    ends = []
    for start in starts[1:]:
        later = [ms for place, ms in words if place >= start]
        ends.append(min(whole, later[0] / 1000) if later else whole)
    return (*ends, whole)


_speaker: list[_Speaker] = []


@cache
def say(language: str, text: str) -> Sentence:
    if not _speaker:
        _speaker.append(_Speaker())
    return _speaker[0].say(language, text)


@dataclass(frozen=True, slots=True)
class Turn:
    """One sentence of one track, from ``at`` seconds of the hearing on."""

    track: int
    at: float
    said: Sentence

    @property
    def end(self) -> float:
        return self.at + self.said.seconds


def hearing(tracks: int, seconds: float, overlap: float, pause: float = 0.0, seed: int = 5) -> list[Turn]:
    """Tracks take turns. In a share ``overlap`` of the time two speak at once; ``pause`` lies between turns."""
    sentences = [say(language, text) for language, text in reliable()]
    rng = random.Random(seed)
    turns: list[Turn] = []
    at, free = 1.0, [0.0] * tracks
    while True:
        said = rng.choice(sentences)
        track = min(range(tracks), key=lambda t: (free[t] > at, rng.random()))
        at = max(at, free[track])
        if at + said.seconds > seconds:
            return turns
        turns.append(Turn(track, at, said))
        free[track] = at + said.seconds + 0.8
        at += said.seconds * (1 - overlap / (1 + overlap)) + pause


class Tape:
    """One track of a hearing as sound, made while it is read: hours of it cost no memory."""

    def __init__(self, turns: Sequence[Turn], track: int, start_ns: int) -> None:
        self._turns = [turn for turn in turns if turn.track == track]
        self._start_ns = start_ns

    def read(self, start_ns: int, end_ns: int) -> Pcm:
        first, last = ((ns - self._start_ns) * RATE // NS for ns in (start_ns, end_ns))
        out = np.zeros(max(0, last - first), np.float32)
        for turn in self._turns:
            begin = int(turn.at * RATE) - first
            end = begin + len(turn.said.pcm)
            if end > 0 and begin < len(out):
                a, b = max(0, begin), min(len(out), end)
                out[a:b] += turn.said.pcm[a - begin : b - begin]
        return out
