"""Voices from tapes that still grow: of each seat's sound what can change no more, a minute at a time.

A stream's clock is learnt from what came half a minute before and after (:mod:`media.record.clocks`), and lost packets
come again within a second. A minute is therefore whole once finished parts reach ``AROUND_NS`` beyond it, and it is
read from the parts in and around it alone, so that it costs the same however long the hearing has lasted. A tape with a
part still open says nothing of what came after its last finished one, however far the seat's other tape goes.

Reading is Python's work, packet by packet, and would take turns with the packets of a live hearing: :class:`TapeReader`
does it in a process of its own, which gives way to everyone and ends with the court's.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import ParamSpec, TypeVar

import numpy as np

from hearing.participants import SeatId
from media.record.clip import SAMPLE_NS, SeatSound
from media.record.confidence import LOW_PRIORITY
from media.record.ear import Heard
from media.record.frames import Damaged, Flag, TapeName, read_part
from media.record.tape import part_path, parts_of, read_chain, tapes_in
from media.record.track import Track

P = ParamSpec("P")
T = TypeVar("T")

MINUTE_NS = 60_000_000_000
AROUND_NS = 45_000_000_000
WARM_NS = 1_000_000_000
"""What a decoder hears before it is believed."""


@dataclass(frozen=True, slots=True)
class KeptPart:
    """A finished part, and when its first and last packet came."""

    part: int
    first_ns: int
    last_ns: int


@dataclass(frozen=True, slots=True)
class KeptTape:
    """The finished parts that hold packets; ``seen`` is the newest of all. ``grows``: another one is open."""

    parts: tuple[KeptPart, ...] = ()
    seen: int = 0
    grows: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """A seat's sound from its first packet on; before ``whole_ns`` it can change no more."""

    tapes: Mapping[TapeName, KeptTape]
    first_ns: int
    whole_ns: int


def look(folder: Path, key: bytes, known: Mapping[TapeName, KeptTape]) -> dict[TapeName, KeptTape]:
    """The voices' tapes as they now are. Parts that are known are not opened again. A seat with a damaged chain is left
    out: what is whole there is for those to say who read all of it."""
    found = dict(known)
    damaged: set[SeatId] = set()
    for tape in tapes_in(folder):
        if tape.kind != "audio":
            continue
        before = known.get(tape, KeptTape())
        try:
            links, _ = read_chain(folder, tape)
        except Damaged:
            damaged.add(tape.seat)
            continue
        fresh = [link.part for link in links if link.part > before.seen]
        kept = (_kept(folder, key, tape, part) for part in fresh)
        seen = max([before.seen, *fresh])
        grows = max([0, *parts_of(folder, tape)]) > seen
        found[tape] = KeptTape((*before.parts, *(part for part in kept if part is not None)), seen, grows)
    return {tape: kept for tape, kept in found.items() if tape.seat not in damaged}


def _kept(folder: Path, key: bytes, tape: TapeName, part: int) -> KeptPart | None:
    frames = read_part(part_path(folder, tape, part).read_bytes(), key, tape)
    arrivals = [frame.arrival_ns for frame in frames if frame.flag is Flag.RTP]
    return KeptPart(part, min(arrivals), max(arrivals)) if arrivals else None


def voices(tapes: Mapping[TapeName, KeptTape]) -> dict[SeatId, Voice]:
    """Every seat of which a minute is whole."""
    by_seat: dict[SeatId, dict[TapeName, KeptTape]] = {}
    for name, tape in tapes.items():
        by_seat.setdefault(name.seat, {})[name] = tape
    found = {seat: _voice(own) for seat, own in by_seat.items()}
    return {seat: voice for seat, voice in found.items() if voice is not None and voice.whole_ns > voice.first_ns}


def _voice(tapes: Mapping[TapeName, KeptTape]) -> Voice | None:
    kept = [tape for tape in tapes.values() if tape.parts]
    if not kept:
        return None
    first = min(tape.parts[0].first_ns for tape in kept)
    open_ends = [tape.parts[-1].last_ns for tape in kept if tape.grows]
    reached = min(open_ends) if open_ends else max(tape.parts[-1].last_ns for tape in kept)
    minutes = max(0, reached - AROUND_NS - first) // MINUTE_NS
    return Voice(tapes, first, first + minutes * MINUTE_NS)


def sound(folder: Path, key: bytes, voice: Voice, start_ns: int, end_ns: int) -> Heard:
    """This much of a voice at 16 kHz, from the parts in and around it."""
    early, late = start_ns - AROUND_NS, end_ns + AROUND_NS
    parts = {
        name: [kept.part for kept in tape.parts if kept.last_ns >= early and kept.first_ns <= late]
        for name, tape in voice.tapes.items()
    }
    if not any(parts.values()):
        return np.zeros((end_ns - start_ns) // SAMPLE_NS, np.float32)
    track = Track(folder, key, list(voice.tapes), parts)
    return SeatSound(track, start_ns - WARM_NS, end_ns).read(start_ns, end_ns)


class ReaderLost(Exception):
    """The reading process ended. The tapes are as they were: another one can be asked the same."""


class TapeReader:
    """A process that reads tapes, born by *spawn* when it is first asked. Threads ask it; they take turns."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._pipe: Connection | None = None
        self._process: SpawnProcess | None = None

    def ask(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What ``call`` answers there. Raises :class:`ReaderLost`, or the ``OSError`` that was met there."""
        with self._turn:
            pipe = self._pipe or self._begin()
            try:
                pipe.send((call, args, kwargs))
                answer: T | OSError = pipe.recv()
            except (OSError, EOFError) as ended:
                self._pipe = None
                self.close()
                raise ReaderLost from ended
        if isinstance(answer, OSError):
            raise answer
        return answer

    def close(self) -> None:
        """End the process; whoever waits for an answer loses it."""
        if self._process is not None:
            self._process.terminate()
            self._process.join()

    def _begin(self) -> Connection:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(target=_read, args=(theirs,), daemon=True, name="tape-reader")
        self._process.start()
        theirs.close()
        return self._pipe


def _read(pipe: Connection) -> None:
    os.nice(LOW_PRIORITY)
    while True:
        try:
            call, args, kwargs = pipe.recv()
        except (EOFError, KeyboardInterrupt):
            return
        try:
            answer = call(*args, **kwargs)
        except OSError as met:
            answer = met
        pipe.send(answer)
