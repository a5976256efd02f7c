"""Papers and files: versions, sealed content, reading from the middle, and noticing a changed bit."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hearing.evolve import fold
from hearing.participants import CaseId, HearingId
from hearing.registry import vault
from hearing.registry.errors import Damaged, Destroyed, NotFound
from hearing.registry.keys import CaseKey
from hearing.registry.office import Office
from hearing.registry.shelf import Shelf
from tests.hearing.registry.lying import lying
from tests.hearing.registry.people import NOW, a_listing

H = HearingId("h-1")
KEY = CaseKey(CaseId("c-1"), b"k" * 32)


async def a_hearing(office: Office, name: HearingId = H) -> CaseId:
    number = f"7585-24-00-2/{int.from_bytes(name.encode(), 'big')}"
    case = await office.docket.cases.create(number, NOW, "a-1")
    await office.docket.hearings.note(name, fold([(a_listing(case.id), NOW)]), 1)
    return case.id


async def test_each_kind_counts_its_own_versions(office: Office) -> None:
    await a_hearing(office)
    documents = office.docket.documents
    first = await documents.put(H, "minutes", "Хаттама.docx", b"one", "application/docx", NOW, "p-1")
    second = await documents.put(H, "minutes", "Хаттама.docx", b"two", "application/docx", NOW + 1, "p-1")
    other = await documents.put(H, "ruling", "Қаулы.pdf", b"", "application/pdf", NOW + 2, "p-2")
    assert (first.version, second.version, other.version) == (1, 2, 1)
    assert first.sha256 == hashlib.sha256(b"one").hexdigest()
    assert await documents.latest(H, "minutes") == second
    assert await documents.latest(H, "transcript") is None
    assert await documents.of(H) == [first, second, other]
    assert [await documents.read(one.id) for one in (first, second, other)] == [b"one", b"two", b""]


async def test_two_writers_never_get_the_same_version(office: Office) -> None:
    await a_hearing(office)
    put = office.docket.documents.put
    kept = await asyncio.gather(*(put(H, "minutes", "m", b"%d" % n, "text/plain", NOW, "p") for n in range(6)))
    assert sorted(one.version for one in kept) == [1, 2, 3, 4, 5, 6]


async def test_a_document_of_no_known_hearing_is_not_kept(office: Office) -> None:
    with pytest.raises(NotFound):
        await office.docket.documents.put(H, "minutes", "m", b"", "text/plain", NOW, "p-1")
    with pytest.raises(NotFound):
        await office.docket.documents.get("d-none")


async def test_a_long_file_is_read_from_the_middle(office: Office, tmp_path: Path) -> None:
    await a_hearing(office)
    content = bytes(range(256)) * 1024
    source = tmp_path / "recording.webm"
    await asyncio.to_thread(source.write_bytes, content)
    kept = await office.docket.documents.put_file(H, "recording", "r", source, "video/webm", NOW, "system")
    assert kept.size == len(content)
    for start, end in ((65_530, 65_550), (len(content) - 5, len(content) + 95)):
        pieces = [piece async for piece in office.docket.documents.stream(kept.id, start, end)]
        assert b"".join(pieces) == content[start:end]
    assert await office.docket.documents.read(kept.id) == content


async def test_a_destroyed_case_leaves_documents_that_nobody_can_open(office: Office) -> None:
    case = await a_hearing(office)
    kept = await office.docket.documents.put(H, "ruling", "Қаулы Айбек.pdf", b"secret", "application/pdf", NOW, "p-1")
    path = lying(office, kept)
    sealed = await asyncio.to_thread(path.read_bytes)
    assert b"secret" not in sealed
    await office.docket.cases.destroy(case, NOW)
    assert (await office.docket.documents.get(kept.id)).name == ""
    with pytest.raises(Destroyed):
        await office.docket.documents.read(kept.id)


@settings(max_examples=40, deadline=None)
@given(
    size=st.integers(0, 3 * vault.PIECE_BYTES + 1),
    cuts=st.lists(st.integers(1, 100_000), max_size=4),
    window=st.tuples(st.integers(0, 4 * vault.PIECE_BYTES), st.integers(0, 4 * vault.PIECE_BYTES)),
)
def test_any_window_of_any_content_comes_back(
    tmp_path_factory: pytest.TempPathFactory, size: int, cuts: list[int], window: tuple[int, int]
) -> None:
    shelf = Shelf.on_disk(tmp_path_factory.mktemp("vault"))
    content = hashlib.shake_128(b"content").digest(size)
    pieces, start = [], 0
    for cut in cuts:
        pieces.append(content[start : start + cut])
        start += cut
    kept = vault.write(shelf, "h/d.sealed", KEY, "d-1", [*pieces, content[start:]])
    assert (kept.sha256, kept.size) == (hashlib.sha256(content).hexdigest(), size)
    assert kept.sealed_sha256 == shelf.sha256("h/d.sealed")
    first, last = sorted(window)
    assert b"".join(vault.read(shelf, "h/d.sealed", KEY, "d-1", size, first, last)) == content[first:last]


@pytest.mark.parametrize("place", [0, 9, 20, 70_000, -1])
def test_a_flipped_bit_does_not_open(tmp_path: Path, place: int) -> None:
    shelf, path = Shelf.on_disk(tmp_path), tmp_path / "h" / "d.sealed"
    kept = vault.write(shelf, "h/d.sealed", KEY, "d-1", [b"x" * 100_000])
    sealed = bytearray(path.read_bytes())
    sealed[place] ^= 1
    path.write_bytes(bytes(sealed))
    with pytest.raises(Damaged):
        b"".join(vault.read(shelf, "h/d.sealed", KEY, "d-1", kept.size))


def test_a_shortened_or_foreign_file_does_not_open(tmp_path: Path) -> None:
    shelf, path = Shelf.on_disk(tmp_path), tmp_path / "h" / "d.sealed"
    kept = vault.write(shelf, "h/d.sealed", KEY, "d-1", [b"x" * 100_000])
    with pytest.raises(Damaged):
        list(vault.read(shelf, "h/d.sealed", KEY, "d-2", kept.size))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(Damaged):
        list(vault.read(shelf, "h/d.sealed", KEY, "d-1", kept.size))
    path.unlink()
    with pytest.raises(NotFound):
        list(vault.read(shelf, "h/d.sealed", KEY, "d-1", kept.size))
