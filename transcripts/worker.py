"""The speech worker: a process of its own, so that recognising never delays a packet and may die alone.

The *ear* thread reads sound, detects voice and cuts; one or more *owners* of the model decode what lies on the desk.
The worker keeps nothing that matters: all sound not yet settled is still with the server, which sends it again to
the next worker.
"""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, BinaryIO

from transcripts import pipe
from transcripts.agreement import Agreement
from transcripts.recognition import Ear, Reading, next_track_language
from transcripts.schedule import Desk
from transcripts.track import Piece, Track
from transcripts.utterances import NS, as_float
from transcripts.whisper import NoModel, Recogniser
from transcripts.windows import Purpose, Windows

STOPPED_AFTER = 1.5
"""Seconds without sound after which a live track's open utterance ends: the microphone was muted or lost."""
LIVE_FOR = 10.0
"""Seconds after the last live sound in which recorded sound still makes way."""
PARTIAL_FROM_NS = 700_000_000
QUIET_STEP_NS = NS
NO_MODEL_EXIT = 3


@dataclass(frozen=True, slots=True)
class Work:
    track: Track
    piece: Piece | None
    """None marks the end of the track: everything before it has been answered."""
    final: bool
    agreement: Agreement
    foreseen: bool = False
    """The speaker has paused: this is what the final will be, if nothing more comes."""


class Worker:
    def __init__(self, ear: Ear, source: int, out: BinaryIO, owners: int) -> None:
        self._ear = ear
        self._owners = owners
        self._source = source
        self._out = out
        self._saying = threading.Lock()
        self._changed = threading.Condition()
        self._desk: Desk[Work] = Desk(owners)
        self._open: dict[int, int] = {}
        """Finals on the desk or in hand, by track."""
        self._settled: dict[int, int] = {}
        self._told: dict[int, int] = {}
        self._tracks: dict[int, Track] = {}
        self._foreseen: dict[int, tuple[Piece, Reading]] = {}
        """The newest foreseen final of each track, already read."""
        self._live_until = 0.0
        self._over = False

    def run(self) -> None:
        owners = [
            threading.Thread(target=self._decode, name=f"model-owner-{n}", daemon=True) for n in range(self._owners)
        ]
        for owner in owners:
            owner.start()
        self._listen()
        with self._changed:
            self._over = True
            self._changed.notify_all()
        for owner in owners:
            owner.join()

    def _say(self, **head: Any) -> None:
        with self._saying:
            pipe.send(self._out, head)

    # The ear -----------------------------------------------------------------------------------------------

    def _listen(self) -> None:
        buffer = bytearray()
        while True:
            ready, _, _ = select.select([self._source], [], [], 0.25)
            if ready:
                chunk = os.read(self._source, 1 << 18)
                if not chunk:
                    return
                buffer += chunk
                while (frame := pipe.take(buffer)) is not None:
                    self._heed(*frame)
            self._end_stopped()

    def _heed(self, head: pipe.Head, body: bytes) -> None:
        number = int(head["track"])
        match head["t"]:
            case "open":
                self._tracks[number] = Track(number, head["language"], live=head["live"])
            case "sound":
                track = self._tracks[number]
                track.last_sound = time.monotonic()
                if track.live:
                    self._live_until = track.last_sound + LIVE_FOR
                self._lay(track, track.feed(int(head["at"]), as_float(body)))
                self._lay_partial(track)
                self._note_settled(track)
            case "end":
                track = self._tracks.pop(number)
                self._lay(track, track.finish())
                self._put(Work(track, None, True, track.agreement), head["at"])

    def _end_stopped(self) -> None:
        now = time.monotonic()
        for track in self._tracks.values():
            if track.live and track.speaking and now - track.last_sound > STOPPED_AFTER:
                self._lay(track, track.finish())

    def _lay(self, track: Track, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            self._put(Work(track, piece, True, track.agreement), piece.end_ns)
            track.agreement = Agreement()

    def _put(self, work: Work, end_ns: int) -> None:
        with self._changed:
            self._desk.forget_partial(work.track.number)
            self._desk.final(work.track.number, work, end_ns=end_ns, live=work.track.live)
            self._open[work.track.number] = self._open.get(work.track.number, 0) + 1
            self._changed.notify()

    def _lay_partial(self, track: Track) -> None:
        if not track.live:
            return
        whole = track.foreseen_piece()
        piece = whole or track.open_piece()
        if piece is None or (whole is None and piece.end_ns - piece.start_ns < PARTIAL_FROM_NS):
            return
        if whole is not None:
            if whole.end_ns == track.foreseen_end_ns:
                return
            track.foreseen_end_ns = whole.end_ns
        work = Work(track, piece, False, track.agreement, foreseen=whole is not None)
        with self._changed:
            if work.foreseen:
                self._desk.foreseen(track.number, work)
            else:
                self._desk.partial(track.number, work, time.monotonic())
            self._changed.notify()

    def _note_settled(self, track: Track) -> None:
        """Said by the ear only after every cut lies on the desk, so that no sound counts as heard between the two."""
        settled = track.settled_ns
        if settled is not None:
            with self._changed:
                self._settled[track.number] = settled
        self._tell_settled(track.number)

    def _tell_settled(self, number: int) -> None:
        with self._changed:
            settled = self._settled.get(number, 0)
            if self._open.get(number, 0) or settled - self._told.get(number, 0) < QUIET_STEP_NS:
                return
            self._told[number] = settled
        self._say(t="settled", track=number, upto=settled)

    # The model's owner -------------------------------------------------------------------------------------

    def _decode(self) -> None:
        while (work := self._next()) is not None:
            began = time.monotonic()
            counts = work.final or work.foreseen
            if work.piece is None:
                self._say(t="ended", track=work.track.number)
            elif work.final:
                self._final(work, work.piece)
            else:
                self._partial(work, work.piece)
            with self._changed:
                if counts and work.track.live:
                    self._desk.load.worked(began, time.monotonic())
                elif not counts:
                    self._desk.showed(time.monotonic() - began)
                self._desk.done(work.track.number, final=counts)
                self._changed.notify()

    def _next(self) -> Work | None:
        with self._changed:
            while not self._over:
                now = time.monotonic()
                work = self._desk.next(now, live=now < self._live_until)
                if work is not None:
                    return work
                self._changed.wait(0.1)
            return None

    def _final(self, work: Work, piece: Piece) -> None:
        track = work.track
        self._say(t="begun", track=track.number, start=piece.start_ns, end=piece.end_ns)
        before = self._foreseen.pop(track.number, None)
        if before is not None and (before[0].start_ns, before[0].end_ns) == (piece.start_ns, piece.end_ns):
            reading = before[1]
        else:
            reading = self._ear.read(piece, track.language, self._purpose(track))
        track.language = next_track_language(reading, track.language, (piece.end_ns - piece.start_ns) / NS)
        self._say(t="final", stays=track.language, **_head(track, piece, reading))
        with self._changed:
            self._open[track.number] -= 1
        self._tell_settled(track.number)

    def _purpose(self, track: Track) -> Purpose:
        """Of a line that stays."""
        if not track.live:
            return Purpose.RECORD
        with self._changed:
            return Purpose.LATE_LINE if self._desk.behind else Purpose.LINE

    def _partial(self, work: Work, piece: Piece) -> None:
        purpose = self._purpose(work.track) if work.foreseen else Purpose.CAPTION
        reading = self._ear.read(piece, work.track.language, purpose)
        if work.foreseen:
            self._foreseen[work.track.number] = (piece, reading)
        late = work.agreement is not work.track.agreement or piece.end_ns < work.agreement.upto_ns
        if reading.doubt is not None or late:
            return
        work.agreement.upto_ns = piece.end_ns
        agreed, rest = work.agreement.hear(reading.decoded.text.split())
        head = _head(work.track, piece, reading)
        self._say(t="partial", agreed=agreed, rest=rest, **head)


def _head(track: Track, piece: Piece, reading: Reading) -> dict[str, Any]:
    decoded = reading.decoded
    return {
        "track": track.number,
        "start": piece.start_ns,
        "end": piece.end_ns,
        "language": decoded.language,
        "text": decoded.text,
        "words": [[w.text, w.start, w.end, w.probability] for w in decoded.words],
        "no_speech": decoded.no_speech,
        "model": reading.model,
        "doubt": reading.doubt,
    }


def load_ear(wish: dict[str, Any]) -> Ear:
    """Load the default model and those of single languages; equal wishes share one model."""
    loaded: dict[str, Recogniser] = {}

    def load(model: str) -> Recogniser:
        if model not in loaded:
            loaded[model] = Recogniser(
                model,
                compute_type=wish["compute_type"],
                device=wish["device"],
                threads=wish["threads"],
                owners=wish["owners"],
                cache=wish["cache"],
                download=wish["download"],
            )
        return loaded[model]

    default = load(wish["model"])
    models = {language: load(model) for language, model in wish["models"].items()}
    return Ear(default, models, wish["languages"], Windows(wish["windows"]))


def main(load: Callable[[dict[str, Any]], Ear] = load_ear) -> int:
    """Speak with the server over the standard pipes until it goes; ``load`` makes the ear of its wish."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not land among the frames
    os.nice(5)
    source = sys.stdin.fileno()
    buffer = bytearray()
    while (frame := pipe.take(buffer)) is None:
        chunk = os.read(source, 1)
        if not chunk:
            return 0
        buffer += chunk
    try:
        ear = load(frame[0])
    except NoModel as why:
        pipe.send(out, {"t": "no_model", "why": str(why)})
        return NO_MODEL_EXIT
    pipe.send(out, {"t": "ready", "model": ear.name})
    try:
        Worker(ear, source, out, frame[0]["owners"]).run()
    except BrokenPipeError:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
