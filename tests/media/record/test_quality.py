"""What is said about a track's quality: true to what was done to it, and silent about what was only silence."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from media.packets import Received
from media.record.cut import Piece, Stretch
from media.record.finalise import Figures, finalise
from media.record.quality import Meter, Quality, Trouble, Watch
from tests.media.record.synthetic import (
    JUDGE,
    KEY,
    SECOND,
    START,
    SUSPECT,
    Sender,
    beeps,
    filmed,
    opus,
    said,
    tape_session,
    voice,
    vp8,
)

RATE = 48_000
Pcm = NDArray[np.int16]


def _tone(seconds: float, amplitude: float) -> Pcm:
    wave = amplitude * 32_767 * np.sin(2 * np.pi * 440 * np.arange(int(seconds * RATE)) / RATE)
    return np.clip(wave, -32_768, 32_767).astype(np.int16)


def _heard(*pieces: Pcm | float) -> Quality:
    """What a meter says of these sounds, in steps of 20 ms; a number is so many seconds of silence."""
    meter = Meter()
    for piece in pieces:
        if isinstance(piece, float):
            for _ in range(round(piece * 50)):
                meter.hear(None, 960)
        else:
            for start in range(0, len(piece), 960):
                meter.hear(piece[start : start + 960], 960)
    return meter.quality(())


def test_level_is_that_of_the_speech_and_not_of_the_pauses() -> None:
    alone, among = _heard(_tone(2.0, 0.5)), _heard(3.0, _tone(2.0, 0.5), 5.3)
    assert alone.level_db == pytest.approx(-9.0, abs=0.2)
    assert among.level_db == alone.level_db
    assert alone.peak_db == pytest.approx(-6.0, abs=0.1)
    assert (among.spoken_ns, among.silent_ns) == (2 * SECOND, 8_300_000_000)


def test_a_wave_cut_at_full_scale_is_told_with_its_place_and_a_loud_one_is_not() -> None:
    cut = _heard(_tone(1.0, 0.5), _tone(0.5, 2.0), _tone(1.5, 0.5))
    assert cut.clipped == (Piece(SECOND, SECOND // 2),)
    assert cut.troubles(0) == (Trouble.CLIPPED,)
    assert _heard(_tone(3.0, 0.97)).clipped == ()


@pytest.mark.parametrize(
    ("quality", "lost", "expected"),
    [
        (_heard(4.0), 0, (Trouble.SILENT,)),
        (_heard(_tone(2.0, 0.008)), 0, (Trouble.QUIET,)),
        (_heard(_tone(2.0, 0.3)), 0, ()),
        (_heard(_tone(2.0, 0.3)), 7, (Trouble.LOST,)),
    ],
    ids=["silent", "quiet", "good", "lost"],
)
def test_troubles_are_what_a_listener_would_complain_of(
    quality: Quality, lost: int, expected: tuple[Trouble, ...]
) -> None:
    assert quality.troubles(lost) == expected


def test_peaks_draw_the_waveform_ten_times_a_second() -> None:
    meter = Meter()
    for part in (_tone(1.0, 1.0), np.zeros(RATE, np.int16), _tone(0.5, 0.25)):
        for start in range(0, len(part), 960):
            meter.hear(part[start : start + 960], 960)
    meter.quality(())
    peaks = meter.peaks()
    assert len(peaks) == 25
    assert (min(peaks[:10]), max(peaks[10:20])) == (255, 0)
    assert peaks[21] == pytest.approx(64, abs=1)


def _figures(folder: Path, seconds: int, *streams: Iterable[Received]) -> Figures:
    tape_session(folder / "tapes", seconds, *streams)
    return finalise(folder / "tapes", KEY, folder / "hearing.webm", {}, [], mix_title="").figures


def test_lost_packets_are_gaps_with_their_place_and_a_muted_microphone_is_none(tmp_path: Path) -> None:
    spoken = list(said(JUDGE, opus(_tone(12, 0.3)), reports=False))
    del spoken[200:300]
    suspect = Sender(SUSPECT, "audio", 3)
    before = list(voice(suspect, opus(beeps(3, [1])), reports=False))
    after = list(voice(suspect, opus(beeps(2, [1])), START + 9 * SECOND, reports=False))
    figures = _figures(tmp_path, 12, spoken, before, after)
    judge, muted = figures.tracks
    (gap,) = judge.quality.gaps
    assert gap.file_ns == pytest.approx(4 * SECOND, abs=60_000_000)
    assert gap.length_ns == 2 * SECOND
    assert judge.quality.troubles(judge.lost_packets) == (Trouble.GAPS,)
    assert muted.quality.gaps == ()
    assert (muted.seat, len(muted.peaks)) == (SUSPECT, 120)


def test_a_line_that_was_lost_for_longer_than_numbers_are_trusted_is_still_a_gap(tmp_path: Path) -> None:
    spoken = list(said(JUDGE, opus(_tone(15, 0.3)), reports=False))
    del spoken[100:500]
    (judge,) = _figures(tmp_path, 15, spoken).tracks
    assert [gap.length_ns for gap in judge.quality.gaps] == [8 * SECOND]


def test_a_picture_that_stands_still_is_a_hole_and_a_recess_is_not(tmp_path: Path) -> None:
    shown = list(filmed(vp8(12)))
    kept = [packet for packet in shown if not START + 4 * SECOND < packet.arrival_ns < START + 7 * SECOND]
    figures = _figures(tmp_path, 12, said(JUDGE, opus(beeps(12, [1]))), kept)
    assert figures.picture is not None
    (hole,) = figures.picture.holes
    assert hole.file_ns == pytest.approx(4 * SECOND, abs=150_000_000)
    assert 3 * SECOND <= hole.length_ns <= 5.2 * SECOND
    recess = Watch((Stretch(0, 5 * SECOND, 0), Stretch(90 * SECOND, 95 * SECOND, 6 * SECOND)))
    for second in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10):
        recess.see(second * SECOND)
    recess.end()
    assert recess.holes == []
