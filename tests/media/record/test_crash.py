"""SIGKILL at any instant: what was received before is on tape and readable after recovery."""

from __future__ import annotations

import random
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hearing.floor import NOBODY
from hearing.participants import SeatId
from media.record.frames import Flag, TapeName
from media.record.tape import read_tape, recover
from media.record.timeline import Timeline
from media.record.verify import verify_tapes
from media.wire.clock import MILLISECOND
from tests.media.record.synthetic import (
    COUNSEL,
    FLOOR,
    JUDGE,
    KEY,
    SECOND,
    START,
    SUSPECT,
    Sender,
    tape_it,
    voice,
)

TRIES = 12
DURABLE_SECONDS = 1.0
"""What is written is made durable once a second."""
TURN_NS = 20 * MILLISECOND
VOICES = (JUDGE, COUNSEL, SUSPECT)


def _lies_there(folder: Path) -> bool:
    """Whether anything of every voice has reached the disk."""
    return len({path.parent for path in folder.glob("*.audio/*.part") if path.stat().st_size}) == len(VOICES)


def kill_one(folder: Path, after: float, silent: bool) -> dict[str, float]:
    """Kill a recording child, recover, and tell for each track how many seconds before its death are missing.

    A child that was kept waiting makes up for it, many turns at once: what is missing then is no more than the time in
    which it came. Nor is it more than the sound of the missing turns, however long the child was kept waiting.
    """
    command = [sys.executable, "-m", "tests.media.record.writing_child", str(folder), "1" if silent else "0"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert child.stdout is not None
    told = [child.stdout.readline()]
    deadline = time.monotonic() + after
    while time.monotonic() < deadline or not _lies_there(folder):
        told.append(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    told += [line for line in child.stdout.read().splitlines(True) if line.endswith(b"\n")]
    child.wait()
    child.stdout.close()
    at_ns = [int(line.split()[1]) for line in told]
    last_turn = len(told) - 1
    heads = recover(folder, KEY)
    assert verify_tapes(folder, KEY, heads) == []
    lost: dict[str, float] = {}
    for seat, kind, at in ((JUDGE, "audio", 13), (COUNSEL, "audio", 13), (SUSPECT, "audio", 13), (JUDGE, "video", 14)):
        turns = [
            int.from_bytes(frame.content[at : at + 4], "big")
            for frame in read_tape(folder, KEY, TapeName(SeatId(seat), kind, False))
            if frame.flag is Flag.RTP
        ]
        expected = min(last_turn, 50) if silent and seat == SUSPECT else last_turn
        kept = min(turns[-1], expected) if turns else 0
        lost[f"{seat} {kind}"] = min(at_ns[expected] - at_ns[kept], (expected - kept) * TURN_NS) / SECOND
    return lost


def test_most_killed_servers_lose_at_most_a_tenth_of_a_second_and_none_a_whole_one(
    tmp_path: Path,
) -> None:
    """A disk that others keep busy may hold one write up, but not most, and never longer than until it is durable."""
    lost: list[float] = []
    for number in range(TRIES):
        after = random.Random(number).uniform(0.3, 2.5)
        folder = tmp_path / str(number)
        folder.mkdir()
        lost.append(max(kill_one(folder, after, silent=number % 2 == 0).values()))
    assert statistics.median(lost) <= 0.1, lost
    assert max(lost) <= DURABLE_SECONDS, lost


def test_recovery_cuts_a_torn_tail_and_the_tape_goes_on_in_a_new_part(tmp_path: Path) -> None:
    kill_one(tmp_path, 0.3, silent=False)
    part = next((tmp_path / "s-judge.audio").glob("*.part"))
    (tmp_path / "s-judge.audio" / "chain").unlink()
    whole = part.read_bytes()
    part.write_bytes(whole[:-7])
    before = {head.tape: head for head in recover(tmp_path, KEY)}
    assert verify_tapes(tmp_path, KEY, before.values()) == []
    assert len(part.read_bytes()) < len(whole) - 7
    kill_one(tmp_path, 0.3, silent=False)
    after = {head.tape: head for head in recover(tmp_path, KEY)}
    assert after["s-judge.audio"].part == before["s-judge.audio"].part + 1
    assert verify_tapes(tmp_path, KEY, [*before.values(), *after.values()]) == []


def test_a_wrong_key_cuts_nothing(tmp_path: Path) -> None:
    kill_one(tmp_path, 0.3, silent=False)
    (tmp_path / "s-judge.audio" / "chain").unlink()
    part = next((tmp_path / "s-judge.audio").glob("*.part"))
    whole = part.read_bytes()
    with pytest.raises(Exception, match="does not open with this key"):
        recover(tmp_path, bytes(32))
    assert part.read_bytes() == whole


def test_time_between_a_crash_and_the_new_recorder_is_no_part_of_the_file(tmp_path: Path) -> None:
    """Nobody wrote the end of the first stretch: it ends with the last packet that reached a tape."""
    talk = [b"\xf8" + bytes([n]) * 40 for n in range(250)]
    sender = Sender(SUSPECT, "audio", 1)
    packets = [*voice(sender, talk), *voice(sender, talk, START + 60 * SECOND)]
    floors = [(START, FLOOR), (START + 59 * SECOND, FLOOR), (START + 66 * SECOND, NOBODY)]
    tape_it(tmp_path, packets, floors, crashed_before=START + 59 * SECOND)
    first, second = Timeline(tmp_path, KEY).spans
    assert (first.end_ns - START) / SECOND == pytest.approx(5.0, abs=0.05)
    assert second.start_ns == START + 59 * SECOND
