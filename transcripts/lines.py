"""From what the worker says to utterances: times onto the hearing's clock, words with how sure they are."""

from __future__ import annotations

from dataclasses import replace

from hearing.participants import HearingId, SeatId
from transcripts.pipe import Head
from transcripts.utterances import NS, Utterance, Word, utterance_id


def utterance_of(hearing: HearingId, seat: SeatId, version: int, head: Head) -> Utterance | None:
    """The final line, or None when nothing was said or what was written is not believed."""
    if head["doubt"] or not head["text"]:
        return None
    return _said(hearing, seat, version, head, str(head["text"]), provisional=False)


def caption_of(hearing: HearingId, seat: SeatId, version: int, head: Head) -> Utterance:
    """The line so far: what two readings agree on, then the rest."""
    text = f"{head['agreed']} {head['rest']}".strip()
    said = _said(hearing, seat, version, head, text, provisional=True)
    return replace(said, agreed=len(head["agreed"].split()), newest=str(head["text"]))


def _said(hearing: HearingId, seat: SeatId, version: int, head: Head, text: str, *, provisional: bool) -> Utterance:
    start = head["start"] / NS
    words = tuple(Word(t, start + a, start + b, p) for t, a, b, p in head["words"])
    sure = sum(word.probability for word in words) / len(words) if words else 0.0
    return Utterance(
        id=utterance_id(hearing, version, seat, head["start"]),
        hearing=hearing,
        seat=seat,
        start=start,
        end=head["end"] / NS,
        language=head["language"],
        text=text,
        words=words,
        confidence=sure,
        no_speech=head["no_speech"],
        model=head["model"],
        version=version,
        provisional=provisional,
    )
