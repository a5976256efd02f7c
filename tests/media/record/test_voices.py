"""A file for each voice: that voice alone, where it was said."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from media.record.voices import split
from tests.media.record.synthetic import SECOND, decoded, onsets
from tests.media.record.test_finalise import a_hearing


def test_each_voice_stands_alone_at_its_own_times_and_can_be_sought_in(tmp_path: Path) -> None:
    whole = a_hearing(tmp_path / "tapes", tmp_path / "hearing.webm")
    judge, suspect = split(whole.files, (0.0,), tmp_path)
    assert onsets(decoded(judge, 0)) == pytest.approx([1.02, 8.02], abs=0.03)
    assert onsets(decoded(suspect, 0)) == pytest.approx([3.09, 10.09], abs=0.03)
    with av.open(str(suspect)) as container:
        assert len(container.streams) == 1
        assert container.duration is not None
        assert abs(container.duration * 1000 - whole.duration_ns) < SECOND // 10
        container.seek(9_000_000)
        frame = next(container.decode(audio=0))
        assert frame.time is not None
        assert 3.9 <= frame.time <= 9.0
    assert b"\x1c\x53\xbb\x6b" in suspect.read_bytes()[:4096], "the cues stand at the front"


def test_the_packets_are_those_of_the_recording(tmp_path: Path) -> None:
    whole = a_hearing(tmp_path / "tapes", tmp_path / "hearing.webm").files[0]
    for number, path in enumerate(split([whole], (0.0,), tmp_path), 1):
        with av.open(str(whole)) as inside, av.open(str(path)) as alone:
            there = [bytes(p) for p in inside.demux(inside.streams.audio[number]) if p.size]
            here = [bytes(p) for p in alone.demux(alone.streams.audio[0]) if p.size]
        assert here == there
