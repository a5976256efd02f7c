"""Two recordings of the same hearing: alike they raise nothing, and what one lacks is told."""

from __future__ import annotations

import shutil
from pathlib import Path

from media.packets import Received
from media.record.second import SLACK, Difference, differences, whole_folder
from tests.media.record.synthetic import FLOOR, JUDGE, KEY, START, SUSPECT, Sender, arriving, film, tape_it, voice, vp8

TALK = [bytes([0xF8, n % 250, 7]) for n in range(300)]


def _packets() -> list[Received]:
    return arriving(voice(Sender(SUSPECT, "audio", 1), TALK), film(Sender(JUDGE, "video", 5), vp8(2)))


def _taped(folder: Path, packets: list[Received]) -> Path:
    tape_it(folder, packets, [(START, FLOOR)])
    return folder


def test_two_recordings_of_the_same_packets_do_not_differ_though_their_bytes_do(tmp_path: Path) -> None:
    first, second = _taped(tmp_path / "1", _packets()), _taped(tmp_path / "2", _packets())
    part = Path("s-suspect.audio") / "000001.part"
    assert (first / part).read_bytes() != (second / part).read_bytes()
    assert differences(first, second, KEY) == []


def test_what_only_one_holds_is_counted_and_a_crashs_last_turn_is_not_told(tmp_path: Path) -> None:
    packets = _packets()
    voices = [packet for packet in packets if packet.kind == "audio"]
    gone = {id(packet) for packet in voices[50:90]}
    first = _taped(tmp_path / "1", packets)
    second = _taped(tmp_path / "2", [packet for packet in packets if id(packet) not in gone])
    third = _taped(tmp_path / "3", packets[: -SLACK // 2])
    assert differences(first, second, KEY) == [Difference("s-suspect.audio", 40, 0)]
    assert differences(second, first, KEY) == [Difference("s-suspect.audio", 0, 40)]
    assert differences(first, third, KEY) == []


def test_a_tape_that_only_one_has_is_a_difference(tmp_path: Path) -> None:
    first, second = _taped(tmp_path / "1", _packets()), _taped(tmp_path / "2", _packets())
    shutil.rmtree(second / "s-judge.video")
    (found,) = differences(first, second, KEY)
    assert (found.tape, found.only_second) == ("s-judge.video", 0)
    assert found.only_first > SLACK


def test_the_second_is_read_only_where_nothing_of_the_first_is_left(tmp_path: Path) -> None:
    first, second = _taped(tmp_path / "1", _packets()), _taped(tmp_path / "2", _packets())
    assert whole_folder(first, second) == first
    shutil.rmtree(first)
    assert whole_folder(first, second) == second
    assert whole_folder(first, None) == first
    assert whole_folder(first, tmp_path / "3") == first
