"""One track inside the worker: sound with its times in, utterances out, nothing kept that is settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from transcripts.agreement import Agreement
from transcripts.cutting import FRAME, Cut, Cutter
from transcripts.utterances import NS, SAMPLE_NS, Pcm
from transcripts.whisper import Voice

TOLERANCE_NS = 60_000_000
"""Arrival times shake by this much; within it the count of samples is the better clock."""
BRIDGED_NS = 500_000_000
"""A hole shorter than an utterance's end is silence inside the utterance; a longer one ends it."""
FRAME_NS = FRAME * SAMPLE_NS


@dataclass(frozen=True, slots=True)
class Piece:
    """The sound of one utterance, whole or so far."""

    start_ns: int
    end_ns: int
    pcm: Pcm
    share: float


class Track:
    def __init__(self, number: int, language: str, *, live: bool) -> None:
        self.number = number
        self.language = language
        self.live = live
        self.agreement = Agreement()
        """Of the open utterance."""
        self.last_sound = 0.0
        self.foreseen_end_ns = 0
        self._voice = Voice()
        self._base_ns: int | None = None
        self._begin(0)

    def _begin(self, base_ns: int) -> None:
        self._cutter = Cutter()
        self._voice.forget()
        self._sound = np.zeros(0, np.float32)
        self._first = 0
        """Frame number of the first sample kept."""
        self._read = 0
        """Samples of ``_sound`` that the voice detector has seen."""
        self._base_ns = base_ns or None

    @property
    def settled_ns(self) -> int | None:
        return None if self._base_ns is None else self._base_ns + self._cutter.settled * FRAME_NS

    def feed(self, at_ns: int, pcm: Pcm) -> Iterator[Piece]:
        yield from self._align(at_ns)
        late = self._end_ns() - at_ns
        if late > TOLERANCE_NS:
            pcm = pcm[late // SAMPLE_NS :]
        self._sound = np.concatenate([self._sound, pcm])
        yield from self._cut()

    def finish(self) -> Iterator[Piece]:
        """No more sound for now: what is open ends here."""
        if self._base_ns is None:
            return
        rest = -len(self._sound) % FRAME
        self._sound = np.concatenate([self._sound, np.zeros(rest, np.float32)])
        yield from self._cut()
        cut = self._cutter.finish()
        if cut is not None:
            yield self._piece(cut)
        self._begin(0)

    def open_piece(self) -> Piece | None:
        """What is being said right now, so far."""
        since = self._cutter.speaking_from
        if since is None:
            return None
        return self._piece(Cut(since, self._cutter.now, self._cutter.open_share))

    def foreseen_piece(self) -> Piece | None:
        """The whole utterance, if nothing more is said: its last word lies a quarter of a second back."""
        cut = self._cutter.foreseen()
        return None if cut is None else self._piece(cut)

    @property
    def speaking(self) -> bool:
        return self._cutter.speaking_from is not None

    def _end_ns(self) -> int:
        assert self._base_ns is not None
        return self._base_ns + self._first * FRAME_NS + len(self._sound) * SAMPLE_NS

    def _align(self, at_ns: int) -> Iterator[Piece]:
        if self._base_ns is None:
            self._begin(at_ns)
            return
        ahead = at_ns - self._end_ns()
        if ahead > BRIDGED_NS:
            yield from self.finish()
            self._begin(at_ns)
        elif ahead > TOLERANCE_NS:
            self._sound = np.concatenate([self._sound, np.zeros(ahead // SAMPLE_NS, np.float32)])

    def _cut(self) -> Iterator[Piece]:
        ready = (len(self._sound) - self._read) // FRAME * FRAME
        chances = self._voice(self._sound[self._read : self._read + ready])
        self._read += ready
        for chance in chances:
            cut = self._cutter.feed(chance)
            if cut is not None:
                yield self._piece(cut)
        drop = self._cutter.settled - self._first
        if drop > 0:
            self._sound = self._sound[drop * FRAME :]
            self._read -= drop * FRAME
            self._first += drop

    def _piece(self, cut: Cut) -> Piece:
        assert self._base_ns is not None
        start, end = (cut.start - self._first) * FRAME, (cut.end - self._first) * FRAME
        return Piece(
            self._base_ns + cut.start * FRAME_NS,
            self._base_ns + cut.end * FRAME_NS,
            self._sound[start:end].copy(),
            cut.share,
        )


assert FRAME_NS == 32 * NS // 1000
