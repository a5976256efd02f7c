"""Clips, sound for the transcriber, and the live ear: the same second everywhere."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from media.record.clip import SeatSound, clip, sound
from media.record.ear import Ear
from media.record.timeline import Timeline
from tests.media.record.synthetic import (
    JUDGE,
    KEY,
    SECOND,
    START,
    SUSPECT,
    Sender,
    beeps,
    decoded,
    filmed,
    onsets,
    opus,
    said,
    tape_session,
    voice,
    vp8,
)

SPEECH = opus(beeps(12, [1, 5, 8]))


@pytest.fixture
def tapes(tmp_path: Path) -> Path:
    folder = tmp_path / "tapes"
    tape_session(folder, 13, said(SUSPECT, SPEECH), filmed(vp8(12)), said(JUDGE, opus(beeps(12, [2]))))
    return folder


def test_an_oaths_clip_holds_that_persons_words_at_their_time(tapes: Path, tmp_path: Path) -> None:
    made = clip(tapes, KEY, SUSPECT, START + 4 * SECOND, START + 9 * SECOND, tmp_path / "oath.ogg")
    assert onsets(decoded(made.file, 0)) == pytest.approx([1.02, 4.02], abs=0.03)
    assert len(made.sha256) == 64


def test_a_clip_with_picture_begins_at_a_keyframe_and_says_so(tapes: Path, tmp_path: Path) -> None:
    made = clip(tapes, KEY, SUSPECT, START + 4_900_000_000, START + 9 * SECOND, tmp_path / "oath.webm")
    assert 3.9 < (made.start_ns - START) / SECOND <= 4.9
    began = (made.start_ns - START) / SECOND
    assert onsets(decoded(made.file, 0)) == pytest.approx([5.02 - began, 8.02 - began], abs=0.03)
    with av.open(str(made.file)) as container:
        first = next(container.decode(video=0))
        assert first.time is not None
        assert first.time < 0.1


def test_the_transcribers_sound_lies_on_the_hearings_clock(tapes: Path) -> None:
    heard = sound(tapes, KEY, SUSPECT, START - 2 * SECOND, START + 14 * SECOND)
    assert heard.dtype == np.float32
    assert len(heard) == 16 * 16_000
    assert onsets((heard * 32_767).astype(np.int16), 16_000) == pytest.approx([3.02, 7.02, 10.02], abs=0.03)


def test_sound_read_piece_by_piece_is_the_same_as_read_at_once_even_after_going_back(tapes: Path) -> None:
    start, end = START - 2 * SECOND, START + 14 * SECOND
    whole = sound(tapes, KEY, SUSPECT, start, end)
    reading = SeatSound(Timeline(tapes, KEY, sealed=True).voices[SUSPECT], start, end)
    for _ in range(2):
        pieces = [reading.read(at, at + 4 * SECOND) for at in range(start, end, 4 * SECOND)]
        assert np.array_equal(np.concatenate(pieces), whole)
    assert np.array_equal(reading.read(start + 5 * SECOND, start + 6 * SECOND), whole[80_000:96_000])


def test_a_seat_without_tape_is_silence_to_the_transcriber_and_no_clip(tapes: Path, tmp_path: Path) -> None:
    nobody = type(SUSPECT)("s-nobody")
    assert not sound(tapes, KEY, nobody, START, START + SECOND).any()
    with pytest.raises(LookupError):
        clip(tapes, KEY, nobody, START, START + SECOND, tmp_path / "no.ogg")


def test_the_live_ear_hears_the_same_second_across_a_pause() -> None:
    ear, sender = Ear(), Sender(SUSPECT, "audio", 3)
    packets = [
        *voice(sender, SPEECH[:300], reports=False),
        *voice(sender, SPEECH[400:], START + 20 * SECOND, reports=False),
    ]
    whole = np.zeros(30 * 16_000, np.float32)
    for packet in (p for p in packets if not p.is_rtcp):
        for start_ns, piece in ear.feed(packet.arrival_ns, packet.packet):
            at = (start_ns - START) * 16_000 // SECOND
            whole[at : at + len(piece)] = piece
    assert onsets((whole * 32_767).astype(np.int16), 16_000) == pytest.approx([1.02, 5.02, 20.02], abs=0.03)


def test_the_live_ear_leaves_out_what_is_late_doubled_or_no_opus() -> None:
    ear, sender = Ear(), Sender(SUSPECT, "audio", 3)
    packets = list(voice(sender, SPEECH[:10], reports=False))
    assert ear.feed(START, b"") == []
    assert ear.feed(START, b"\x80" * 11) == []
    for packet in packets:
        ear.feed(packet.arrival_ns, packet.packet)
    assert ear.feed(packets[4].arrival_ns, packets[4].packet) == []
    assert ear.feed(packets[9].arrival_ns, packets[9].packet) == []
