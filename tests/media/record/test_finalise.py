"""The finished file: what is in it, and that time in it is true."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from media.record.finalise import Chapter, Finished, finalise
from tests.media.record.synthetic import (
    JUDGE,
    KEY,
    SECOND,
    START,
    SUSPECT,
    beeps,
    decoded,
    filmed,
    onsets,
    opus,
    said,
    tape_session,
    vp8,
)

TITLES = {JUDGE: "Судья", SUSPECT: "Подозреваемый"}


def a_hearing(folder: Path, out: Path) -> Finished:
    judge = said(JUDGE, opus(beeps(12, [1, 8])))
    suspect = said(SUSPECT, opus(beeps(12, [3, 10])), delay_ns=90_000_000, skew_ppm=100)
    tape_session(folder, 12, judge, suspect, filmed(vp8(12)))
    chapters = [Chapter(START, "Ашылу"), Chapter(START + 6 * SECOND, "Клятва")]
    return finalise(folder, KEY, out, TITLES, chapters, mix_title="Барлығы")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    base = tmp_path_factory.mktemp("hearing")
    return a_hearing(base / "tapes", base / "hearing.webm")


def test_the_file_has_one_picture_a_default_mix_and_a_titled_track_for_each_seat(made: Finished) -> None:
    with av.open(str(made.files[0])) as container:
        assert [s.codec_context.name for s in container.streams.video] == ["vp8"]
        titles = [s.metadata.get("title") for s in container.streams.audio]
        defaults = [bool(s.disposition & av.stream.Disposition.default) for s in container.streams.audio]
        assert titles == ["Барлығы", "Судья", "Подозреваемый"]
        assert defaults == [True, False, False]
        assert container.duration is not None
        assert abs(container.duration / 1e6 - 12) < 0.1
        assert [c["metadata"]["title"] for c in container.chapters()] == ["Ашылу", "Клятва"]
        assert [c["start"] for c in container.chapters()] == [0, 6_000_000_000]


def test_the_courts_picture_is_copied_bit_for_bit(made: Finished) -> None:
    with av.open(str(made.files[0])) as container:
        copied = [bytes(p) for p in container.demux(container.streams.video[0]) if p.size]
    assert copied == vp8(12)


def test_what_was_said_stands_where_it_was_said_in_each_track(made: Finished) -> None:
    path = made.files[0]
    assert onsets(decoded(path, 1)) == pytest.approx([1.02, 8.02], abs=0.03)
    assert onsets(decoded(path, 2)) == pytest.approx([3.09, 10.09], abs=0.03)
    assert onsets(decoded(path, 0)) == pytest.approx([1.02, 3.09, 8.02, 10.09], abs=0.04)


def test_the_file_seeks_to_a_keyframe_by_its_cues(made: Finished) -> None:
    with av.open(str(made.files[0])) as container:
        container.seek(7_000_000)
        frame = next(container.decode(video=0))
        assert frame.time is not None
        assert 5.9 <= frame.time <= 7.0
    head = made.files[0].read_bytes()[:4096]
    assert b"\x1c\x53\xbb\x6b" in head, "the cues stand at the front"
