"""Choosing a backend, and what is particular to the native one. What both must do is tested beside this, over both."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from media.packets import Received
from media.relay.feed import Feed
from media.relay.forwarder import Forwarder, NoNativeForwarder, choose
from media.relay.native import library
from media.relay.native.library import NotBuilt
from media.wire import rtcp, rtp
from media.wire.door import Door
from tests.media.relay.conftest import SUSPECT
from tests.media.visitor import Visitor

needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


def _copy(folder: Path, line: str) -> Path:
    """The C source with one more line."""
    copy = folder / "native"
    shutil.copytree(library.FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    with (copy / "forward.c").open("a") as source:
        source.write(line + "\n")
    return copy


def test_the_python_forwarder_is_always_there() -> None:
    assert choose("python").name == "python"


def test_a_forwarder_says_which_one_it_is(forwarder: Forwarder) -> None:
    assert choose("auto").name in ("native", "python")
    assert forwarder.name in ("native", "python")


def test_a_library_that_is_not_there_is_not_loaded(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt):
        library.load(tmp_path / "libforward.so")


def test_without_a_compiler_nothing_is_built(tmp_path: Path) -> None:
    with pytest.raises(NotBuilt, match="no C compiler"):
        library.build(tmp_path / "libforward.so", path=str(tmp_path))


@needs_compiler
def test_a_source_with_a_warning_is_not_built(tmp_path: Path) -> None:
    copy = _copy(tmp_path, "static int idle(void) { return 1; }")
    with pytest.raises(NotBuilt, match="refuses"):
        library.build(tmp_path / "libforward.so", source=copy)


@needs_compiler
def test_a_library_of_another_source_is_not_loaded(tmp_path: Path) -> None:
    other = tmp_path / "other.so"
    library.build(other, source=_copy(tmp_path, "/* another */"))
    with pytest.raises(NotBuilt, match="another version"):
        library.load(other)


async def test_every_packet_that_went_out_is_counted(judge: Visitor, suspect: Visitor) -> None:
    for number in range(20):
        suspect.speak(number)
    heard = judge.heard_ssrcs()[0]
    await judge.until(lambda: len(judge.of(heard)) == 20)
    assert judge.courtroom.packets_to(judge.who) == 20
    assert judge.payloads(heard) == [b"opus"] * 20


async def test_packets_of_all_sizes_that_leave_together_arrive_whole_and_in_order(
    judge: Visitor, suspect: Visitor
) -> None:
    sizes = [*([900] * 6), 40, *([1100] * 4), 1101, *([7] * 5)]
    suspect.show(0, key=True)
    picture = judge.heard_ssrcs()[1]
    await judge.until(lambda: len(judge.of(picture)) == 1)
    for number, size in enumerate(sizes, 1):
        suspect.show(number, payload=bytes((number,)) * size)
    await judge.until(lambda: len(judge.of(picture)) == 1 + len(sizes))
    assert [len(payload) - 2 for payload in judge.payloads(picture)[1:]] == sizes
    assert [payload[-1] for payload in judge.payloads(picture)[1:]] == list(range(1, 1 + len(sizes)))
    numbers = [packet.sequence for packet in judge.of(picture)]
    assert all((later - former) & 0xFFFF == 1 for former, later in pairwise(numbers))


async def test_a_picture_that_never_ends_is_not_waited_for(judge: Visitor, suspect: Visitor) -> None:
    suspect.show(0, key=True)
    picture = judge.heard_ssrcs()[1]
    await judge.until(lambda: len(judge.of(picture)) == 1)
    for number in range(1, 4):
        suspect.show(number, payload=bytes((number,)), whole=False)
        await judge.until(lambda number=number: len(judge.of(picture)) == 1 + number)  # type: ignore[misc]
    assert not any(packet.marker for packet in judge.of(picture)[1:])


async def test_what_passed_by_itself_can_be_asked_for_again_and_is_heard(judge: Visitor, suspect: Visitor) -> None:
    heard: list[Received] = []
    judge.courtroom.listen(heard.append)
    suspect.show(0, key=True)
    for number in range(1, 20):
        suspect.show(number, payload=bytes((number,)))
    picture, repair = judge.heard_ssrcs()[1], judge.answer.split("a=ssrc-group:FID ")[1].split()[1]
    await judge.until(lambda: len(judge.of(picture)) == 20)
    tenth = judge.of(picture)[10]
    judge.send_report(rtcp.nack(judge.video, picture, [tenth.sequence]))
    await judge.until(lambda: len(judge.of(int(repair))) == 1)
    assert judge.payloads(int(repair))[0] == tenth.sequence.to_bytes(2, "big") + judge.payloads(picture)[10]
    assert [rtp.parse(one.packet).sequence for one in heard] == list(range(20))  # type: ignore[union-attr]


@needs_compiler
def test_an_address_is_read_as_the_socket_module_reads_it() -> None:
    library.build()
    from media.relay.native.intake import address_of
    from media.relay.native.peer import FFI, LIB

    way = FFI.new("tyndau_way *")
    for host in ("192.0.2.7", "2001:db8::7"):
        assert LIB.tyndau_aim(way, 3, host.encode(), 40_000)
        assert address_of(bytes(FFI.buffer(way.address)[: way.address_length])) == (host, 40_000)


async def test_a_closed_door_sends_nothing_more(door: Door, judge: Visitor, suspect: Visitor) -> None:
    suspect.speak(1)
    heard = judge.heard_ssrcs()[0]
    await judge.until(lambda: len(judge.of(heard)) == 1)
    await door.close()
    source = judge.courtroom._seating.sources[SUSPECT, "audio"]
    feed = source.layers[""].listeners[0]
    assert isinstance(feed, Feed)
    assert feed.peer._line.target is None


def test_only_a_backend_asked_for_by_name_must_run() -> None:
    nowhere = "media.relay.native.nowhere"
    assert choose("auto", native_module=nowhere).name == "python"
    with pytest.raises(NoNativeForwarder):
        choose("native", native_module=nowhere)
