"""The core of ``tyndau evaluate FOLDER``: the same ear as in a hearing, over clips with known texts, in one process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from transcripts.evaluate import Score, clips, evaluate
from transcripts.recognition import Ear
from transcripts.settings import SpeechSettings
from transcripts.track import Track
from transcripts.utterances import Pcm
from transcripts.whisper import NoModel, read_sound
from transcripts.windows import Purpose, Windows
from transcripts.worker import load_ear


def hear_all(ear: Ear, pcm: Pcm, language: str, purpose: Purpose = Purpose.RECORD) -> str:
    """Cut, recognise and doubt as in a hearing; the text of the whole sound."""
    track = Track(0, language, live=False)
    pieces = [*track.feed(1, pcm), *track.finish()]
    readings = [ear.read(piece, language, purpose) for piece in pieces]
    return " ".join(r.decoded.text for r in readings if r.doubt is None)


def measure(folder: Path, settings: SpeechSettings, *, short: bool = False) -> tuple[str, list[Score]]:
    """The model's name and its scores, ``short`` as a live line is read where short windows are allowed for it.

    Raises ``transcripts.whisper.NoModel`` when the model cannot be had.
    """
    if settings.model is None and not settings.models:
        raise NoModel("no model is configured")
    ear = load_ear(replace(settings, windows=Windows.LIVE).wish())
    purpose = Purpose.LINE if short else Purpose.RECORD
    found = clips(folder, settings.languages)
    return ear.name, evaluate(found, lambda pcm, language: hear_all(ear, pcm, language, purpose), read_sound)
