"""The shelf's contract, held by a folder and by a bucket of an S3 server over real HTTP."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hearing.participants import CaseId, HearingId
from hearing.registry import vault
from hearing.registry.errors import Damaged, NotFound, VaultSilent
from hearing.registry.keys import CaseKey
from hearing.registry.office import Office
from hearing.registry.shelf import Shelf, s3_store
from tests.hearing.registry.people import NOW
from tests.hearing.registry.test_documents import a_hearing
from tests.web.delivery.s3 import ACCESS, REGION, SECRET, objects, s3_server

KEY = CaseKey(CaseId("c-1"), b"k" * 32)
NAME = "h-1/d-1.sealed"
LONG = os.urandom(6 * 1024 * 1024 + 77)
"""More than one part of a multipart upload."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server("tyndau") as address:
        yield address


@pytest.fixture(params=["disk", "bucket"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "disk":
        return Shelf.on_disk(tmp_path / "vault")
    address = request.getfixturevalue("server")
    return Shelf.in_bucket(s3_store("tyndau", address, REGION, ACCESS, SECRET, f"{tmp_path.name}/"))


def _in_pieces(content: bytes) -> Iterator[bytes]:
    for at in range(0, len(content), 100_000):
        yield content[at : at + 100_000]


@pytest.mark.parametrize("content", [b"", b"short", LONG], ids=["empty", "short", "long"])
def test_what_was_laid_down_is_there_with_its_size_and_hash(shelf: Shelf, content: bytes) -> None:
    shelf.put(NAME, _in_pieces(content))
    assert shelf.size(NAME) == len(content)
    assert shelf.sha256(NAME) == hashlib.sha256(content).hexdigest()
    assert list(shelf.names("h-1")) == ["d-1.sealed"]


def test_a_window_is_read_without_the_rest(shelf: Shelf) -> None:
    shelf.put(NAME, _in_pieces(LONG))
    assert shelf.read(NAME, 5_000_000, 5_000_010) == LONG[5_000_000:5_000_010]


def test_what_is_not_there_is_none_and_deleting_it_changes_nothing(shelf: Shelf) -> None:
    assert (shelf.size(NAME), shelf.sha256(NAME), list(shelf.names("h-1"))) == (None, None, [])
    shelf.put(NAME, [b"x"])
    shelf.delete(NAME)
    shelf.delete(NAME)
    assert shelf.size(NAME) is None


def test_a_broken_writing_leaves_nothing_under_the_name(shelf: Shelf) -> None:
    def breaks() -> Iterator[bytes]:
        yield LONG
        raise RuntimeError("the source broke off")

    with pytest.raises(Exception, match="broke off"):
        shelf.put(NAME, breaks())
    assert shelf.size(NAME) is None


def test_a_sealed_document_opens_from_the_middle_and_not_when_a_bit_differs(shelf: Shelf) -> None:
    kept = vault.write(shelf, NAME, KEY, "d-1", _in_pieces(LONG))
    assert (kept.size, kept.sealed_sha256) == (len(LONG), shelf.sha256(NAME))
    window = b"".join(vault.read(shelf, NAME, KEY, "d-1", kept.size, 3_000_000, 4_500_000))
    assert window == LONG[3_000_000:4_500_000]
    sealed = bytearray(shelf.read(NAME, 0, shelf.size(NAME) or 0))
    assert LONG[:64] not in sealed
    sealed[-1] ^= 1
    shelf.put(NAME, [bytes(sealed)])
    with pytest.raises(Damaged):
        list(vault.read(shelf, NAME, KEY, "d-1", kept.size))
    with pytest.raises(NotFound):
        list(vault.read(shelf, "h-1/other.sealed", KEY, "d-1", kept.size))


def test_a_file_on_the_disk_is_its_owners_alone(tmp_path: Path) -> None:
    Shelf.on_disk(tmp_path).put(NAME, [b"x"])
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


def test_a_store_that_is_not_there_is_silent_and_nothing_else() -> None:
    shelf = Shelf.in_bucket(s3_store("nobody", "http://127.0.0.1:9", REGION, ACCESS, SECRET))
    with pytest.raises(VaultSilent):
        shelf.size(NAME)


async def test_an_office_keeps_its_documents_in_a_bucket_and_the_bucket_sees_no_word(
    server: str, tmp_path: Path
) -> None:
    shelf = Shelf.in_bucket(s3_store("tyndau", server, REGION, ACCESS, SECRET, f"{tmp_path.name}/"))
    async with await Office.open(tmp_path / "data", shelf=shelf) as office:
        hearing = HearingId("h-1")
        await a_hearing(office, hearing)
        kept = await office.docket.documents.put(
            hearing, "ruling", "r.pdf", b"secret words", "application/pdf", NOW, "p"
        )
        assert await office.docket.documents.read(kept.id) == b"secret words"
    found = {name: content for name, content in objects(server, "tyndau").items() if name.startswith(tmp_path.name)}
    assert list(found) == [f"{tmp_path.name}/h-1/{kept.id}.sealed"]
    assert b"secret" not in b"".join(found.values())
