"""One flipped byte, a cut, a swap: each is found, with and without the key."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from hearing.floor import NOBODY
from media.record.frames import TapeName
from media.record.tape import TapeHead, read_tape, recover
from media.record.verify import verify_tapes
from tests.media.record.synthetic import FLOOR, JUDGE, KEY, SECOND, START, SUSPECT, Sender, arriving, tape_it, voice


@pytest.fixture
def tapes(tmp_path: Path) -> Path:
    folder = tmp_path / "tapes"
    talk = [bytes([0xF8]) + bytes([n % 251]) * 60 for n in range(800)]
    packets = arriving(voice(Sender(JUDGE, "audio", 1), talk), voice(Sender(SUSPECT, "audio", 2), talk))
    tape_it(folder, packets, [(START, FLOOR), (START + 20 * SECOND, NOBODY)])
    assert verify_tapes(folder, KEY) == []
    assert verify_tapes(folder, None) == []
    return folder


def test_a_flipped_byte_anywhere_is_found_without_the_key(tapes: Path) -> None:
    rng = random.Random(5)
    files = sorted(path for path in tapes.rglob("*") if path.is_file())
    for _ in range(100):
        path = rng.choice(files)
        data = bytearray(path.read_bytes())
        place = rng.randrange(len(data))
        data[place] ^= 1 << rng.randrange(8)
        sound = path.read_bytes()
        path.write_bytes(data)
        assert verify_tapes(tapes, None) != [], (path.name, place)
        path.write_bytes(sound)


def test_a_flipped_byte_costs_one_packet_and_no_more(tapes: Path) -> None:
    name = TapeName.voice(SUSPECT, FLOOR)
    before = list(read_tape(tapes, KEY, name))
    path = tapes / name.folder / "000001.part"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    faults = verify_tapes(tapes, None)
    assert len(faults) == 1
    assert 0 <= len(data) // 2 - faults[0].offset < 200
    assert len(list(read_tape(tapes, KEY, name))) == len(before) - 1


def test_a_missing_part_a_swapped_part_and_a_foreign_part_are_found(tapes: Path) -> None:
    one, two = tapes / "s-judge.audio" / "000001.part", tapes / "s-judge.audio" / "000002.part"
    kept = one.read_bytes(), two.read_bytes()
    one.unlink()
    assert [fault.why for fault in verify_tapes(tapes, None)] == ["part is missing"]
    one.write_bytes(kept[1])
    two.write_bytes(kept[0])
    assert len(verify_tapes(tapes, None)) == 2
    one.write_bytes(kept[0])
    two.write_bytes(kept[1])
    shutil.copy(one, one.with_name("000009.part"))
    assert [fault.why for fault in verify_tapes(tapes, None)] == ["part is not in the chain"]


def test_tapes_cut_short_as_a_whole_are_found_by_the_journals_heads(tapes: Path) -> None:
    heads = recover(tapes, KEY)
    last = tapes / "s-judge.audio" / "000002.part"
    last.unlink()
    chain = tapes / "s-judge.audio" / "chain"
    chain.write_text(chain.read_text().splitlines(keepends=True)[0])
    assert verify_tapes(tapes, KEY) == []
    assert [fault.tape for fault in verify_tapes(tapes, KEY, heads)] == ["s-judge.audio"]


def test_a_whole_tape_that_vanished_is_found_by_the_journals_heads(tapes: Path) -> None:
    heads: list[TapeHead] = recover(tapes, KEY)
    shutil.rmtree(tapes / "s-suspect.audio")
    assert [fault.tape for fault in verify_tapes(tapes, KEY, heads)] == ["s-suspect.audio"]


def test_a_track_that_the_floor_did_not_keep_is_called_foreign(tmp_path: Path) -> None:
    folder = tmp_path / "foreign"
    talk = [b"\xf8" + b"x" * 60] * 300
    packets = arriving(voice(Sender(JUDGE, "audio", 1), talk), voice(Sender(SUSPECT, "audio", 2), talk))
    tape_it(folder, packets, [(START, FLOOR), (START + 60 * SECOND, NOBODY)])
    shutil.rmtree(folder / "court.floor")
    tape_it(folder, [], [(START, NOBODY)])
    assert {fault.why for fault in verify_tapes(folder, KEY)} == {"the floor kept no such track then"}
