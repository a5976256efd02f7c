"""Choosing a backend, and what is particular to the native one. What both must do is tested beside this, over both."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from media.relay.feed import Feed
from media.relay.forwarder import Forwarder, NoNativeForwarder, choose
from media.relay.native import library
from media.relay.native.library import NotBuilt
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
