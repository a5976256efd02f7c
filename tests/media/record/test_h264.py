"""H.264 on its way from packets to the finished file: taken apart and put together without a changed bit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hearing.floor import NOBODY
from media.packets import Received
from media.record import h264 as nal
from media.record.assembler import H264Assembler, Whole
from media.record.clip import clip
from media.record.confidence import Live, Reader
from media.record.finalise import Chapter, Finished, finalise
from media.record.office_copy import render
from media.record.reorder import Order
from media.record.rtp import parse_rtp
from media.record.voices import split
from tests.media.record.synthetic import (
    FLOOR,
    JUDGE,
    KEY,
    SECOND,
    START,
    SUSPECT,
    Sender,
    arriving,
    beeps,
    camera,
    decoded,
    film,
    h264,
    onsets,
    opus,
    said,
    tape_it,
    tape_session,
    units,
    vp8,
)

TITLES = {JUDGE: "Судья", SUSPECT: "Подозреваемый"}


def filming(size: tuple[int, int] = (160, 120), seconds: int = 12, since: int = 0, ssrc: int = 5) -> Iterator[Received]:
    """A court camera that sends H.264."""
    return camera(Sender(JUDGE, "video", ssrc, video="h264"), h264(seconds, size), START + since * SECOND)


def put_together(packets: Iterable[Received]) -> list[Whole]:
    """Pictures from packets as the record puts them together."""
    order, assembler, found = Order(), H264Assembler(), list[Whole]()
    for packet in packets:
        rtp = parse_rtp(packet.packet) if not packet.is_rtcp else None
        for ready in order.add(rtp, packet.arrival_ns) if rtp is not None else ():
            found += assembler.add(ready)
    for ready in order.rest():
        found += assembler.add(ready)
    return [*found, *assembler.rest()]


def shown(frame: bytes) -> list[bytes]:
    """What of a picture is picture."""
    return [unit for unit in units(frame) if nal.is_picture(unit)]


def test_pictures_are_put_together_from_single_packets_aggregates_and_pieces() -> None:
    made = put_together(filming(seconds=4))
    assert [shown(one.data) for one in made] == [shown(frame) for frame in h264(4)]
    assert [n for n, one in enumerate(made) if one.size is not None] == [0, 30]
    assert {one.size for one in made} == {None, (160, 120)}
    assert all(nal.kind(units(one.data)[0]) == nal.SPS for one in made if one.size is not None)


@pytest.mark.parametrize("size", [(160, 120), (320, 180), (1920, 1080), (322, 242)])
def test_the_size_is_read_from_the_parameter_set_with_its_cropping(size: tuple[int, int]) -> None:
    assert nal.size(units(h264(0.2, size)[0])[0]) == size


def test_after_a_lost_packet_nothing_is_shown_until_the_next_keyframe() -> None:
    packets = [one for one in filming(seconds=6) if not one.is_rtcp]
    marks = [n for n, one in enumerate(packets) if one.packet[1] & 0x80]
    for picture in (30, 39):
        lost = marks[picture]
        made = [shown(one.data) for one in put_together([*packets[:lost], *packets[lost + 1 :]])]
        kept = [nth for nth, frame in enumerate(h264(6)) if shown(frame) in made]
        assert kept == [*range(picture), *range(60, 90)]


def test_what_no_encoder_should_do_with_the_marker_costs_no_picture() -> None:
    whole = [one for one in filming(seconds=2) if not one.is_rtcp]
    for bit in (0x00, 0x80):
        packets = [p._replace(packet=bytes((p.packet[0], p.packet[1] & 0x7F | bit)) + p.packet[2:]) for p in whole]
        assert len(put_together(packets)) == (30 if bit else 29)  # the last one, unmarked, may lack its end


def test_parameter_sets_that_came_once_stand_before_every_keyframe() -> None:
    frames = [frame if n == 0 else nal.stream(shown(frame)) for n, frame in enumerate(h264(4))]
    made = put_together(camera(Sender(JUDGE, "video", 5, video="h264"), frames))
    assert [one.size for n, one in enumerate(made) if n in (0, 30)] == [(160, 120)] * 2
    assert [nal.kind(unit) for unit in units(made[30].data)[:2]] == [nal.SPS, nal.PPS]


@given(st.lists(st.binary(max_size=40), max_size=12))
def test_nonsense_in_packets_never_raises(payloads: list[bytes]) -> None:
    sender = Sender(JUDGE, "video", 5, video="h264")
    put_together(sender.packet(START + n, payload, marker=bool(n & 1)) for n, payload in enumerate(payloads))


@given(st.binary(max_size=300))
def test_a_damaged_parameter_set_never_raises(damaged: bytes) -> None:
    nal.size(b"\x67" + damaged)
    nal.sizes(damaged)


def a_hearing(folder: Path, *pictures: Iterable[Received]) -> Finished:
    judge = said(JUDGE, opus(beeps(12, [1, 8])))
    suspect = said(SUSPECT, opus(beeps(12, [3, 10])), delay_ns=90_000_000, skew_ppm=100)
    tape_session(folder / "tapes", 12, judge, suspect, *pictures)
    chapters = [Chapter(START, "Ашылу"), Chapter(START + 6 * SECOND, "Клятва")]
    return finalise(folder / "tapes", KEY, folder / "hearing.webm", TITLES, chapters, mix_title="Барлығы")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return a_hearing(tmp_path_factory.mktemp("hearing"), filming())


def test_a_hearing_in_h264_becomes_one_mp4_with_titled_opus_tracks_and_chapters(made: Finished) -> None:
    (path,) = made.files
    assert path.name == "hearing.mp4"
    assert (made.size, made.starts_ns) == ((160, 120), (0,))
    with av.open(str(path)) as container:
        assert "mp4" in container.format.name
        assert [s.codec_context.name for s in container.streams.video] == ["h264"]
        assert {s.codec_context.name for s in container.streams.audio} == {"opus"}
        titles = [s.metadata.get("handler_name") for s in container.streams.audio]
        defaults = [bool(s.disposition & av.stream.Disposition.default) for s in container.streams.audio]
        assert titles == ["Барлығы", "Судья", "Подозреваемый"]
        assert defaults == [True, False, False]
        assert container.duration is not None
        assert abs(container.duration / 1e6 - 12) < 0.1
        assert [c["metadata"]["title"] for c in container.chapters()] == ["Ашылу", "Клятва"]
    assert b"moov" in path.read_bytes()[:64], "the index stands at the front"


def test_the_cameras_h264_is_copied_and_decodes_whole(made: Finished) -> None:
    with av.open(str(made.files[0])) as container:
        copied = [bytes(p) for p in container.demux(container.streams.video[0]) if p.size]
    with av.open(str(made.files[0])) as container:
        frames = list(container.decode(video=0))
    taken = [[one for one in _counted(frame) if nal.is_picture(one)] for frame in copied]
    assert taken == [shown(frame) for frame in h264(12)]
    assert len(frames) == 180


def _counted(sample: bytes) -> Iterator[bytes]:
    """The units of a sample in MP4: each behind its length."""
    at = 0
    while at < len(sample):
        length = int.from_bytes(sample[at : at + 4], "big")
        yield sample[at + 4 : at + 4 + length]
        at += 4 + length


def test_in_mp4_too_what_was_said_and_shown_stands_where_it_was(made: Finished) -> None:
    path = made.files[0]
    assert onsets(decoded(path, 1)) == pytest.approx([1.02, 8.02], abs=0.03)
    assert onsets(decoded(path, 2)) == pytest.approx([3.09, 10.09], abs=0.03)
    assert onsets(decoded(path, 0)) == pytest.approx([1.02, 3.09, 8.02, 10.09], abs=0.04)
    with av.open(str(path)) as container:
        container.seek(7_000_000)
        frame = next(container.decode(video=0))
        assert frame.time is not None
        assert 5.9 <= frame.time <= 7.05


def test_every_voice_stands_alone_out_of_an_mp4_too(made: Finished, tmp_path: Path) -> None:
    paths = split(made.files, (0.0,), tmp_path)
    assert [onsets(decoded(path, 0)) for path in paths] == [
        pytest.approx([1.02, 8.02], abs=0.03),
        pytest.approx([3.09, 10.09], abs=0.03),
    ]


def test_another_size_begins_another_file_and_no_sound_is_lost_between_them(tmp_path: Path) -> None:
    small, large = filming(seconds=5), filming((320, 240), 7, since=5, ssrc=6)
    made = a_hearing(tmp_path, small, large)
    assert [path.name for path in made.files] == ["hearing-1.mp4", "hearing-2.mp4"]
    second = made.starts_ns[1] / 1e9
    assert second == pytest.approx(5.0, abs=0.1)
    with av.open(str(made.files[0])) as one, av.open(str(made.files[1])) as two:
        assert [(s.width, s.height) for s in (one.streams.video[0], two.streams.video[0])] == [(160, 120), (320, 240)]
        assert one.duration is not None
        assert two.duration is not None
        assert (one.duration + two.duration) / 1e6 == pytest.approx(12, abs=0.1)
        assert [c["metadata"]["title"] for c in two.chapters()] == ["Ашылу", "Клятва"]
        assert len(list(one.decode(video=0))) + len(list(two.decode(video=0))) == 75 + 105
    assert onsets(decoded(made.files[0], 0)) == pytest.approx([1.02, 3.09], abs=0.04)
    assert onsets(decoded(made.files[1], 0)) == pytest.approx([8.02 - second, 10.09 - second], abs=0.04)
    assert made.figures.picture is not None
    assert made.figures.picture.pictures == 180
    assert len(made.figures.tracks) == 2


def test_voices_and_the_office_copy_run_through_all_files_of_a_recording(tmp_path: Path) -> None:
    made = a_hearing(tmp_path, filming(seconds=5), filming((320, 240), 7, since=5, ssrc=6))
    (tmp_path / "voices").mkdir()
    one, two = split(made.files, [start / 1e9 for start in made.starts_ns], tmp_path / "voices")
    assert onsets(decoded(one, 0)) == pytest.approx([1.02, 8.02], abs=0.04)
    assert onsets(decoded(two, 0)) == pytest.approx([3.09, 10.09], abs=0.04)
    said: list[float] = []
    render(made.files, tmp_path / "copy.mp4", said.append)
    assert onsets(decoded(tmp_path / "copy.mp4", 0)) == pytest.approx([1.02, 3.09, 8.02, 10.09], abs=0.06)
    with av.open(str(tmp_path / "copy.mp4")) as container:
        assert container.duration is not None
        assert container.duration / 1e6 == pytest.approx(12, abs=0.2)
        assert len(list(container.decode(video=0))) == 180
    assert said == sorted(said)
    assert said[-1] == 1.0


def test_another_codec_begins_another_file(tmp_path: Path) -> None:
    browser = film(Sender(JUDGE, "video", 7), vp8(6))
    made = a_hearing(tmp_path, browser, filming(seconds=6, since=6))
    assert [path.suffix for path in made.files] == [".webm", ".mp4"]
    for path, codec in zip(made.files, ("vp8", "h264"), strict=True):
        with av.open(str(path)) as container:
            assert container.streams.video[0].codec_context.name == codec
            assert len(list(container.decode(video=0))) == 90


def test_a_clip_is_cut_with_the_pictures_of_its_codec(tmp_path: Path) -> None:
    a_hearing(tmp_path, filming())
    made = clip(tmp_path / "tapes", KEY, SUSPECT, START + 5 * SECOND, START + 9 * SECOND, tmp_path / "oath.mp4")
    with av.open(str(made.file)) as container:
        frames = list(container.decode(video=0))
    assert made.start_ns == pytest.approx(START + 4 * SECOND, abs=SECOND // 5)
    assert len(frames) == pytest.approx(75, abs=3)


def test_the_newest_part_of_an_h264_tape_is_decoded_and_looked_at(tmp_path: Path) -> None:
    packets = arriving(filming(seconds=4))
    tape_it(tmp_path, packets, [(START, FLOOR), (START + 4 * SECOND, NOBODY)])
    reader = Reader(tmp_path, KEY)
    assert reader.read_back(reader.finished(), Live().snapshot()) == []
