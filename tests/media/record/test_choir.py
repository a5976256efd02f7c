"""Voices read in processes of their own: the same as in one process, and no file when such a process ends."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from media.record.choir import Bar, Choir, Section, SectionLost, sections
from media.record.cut import RATE, STEP, Stretch, stretches
from media.record.mix import Encoder, Voice
from media.record.timeline import Timeline
from tests.media.record.synthetic import JUDGE, KEY, SECOND, START, SUSPECT, beeps, opus, said, tape_session

LOOKAHEAD = 312
"""Samples by which an Opus encoder's output comes later than its input."""


@pytest.fixture(scope="module")
def timeline(tmp_path_factory: pytest.TempPathFactory) -> Timeline:
    folder = tmp_path_factory.mktemp("tapes")
    judge, suspect = opus(beeps(4, [0.5, 2.95])), opus(beeps(4, [2.97], pitch=400.0))
    tape_session(folder, 4, said(JUDGE, judge), said(SUSPECT, suspect))
    return Timeline(folder, KEY)


@pytest.fixture
def section(timeline: Timeline) -> Iterator[Section]:
    started = Section([*timeline.voices.values()], stretches(timeline.spans))
    yield started
    started.dismiss()


def _sung(section: Section) -> list[Bar]:
    section.begin()
    return [*section.bars()]


def _sound(bar: Bar) -> NDArray[np.int32]:
    return np.zeros(RATE, np.int32) if bar.sum is None else bar.sum


def test_a_process_hands_back_what_this_one_would_have_read(timeline: Timeline, section: Section) -> None:
    here = Choir([*timeline.voices.values()], stretches(timeline.spans), mixed=True)
    ours, theirs = [*here.bars()], _sung(section)
    assert [bar.said for bar in theirs] == [bar.said for bar in ours]
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(_sound(mine), _sound(other))
    assert section.heard() == here.heard()


def test_voices_that_speak_at_once_are_added_across_the_border_of_a_second(timeline: Timeline) -> None:
    tracks, laid = [*timeline.voices.values()], stretches(timeline.spans)
    together = [_sound(bar) for bar in Choir(tracks, laid, mixed=True).bars()]
    first, second = ([_sound(bar) for bar in Choir([track], laid, mixed=True).bars()] for track in tracks)
    for both, one, other in zip(together, first, second, strict=True):
        np.testing.assert_array_equal(both, one + other)
    assert first[3].any()
    assert second[3].any()


def test_the_mix_of_several_voices_is_close_to_their_sum(timeline: Timeline) -> None:
    bars = [*Choir([*timeline.voices.values()], stretches(timeline.spans), mixed=True).bars()]
    encoder, decoder = Encoder(), Voice()
    packets = [packet for bar in bars for packet in encoder.encoded(bar.sum, RATE)] + [*encoder.rest()]
    decoded = [decoder.pcm(packet, STEP) for packet in packets]
    steps = [np.zeros(STEP, np.int16) if step is None else step for step in decoded]
    heard = np.concatenate(steps).astype(np.float64)[LOOKAHEAD:]
    sums = np.concatenate([_sound(bar) for bar in bars])[: len(heard)].astype(np.float64)
    error = heard[: len(sums)] - sums
    assert 10 * np.log10(np.square(sums).mean() / np.square(error).mean()) > 15


def test_a_process_that_ends_is_told_and_not_waited_for(section: Section) -> None:
    for process in multiprocessing.active_children():
        process.kill()
        process.join()
    with pytest.raises(SectionLost):
        _sung(section)


def test_no_process_is_left_when_a_file_is_given_up(timeline: Timeline) -> None:
    before = multiprocessing.active_children()
    given_up = Section([*timeline.voices.values()], stretches(timeline.spans))
    given_up.begin()
    next(given_up.bars())
    given_up.dismiss()
    assert multiprocessing.active_children() == before


def test_a_long_hearing_is_divided_among_the_cores_and_a_short_one_is_not(timeline: Timeline) -> None:
    tracks, short = [*timeline.voices.values()], stretches(timeline.spans)
    with sections(tracks, short, mixed=True) as choir:
        assert [type(part) for part in choir] == [Choir]
    long = (Stretch(START, START + 61 * SECOND, 0),)
    whole = Choir(tracks, long, mixed=True)
    expected = [bar.said for bar in whole.bars()], whole.heard()
    with sections(tracks, long, mixed=True) as choir:
        seconds = zip(*(part.bars() for part in choir), strict=True)
        said = [tuple(one for bar in bars for one in bar.said) for bars in seconds]
        assert (said, [one for part in choir for one in part.heard()]) == expected
        assert {type(part) for part in choir} == {Section if len(os.sched_getaffinity(0)) > 1 else Choir}
