"""Reading back while recording: sound tapes raise no doubt, and each kind of trouble raises its own."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from hearing.participants import SeatId
from media.packets import Received
from media.record.confidence import Doubt, Doubtful, Live, Reader
from media.record.frames import TapeName
from media.record.tape import part_path
from tests.media.record.synthetic import (
    FLOOR,
    KEY,
    SECOND,
    START,
    SUSPECT,
    Sender,
    arriving,
    beeps,
    filmed,
    opus,
    said,
    tape_it,
    voice,
    vp8,
)

VOICE, CAMERA = TapeName.voice(SUSPECT, FLOOR), TapeName.court_camera(FLOOR)
TALK = opus(beeps(8, [1, 3, 5], 1.0))
SILENCE = [b"\xf8\xff\xfe"] * 400


def _black(count: int = 30) -> list[bytes]:
    """A camera whose lens is covered."""
    encoder = av.CodecContext.create("libvpx", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 160, 120, "yuv420p"
    encoder.time_base = Fraction(1, 15)
    encoder.options = {"deadline": "realtime", "lag-in-frames": "0", "auto-alt-ref": "0"}
    luma = np.full((180, 160), 128, np.uint8)
    luma[:120] = 17
    frames: list[bytes] = []
    for number in range(count):
        frame = av.VideoFrame.from_ndarray(luma, "yuv420p")
        frame.pts = number
        frames += [bytes(packet) for packet in encoder.encode(frame)]
    return frames


def _live(packets: Iterable[Received], level: float = 0.8) -> Live:
    """What the event loop saw, with the suspect's level told once a second."""
    live = Live()
    for packet in packets:
        live.packet(VOICE if packet.kind == "audio" else CAMERA, packet.arrival_ns, packet.packet)
    for second in range(8):
        live.levels(START + second * SECOND + SECOND // 2, {SUSPECT: level if second < 5 else 0.0})
    return live


def _held(folder: Path, talk: list[bytes] = TALK, pictures: list[bytes] | None = None) -> tuple[Reader, Live]:
    """Tapes of eight seconds, and what was live while they were made."""
    packets = arriving(said(SUSPECT, talk), filmed(vp8(2) if pictures is None else pictures))
    tape_it(folder, packets, [(START, FLOOR)])
    return Reader(folder, KEY), _live(packets)


def _read(reader: Reader, live: Live) -> list[Doubtful] | None:
    return reader.read_back(reader.finished(), live.snapshot())


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_sound_tape_raises_no_doubt_and_is_read_only_once(tmp_path: Path) -> None:
    reader, live = _held(tmp_path)
    assert _read(reader, live) == []
    assert _read(reader, live) is None


def test_a_part_that_is_finished_while_others_are_read_waits_for_the_next_time(tmp_path: Path) -> None:
    reader, live = _held(tmp_path)
    parts, frozen = reader.finished(), live.snapshot()
    tape_it(tmp_path, voice(Sender(SUSPECT, "audio", 3), TALK, START + 10 * SECOND), [(START, FLOOR)])
    assert reader.read_back(parts, frozen) == []
    assert [(tape, newest and newest.part) for tape, newest in reader.finished()] == [(VOICE, 2)]


def test_a_byte_that_the_disk_altered_is_found(tmp_path: Path) -> None:
    reader, live = _held(tmp_path)
    _flip(part_path(tmp_path, CAMERA, 1))
    assert _read(reader, live) == [Doubtful(CAMERA.folder, 1, Doubt.ALTERED)]


def test_a_part_that_is_gone_is_found(tmp_path: Path) -> None:
    reader, live = _held(tmp_path)
    part_path(tmp_path, VOICE, 1).unlink()
    assert _read(reader, live) == [Doubtful(VOICE.folder, 1, Doubt.ALTERED)]


@pytest.mark.parametrize("taped", [slice(0, 399), slice(1, 400)], ids=["last", "first"])
def test_a_packet_that_arrived_and_is_not_on_tape_is_found_within_the_part(tmp_path: Path, taped: slice) -> None:
    packets = list(said(SUSPECT, TALK, reports=False))
    kept = [*packets[taped][:100], *packets[taped][101:]]
    tape_it(tmp_path, kept, [(START, FLOOR)])
    assert _read(Reader(tmp_path, KEY), _live(packets)) == [Doubtful(VOICE.folder, 1, Doubt.ALTERED)]


def test_a_part_whose_packets_are_said_to_have_come_before_those_of_the_part_before_raises_no_doubt(
    tmp_path: Path,
) -> None:
    before, after = (
        voice(Sender(SUSPECT, "audio", 3), TALK, START),
        voice(Sender(SUSPECT, "audio", 3), TALK, START + 10 * SECOND),
    )
    early = [packet._replace(arrival_ns=packet.arrival_ns - 3 * SECOND) for packet in after]
    live = _live([*before, *early])
    tape_it(tmp_path, before, [(START, FLOOR)])
    tape_it(tmp_path, early, [(START, FLOOR)])
    assert _read(Reader(tmp_path, KEY), live) == []


def test_a_voice_that_was_loud_and_is_silent_on_tape_is_found(tmp_path: Path) -> None:
    reader, live = _held(tmp_path, SILENCE)
    assert _read(reader, live) == [Doubtful(VOICE.folder, 1, Doubt.SILENT)]


def test_a_seat_that_was_silent_live_may_be_silent_on_tape(tmp_path: Path) -> None:
    packets = list(said(SUSPECT, SILENCE))
    tape_it(tmp_path, packets, [(START, FLOOR)])
    assert _read(Reader(tmp_path, KEY), _live(packets, level=0.1)) == []


@pytest.mark.parametrize("pictures", [_black(), [b"\x00" * 300] * 20], ids=["black", "undecodable"])
def test_a_picture_on_which_nothing_is_seen_is_found(tmp_path: Path, pictures: list[bytes]) -> None:
    reader, live = _held(tmp_path, pictures=pictures)
    assert _read(reader, live) == [Doubtful(CAMERA.folder, 1, Doubt.DARK)]


def test_what_is_remembered_is_bounded_and_what_is_forgotten_raises_no_doubt(tmp_path: Path) -> None:
    reader, live = _held(tmp_path)
    for minute in range(1, 10):
        at = START + minute * 60 * SECOND
        live.packet(VOICE, at, b"later")
        live.packet(CAMERA, at, b"later")
        live.levels(at, {SeatId("s-x"): 1.0})
    found = live.snapshot()
    assert max(len(found.packets[VOICE]), len(found.levels)) <= 4
    assert reader.read_back(reader.finished(), found) == []
