"""Voices read while their tapes grow: only what can change no more, and the same sound as at the end."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import numpy as np
import pytest

from hearing.floor import Floor
from media.record.clip import SeatSound
from media.record.clip import sound as whole_sound
from media.record.frames import TapeName
from media.record.growing import AROUND_NS, MINUTE_NS, ReaderLost, TapeReader, look, sound, voices
from media.record.tape import chain_path, part_path
from media.record.timeline import Timeline
from tests.media.record.synthetic import FLOOR, KEY, SECOND, START, SUSPECT, beeps, onsets, opus, said, tape_it

LENGTH = 190
AT = [5, 59, 61, 100, 119, 121, 150]
SEALED = Floor(recorded_sound=FLOOR.recorded_sound, sealed=True)
OPEN_TAPE, SEALED_TAPE = TapeName.voice(SUSPECT, FLOOR), TapeName.voice(SUSPECT, SEALED)


@pytest.fixture(scope="module")
def packets() -> list[bytes]:
    return opus(beeps(LENGTH, AT))


@pytest.fixture
def tapes(tmp_path: Path, packets: list[bytes]) -> Path:
    """A voice that goes over into a closed part in its second minute."""
    tape_it(tmp_path / "tapes", said(SUSPECT, packets), [(START, FLOOR), (START + 95 * SECOND, SEALED)])
    return tmp_path / "tapes"


def reopen(folder: Path, tape: TapeName) -> None:
    """The tape's last part is not finished yet."""
    chain = chain_path(folder, tape)
    chain.write_text("".join(chain.read_text().splitlines(keepends=True)[:-1]))


def test_what_is_read_minute_by_minute_is_what_is_read_at_the_end(tapes: Path) -> None:
    voice = voices(look(tapes, KEY, {}))[SUSPECT]
    assert voice.whole_ns == voice.first_ns + 2 * MINUTE_NS
    minutes = [sound(tapes, KEY, voice, at, at + MINUTE_NS) for at in range(voice.first_ns, voice.whole_ns, MINUTE_NS)]
    heard = np.concatenate(minutes)
    at_the_end = whole_sound(tapes, KEY, SUSPECT, voice.first_ns, voice.whole_ns)
    assert len(heard) == len(at_the_end) == 120 * 16_000
    lag = (voice.first_ns - START) / SECOND
    found = onsets((heard * 32_767).astype(np.int16), 16_000)
    assert found == pytest.approx([at + 0.02 - lag for at in AT if at < 120], abs=0.03)
    assert found == pytest.approx(onsets((at_the_end * 32_767).astype(np.int16), 16_000), abs=0.005)


def test_sound_far_ahead_is_the_same_without_what_lies_before_it(tapes: Path) -> None:
    end = START + LENGTH * SECOND
    whole = whole_sound(tapes, KEY, SUSPECT, START, end)
    reading = SeatSound(Timeline(tapes, KEY, sealed=True).voices[SUSPECT], START, end)
    reading.read(START, START + SECOND)
    jumped = reading.read(START + 149 * SECOND, START + 152 * SECOND)
    assert np.allclose(jumped, whole[149 * 16_000 : 152 * 16_000], atol=0.02)
    assert onsets((jumped * 32_767).astype(np.int16), 16_000) == pytest.approx([1.02], abs=0.03)


def test_a_minute_is_whole_only_when_finished_parts_reach_well_beyond_it(tapes: Path) -> None:
    reach = [START + LENGTH * SECOND]
    for _ in range(4):
        reopen(tapes, SEALED_TAPE)
        voice = voices(look(tapes, KEY, {}))[SUSPECT]
        reach.append(voice.whole_ns)
        kept = voice.tapes[SEALED_TAPE]
        assert kept.grows
        assert voice.whole_ns + AROUND_NS <= kept.parts[-1].last_ns
    assert reach[1] >= reach[-1] == voice.first_ns + MINUTE_NS


def test_the_closed_parts_tape_does_not_vouch_for_an_open_one(tapes: Path) -> None:
    reopen(tapes, OPEN_TAPE)
    found = look(tapes, KEY, {})
    assert found[OPEN_TAPE].grows
    assert not found[SEALED_TAPE].grows
    assert voices(found) == {}


def test_parts_that_are_known_are_not_opened_again(tapes: Path) -> None:
    known = look(tapes, KEY, {})
    part_path(tapes, OPEN_TAPE, 1).unlink()
    assert look(tapes, KEY, known) == known
    with pytest.raises(FileNotFoundError):
        look(tapes, KEY, {})


def test_a_seat_with_a_damaged_chain_is_left_out(tapes: Path) -> None:
    chain_path(tapes, OPEN_TAPE).write_text("nonsense\n")
    assert voices(look(tapes, KEY, {})) == {}


def test_the_reading_process_answers_tells_what_it_met_and_is_replaced_when_it_ends(tapes: Path) -> None:
    reader = TapeReader()
    try:
        assert reader.ask(look, tapes, KEY, {}) == look(tapes, KEY, {})
        with pytest.raises(FileNotFoundError):
            reader.ask(os.stat, tapes / "nothing")
        own = reader.ask(os.getpid)
        assert own != os.getpid()
        with pytest.raises(ReaderLost):
            reader.ask(os.kill, own, signal.SIGKILL)
        assert reader.ask(os.getpid) != own
    finally:
        reader.close()
