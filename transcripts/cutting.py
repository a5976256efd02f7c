"""Cutting a stream of speech probabilities into utterances, frame by frame and without looking ahead.

Pure: numbers in, cuts out. The thresholds follow Silero's own rule; the ends follow how people speak in court:
600 ms of silence ends an utterance, a long speech is cut at a pause once it may be cut, and at the widest gap when
it must be.
"""

from __future__ import annotations

from dataclasses import dataclass

FRAME = 512
FRAME_SECONDS = FRAME / 16_000


def frames(seconds: float) -> int:
    return round(seconds / FRAME_SECONDS)


@dataclass(frozen=True, slots=True)
class CutRule:
    speech: float = 0.5
    silence: float = 0.35
    end_silence: int = frames(0.6)
    padding: int = frames(0.15)
    shortest: int = frames(0.25)
    may_cut: int = frames(12.0)
    """From here on a small pause ends the utterance."""
    foreseen: int = frames(0.26)
    """Silence after which the end of the utterance may be foreseen."""
    pause: int = frames(0.16)
    must_cut: int = frames(15.0)
    """Here it ends at the widest gap of its second half."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Frames ``start`` to ``end`` (not included), padding counted in; ``share`` of them are speech for sure."""

    start: int
    end: int
    share: float


class Cutter:
    def __init__(self, rule: CutRule = CutRule()) -> None:
        self._rule = rule
        self._now = 0
        self._floor = 0
        self._start: int | None = None
        self._heard: list[float] = []
        self._quiet_from: int | None = None

    @property
    def now(self) -> int:
        return self._now

    @property
    def speaking_from(self) -> int | None:
        """Where the open utterance began, padding counted in; None in silence."""
        return None if self._start is None else max(self._floor, self._start - self._rule.padding)

    @property
    def settled(self) -> int:
        """Nothing before this frame will ever be part of a coming cut."""
        since = self.speaking_from
        return max(self._floor, self._now - self._rule.padding) if since is None else since

    def foreseen(self) -> Cut | None:
        """The cut that silence from here on would make: heard early, it is answered early."""
        if self._start is None or self._quiet_from is None:
            return None
        spoken = self._quiet_from - self._start
        if self._now - self._quiet_from < self._rule.foreseen or spoken < self._rule.shortest:
            return None
        return self._cut(self._quiet_from)

    @property
    def open_share(self) -> float:
        return self._share(self._heard)

    def feed(self, probability: float) -> Cut | None:
        i = self._now
        self._now += 1
        if self._start is None:
            if probability >= self._rule.speech:
                self._start, self._heard, self._quiet_from = i, [probability], None
            return None
        self._heard.append(probability)
        if probability >= self._rule.speech:
            self._quiet_from = None
        elif probability < self._rule.silence and self._quiet_from is None:
            self._quiet_from = i
        return self._cut_if_due()

    def finish(self) -> Cut | None:
        """The sound stops here: what is open ends."""
        if self._start is None:
            return None
        return self._close(self._now if self._quiet_from is None else self._quiet_from)

    def _cut_if_due(self) -> Cut | None:
        assert self._start is not None
        length = self._now - self._start
        quiet = 0 if self._quiet_from is None else self._now - self._quiet_from
        if quiet >= self._rule.end_silence or (length >= self._rule.may_cut and quiet >= self._rule.pause):
            assert self._quiet_from is not None
            return self._close(self._quiet_from)
        if length >= self._rule.must_cut:
            return self._split(self._start + self._widest_gap())
        return None

    def _close(self, end: int) -> Cut | None:
        assert self._start is not None
        spoken = end - self._start
        cut = self._cut(end)
        self._start, self._heard, self._quiet_from = None, [], None
        if spoken < self._rule.shortest:
            return None
        self._floor = cut.end
        return cut

    def _cut(self, end: int) -> Cut:
        assert self._start is not None
        return Cut(
            max(self._floor, self._start - self._rule.padding),
            min(self._now, end + self._rule.padding),
            self._share(self._heard[: end - self._start]),
        )

    def _split(self, at: int) -> Cut:
        assert self._start is not None
        kept = at - self._start
        cut = Cut(max(self._floor, self._start - self._rule.padding), at, self._share(self._heard[:kept]))
        self._floor = self._start = at
        self._heard = self._heard[kept:]
        self._quiet_from = None
        for offset, probability in enumerate(self._heard):
            if probability >= self._rule.speech:
                self._quiet_from = None
            elif probability < self._rule.silence and self._quiet_from is None:
                self._quiet_from = at + offset
        return cut

    def _widest_gap(self) -> int:
        """The middle of the longest quiet run in the second half, or its least certain frame."""
        first = len(self._heard) // 2
        best, run = (0, 0), 0
        for i in range(first, len(self._heard)):
            run = run + 1 if self._heard[i] < self._rule.speech else 0
            if run > best[0]:
                best = (run, i - run // 2)
        if best[0]:
            return max(1, best[1])
        return max(1, min(range(first, len(self._heard)), key=lambda i: self._heard[i]))

    def _share(self, heard: list[float]) -> float:
        return sum(p >= self._rule.speech for p in heard) / len(heard) if heard else 0.0
