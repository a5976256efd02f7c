"""Time is rebuilt truly: holes, pauses, stalls, skewed clocks, wraps, reorderings."""

from __future__ import annotations

import itertools
import random
from pathlib import Path

import numpy as np
import pytest

from hearing.floor import NOBODY, Floor
from media.packets import Received
from media.record.cut import file_time, shown, spoken, stretches
from media.record.rtp import OPUS_SILENCE, opus_samples
from media.record.timeline import Timeline
from tests.media.record.synthetic import (
    FLOOR,
    JUDGE,
    KEY,
    SECOND,
    START,
    SUSPECT,
    Sender,
    arriving,
    film,
    tape_it,
    voice,
    vp8,
)

MS = 1_000_000
TALK = [b"\xf8" + bytes([n >> 8 & 255, n & 255]) * 20 for n in range(1000)]


def _number(payload: bytes) -> int:
    return payload[1] << 8 | payload[2]


def _timeline(folder: Path, packets: list[Received], seconds: float, floor: Floor = FLOOR) -> Timeline:
    tape_it(folder, packets, [(START, floor), (START + int(seconds * SECOND), NOBODY)])
    return Timeline(folder, KEY)


def _said_at(timeline: Timeline) -> dict[int, float]:
    """Where each numbered packet of the suspect lies in the file, in seconds."""
    position, said = 0, {}
    for payload, samples in spoken(timeline.voices[SUSPECT], stretches(timeline.spans)):
        if payload != OPUS_SILENCE:
            said[_number(payload)] = position / 48_000
        position += samples
    return said


def test_sequence_and_timestamp_wraps_change_nothing(tmp_path: Path) -> None:
    timeline = _timeline(tmp_path, arriving(voice(Sender(SUSPECT, "audio", 1), TALK)), 20.1)
    sounds = list(timeline.voices[SUSPECT].sounds())
    assert [_number(sound.payload) for sound in sounds] == list(range(1000))
    assert all(abs(s.at_ns - START - n * 20 * MS - 20 * MS) < MS for n, s in enumerate(sounds))


def test_reordered_and_doubled_packets_come_out_once_and_in_order(tmp_path: Path) -> None:
    rng = random.Random(1)
    sender = Sender(SUSPECT, "audio", 1)
    packets = [
        sender.packet(START + n * 20 * MS, payload, delay_ns=20 * MS + rng.randrange(60 * MS))
        for n, payload in enumerate(TALK)
    ]
    timeline = _timeline(tmp_path, arriving(packets, rng.sample(packets, 50)), 20.5)
    assert [_number(sound.payload) for sound in timeline.voices[SUSPECT].sounds()] == list(range(1000))


def test_a_pause_of_five_seconds_shifts_nothing_that_follows(tmp_path: Path) -> None:
    """Muted or discontinuous: the sender's clock runs on, no packets come."""
    sender = Sender(SUSPECT, "audio", 1)
    packets = list(voice(sender, TALK[:250])) + list(voice(sender, TALK[250:500], START + 10 * SECOND))
    said = _said_at(_timeline(tmp_path, arriving(packets), 16))
    assert said[250] - said[249] == pytest.approx(5.02, abs=0.021)
    assert said[499] == pytest.approx(10 + 249 * 0.02, abs=0.05)


def test_a_stalled_capture_shifts_nothing_that_follows(tmp_path: Path) -> None:
    """The laptop slept: its RTP clock and sequence went on as if nothing had been."""
    sender = Sender(SUSPECT, "audio", 1)
    before = list(voice(sender, TALK[:250]))
    sender.stamp -= 5 * 48_000
    after = list(voice(sender, TALK[250:500], START + 10 * SECOND))
    said = _said_at(_timeline(tmp_path, arriving(before, after), 16))
    assert said[499] == pytest.approx(10 + 249 * 0.02, abs=0.1)
    assert said[250] - said[249] == pytest.approx(5.02, abs=0.1)


def test_a_network_that_held_packets_back_is_not_taken_for_a_stall(tmp_path: Path) -> None:
    sender = Sender(SUSPECT, "audio", 1)
    packets = [
        sender.packet(START + n * 20 * MS, payload, delay_ns=20 * MS + max(0, 3000 - abs(n - 400) * 20) * MS)
        for n, payload in enumerate(TALK)
    ]
    said = _said_at(_timeline(tmp_path, arriving(packets), 24))
    assert all(abs(at - number * 0.02) < 0.06 for number, at in said.items())
    assert len(said) == 1000


def test_a_lost_packet_is_silence_and_a_retransmitted_one_is_back_in_its_place(tmp_path: Path) -> None:
    sender = Sender(SUSPECT, "audio", 1)
    packets = list(voice(sender, TALK[:200], reports=False))
    lost, late = packets.pop(150), packets.pop(100)
    packets.append(sender.retransmission(late, late.arrival_ns + 300 * MS))
    assert lost not in packets
    said = _said_at(_timeline(tmp_path, arriving(packets), 5))
    assert said[100] == pytest.approx(100 * 0.02 + 0.02, abs=0.021)
    assert 150 not in said
    assert said[151] == pytest.approx(151 * 0.02 + 0.02, abs=0.021)


def test_after_a_hole_no_picture_is_shown_until_a_keyframe(tmp_path: Path) -> None:
    frames = vp8(12)
    sender = Sender(JUDGE, "video", 5)
    packets = list(film(sender, frames))
    media = [packet for packet in packets if not packet.is_rtcp]
    stamps = list(dict.fromkeys(packet.packet[4:8] for packet in media))
    hit = next(packet for packet in media if packet.packet[4:8] == stamps[40])
    packets.remove(hit)
    timeline = _timeline(tmp_path, arriving(packets), 13)
    pictures = [picture.data for picture in timeline.cameras[JUDGE].pictures()]
    assert pictures == frames[:40] + frames[60:]


def test_a_picture_mended_by_retransmission_is_whole(tmp_path: Path) -> None:
    frames = vp8(12)[:60]
    sender = Sender(JUDGE, "video", 5)
    packets = list(film(sender, frames))
    hit = [packet for packet in packets if not packet.is_rtcp][33]
    packets.remove(hit)
    packets.append(sender.retransmission(hit, hit.arrival_ns + 150 * MS))
    timeline = _timeline(tmp_path, arriving(packets), 5)
    assert [picture.data for picture in timeline.cameras[JUDGE].pictures()] == frames


def test_picture_and_sound_of_one_participant_stay_together_though_pictures_queue(tmp_path: Path) -> None:
    """Pictures take 150 ms longer through the network than sound; the sender reports know it."""
    sound = Sender(JUDGE, "audio", 1, delay_ns=20 * MS)
    picture = Sender(JUDGE, "video", 5, delay_ns=170 * MS, stamp=77)
    timeline = _timeline(tmp_path, arriving(voice(sound, TALK), film(picture, vp8(12))), 21)
    heard = [s.at_ns for s in timeline.voices[JUDGE].sounds()]
    seen = [p.at_ns for p in timeline.cameras[JUDGE].pictures()]
    apart = np.abs([at - START - number * SECOND // 15 - 20 * MS for number, at in enumerate(seen)])
    assert abs(heard[0] - START - 20 * MS) < 2 * MS
    assert float(np.percentile(apart, 95)) <= 40 * MS


def test_persons_stay_together_after_four_hours_with_a_skewed_clock(tmp_path: Path) -> None:
    rng = random.Random(2)
    hours, step = 4, 900 * MS
    count = hours * 3600 * SECOND // step
    fast, slow = Sender(SUSPECT, "audio", 1, skew_ppm=100), Sender(JUDGE, "audio", 2, skew_ppm=-100)

    def talk(sender: Sender) -> list[Received]:
        return [
            sender.packet(START + n * step, TALK[n % 1000], delay_ns=30 * MS + int(rng.expovariate(1 / (15 * MS))))
            for n in range(count)
        ]

    timeline = _timeline(tmp_path, arriving(talk(fast), talk(slow)), hours * 3600 + 1)
    for seat in (SUSPECT, JUDGE):
        errors = np.abs([s.at_ns - START - n * step - 30 * MS for n, s in enumerate(timeline.voices[seat].sounds())])
        assert len(errors) == count
        assert float(np.percentile(errors, 95)) <= 50 * MS
        assert float(errors.max()) <= 100 * MS


def test_a_recess_becomes_a_seam_and_the_map_tells_where_everything_lies(tmp_path: Path) -> None:
    sender = Sender(SUSPECT, "audio", 1)
    packets = list(voice(sender, TALK[:250])) + list(voice(sender, TALK[250:500], START + 3600 * SECOND))
    floors = [
        (START, FLOOR),
        (START + 5 * SECOND, NOBODY),
        (START + 3600 * SECOND, FLOOR),
        (START + 3605 * SECOND, NOBODY),
    ]
    tape_it(tmp_path, arriving(packets), floors)
    timeline = Timeline(tmp_path, KEY)
    laid = stretches(timeline.spans)
    assert [(s.start_ns - START, s.end_ns - START, s.file_ns) for s in laid] == [
        (0, 5 * SECOND, 0),
        (3600 * SECOND, 3605 * SECOND, 6 * SECOND),
    ]
    assert file_time(laid, START + 1000 * SECOND) == 6 * SECOND
    assert file_time(laid, START + 3602 * SECOND) == 8 * SECOND
    assert file_time(laid, START + 4000 * SECOND) is None
    assert _said_at(timeline)[250] == pytest.approx(6.02, abs=0.021)


def test_sealed_parts_are_absent_unless_asked_for(tmp_path: Path) -> None:
    sealed = Floor(recorded_sound=FLOOR.recorded_sound, recorded_video=JUDGE, sealed=True)
    floors = [(START, FLOOR), (START + 5 * SECOND, sealed), (START + 10 * SECOND, FLOOR), (START + 15 * SECOND, NOBODY)]
    tape_it(tmp_path, arriving(voice(Sender(SUSPECT, "audio", 1), TALK)), floors)
    openly = _said_at(Timeline(tmp_path, KEY))
    assert not [n for n in openly if 260 < n < 490]
    assert {*range(245), *range(505, 740)} <= set(openly)
    everything = _said_at(Timeline(tmp_path, KEY, sealed=True))
    assert set(range(740)) <= set(everything)


def test_a_seat_that_reconnects_goes_on_in_the_same_track(tmp_path: Path) -> None:
    first, second = Sender(SUSPECT, "audio", 1), Sender(SUSPECT, "audio", 44, seq=9, stamp=123)
    packets = list(voice(first, TALK[:200])) + list(voice(second, TALK[200:400], START + 6 * SECOND))
    said = _said_at(_timeline(tmp_path, arriving(packets), 11))
    assert set(said) == set(range(400))
    assert said[200] == pytest.approx(6.02, abs=0.03)


def test_a_changed_court_camera_begins_at_its_own_keyframe(tmp_path: Path) -> None:
    one, two = Sender(JUDGE, "video", 5), Sender(SUSPECT, "video", 6)
    other = Floor(recorded_sound=FLOOR.recorded_sound, recorded_video=SUSPECT)
    floors = [(START, FLOOR), (START + 3 * SECOND, other), (START + 6 * SECOND, NOBODY)]
    tape_it(tmp_path, arriving(film(one, vp8(12)[:90]), film(two, vp8(12)[:90])), floors)
    timeline = Timeline(tmp_path, KEY)
    pictures = list(shown(timeline.cameras.values(), stretches(timeline.spans)))
    change = next(n for n, (_, picture) in enumerate(pictures) if picture.stream == 6)
    assert pictures[change][1].size == (160, 120)
    assert 4.0 <= pictures[change][0] / SECOND < 4.2
    assert all(later[0] > earlier[0] for earlier, later in itertools.pairwise(pictures))


def test_the_silence_packet_is_twenty_milliseconds_of_opus() -> None:
    assert opus_samples(OPUS_SILENCE) == 960
