"""Every way of delivery, against a real receiver: a parcel arrives whole, once, and what is wrong is told by a code."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.web.delivery.receivers import receiving
from tests.web.delivery.s3 import ACCESS, REGION, SECRET, objects, s3_server
from web.delivery.bucket import Bucket
from web.delivery.folder import OUTGOING, Folder
from web.delivery.parcel import NotDelivered, Parcel
from web.delivery.webhook import Webhook

FILM = os.urandom(300_000)
NOW = 1_790_000_000.0
KEY = b"thirty-two characters of a secret"


async def _film() -> AsyncIterator[bytes]:
    for at in range(0, len(FILM), 65_536):
        yield FILM[at : at + 65_536]


def a_parcel() -> Parcel:
    label = json.dumps({"court_number": "7585-24-00-2а/101", "document": "d-1"}, ensure_ascii=False).encode()
    digest = hashlib.sha256(FILM).hexdigest()
    return Parcel("torelik-d-1", "h-1-recording-1.webm", "video/webm", digest, len(FILM), label, _film)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _checked(folder: Path) -> int:
    command = ("sha256sum", "--check", "--strict", "sha256.txt")
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


# --- folder --------------------------------------------------------------------------------------------------------


async def test_a_parcel_lies_in_the_folder_with_a_digest_that_sha256sum_checks(tmp_path: Path) -> None:
    await Folder(tmp_path).deliver(a_parcel(), NOW)
    taken = tmp_path / "h-1-recording-1"
    assert _names(taken) == ["h-1-recording-1.webm", "label.json", "sha256.txt"]
    assert (taken / "h-1-recording-1.webm").read_bytes() == FILM
    assert json.loads((taken / "label.json").read_text("utf-8"))["court_number"] == "7585-24-00-2а/101"
    assert _checked(taken) == 0


async def test_a_parcel_that_the_receiver_took_away_is_not_laid_down_again(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    await folder.deliver(a_parcel(), NOW)
    (tmp_path / "h-1-recording-1").rename(tmp_path / "taken")
    await folder.deliver(a_parcel(), NOW)
    assert _names(tmp_path) == [OUTGOING, "taken"]


async def test_a_half_written_parcel_is_never_seen_and_is_begun_anew(tmp_path: Path) -> None:
    staged = tmp_path / OUTGOING / "torelik-d-1"
    staged.mkdir(parents=True)
    (staged / "h-1-recording-1.webm").write_bytes(FILM[:999])
    await Folder(tmp_path).deliver(a_parcel(), NOW)
    assert (tmp_path / "h-1-recording-1" / "h-1-recording-1.webm").read_bytes() == FILM


async def test_a_parcel_that_was_ready_before_a_crash_is_only_handed_over(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    await folder.deliver(a_parcel(), NOW)
    (tmp_path / "h-1-recording-1").rename(tmp_path / OUTGOING / "torelik-d-1")

    def never() -> AsyncIterator[bytes]:
        raise AssertionError("it was read again")

    await folder.deliver(replace(a_parcel(), content=never), NOW)
    assert (tmp_path / "h-1-recording-1" / "sha256.txt").exists()


async def test_a_share_that_is_not_mounted_is_not_filled(tmp_path: Path) -> None:
    with pytest.raises(NotDelivered, match="folder_missing"):
        await Folder(tmp_path / "share").deliver(a_parcel(), NOW)
    assert _names(tmp_path) == []


# --- webhook -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hmac", "ed25519"])
async def test_a_receiver_checks_the_signature_with_nothing_but_the_standard(kind: str) -> None:
    own = Ed25519PrivateKey.generate()
    secret, known = (KEY, KEY) if kind == "hmac" else (own, own.public_key())
    async with receiving(known) as receiver:
        await Webhook(receiver.url, "court-1", secret).deliver(a_parcel(), NOW)
        assert receiver.taken == {'"torelik-d-1"': FILM}
        assert receiver.labels == [{"court_number": "7585-24-00-2а/101", "document": "d-1"}]


async def test_another_key_is_refused_and_not_tried_for_ever() -> None:
    async with receiving(b"another secret of the same length") as receiver:
        with pytest.raises(NotDelivered, match="http_401") as refused:
            await Webhook(receiver.url, "court-1", KEY).deliver(a_parcel(), NOW)
        assert refused.value.final
        assert receiver.taken == {}


async def test_a_repeated_parcel_bears_the_same_key_and_counts_once() -> None:
    async with receiving(KEY) as receiver:
        way = Webhook(receiver.url, "court-1", KEY)
        await way.deliver(a_parcel(), NOW)
        await way.deliver(a_parcel(), NOW + 60)
        assert receiver.requests == ['"torelik-d-1"', '"torelik-d-1"']
        assert (len(receiver.taken), receiver.refused) == (1, [])


@pytest.mark.parametrize(("status", "final"), [(429, False), (503, False), (307, True), (404, True), (422, True)])
async def test_what_the_receiver_answers_decides_whether_waiting_helps(status: int, final: bool) -> None:
    async with receiving(KEY) as receiver:
        receiver.statuses = [status]
        with pytest.raises(NotDelivered, match=f"http_{status}") as told:
            await Webhook(receiver.url, "court-1", KEY).deliver(a_parcel(), NOW)
        assert told.value.final is final


async def test_a_receiver_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(NotDelivered, match="unreachable"):
        await Webhook("http://127.0.0.1:9/documents", "court-1", KEY).deliver(a_parcel(), NOW)


def test_a_secret_does_not_show_when_a_way_is_printed() -> None:
    assert "thirty-two" not in repr(Webhook("http://x", "court-1", KEY))
    assert "hunter2" not in repr(Bucket("b", "http://x", REGION, "a", "hunter2"))


# --- bucket --------------------------------------------------------------------------------------------------------


async def test_a_bucket_gets_the_document_and_then_its_label(tmp_path: Path) -> None:
    with s3_server("rulings") as address:
        way = Bucket("rulings", address, REGION, ACCESS, SECRET, "court-1/")
        await way.deliver(a_parcel(), NOW)
        found = objects(address, "rulings")
        assert found == {
            "court-1/h-1-recording-1.webm": FILM,
            "court-1/h-1-recording-1.webm.json": a_parcel().label,
        }

        def never() -> AsyncIterator[bytes]:
            raise AssertionError("it was sent again")

        await way.deliver(replace(a_parcel(), content=never), NOW)


async def test_a_bucket_that_is_not_there_takes_nothing() -> None:
    with s3_server("rulings") as address, pytest.raises(NotDelivered):
        await Bucket("others", address, REGION, ACCESS, SECRET).deliver(a_parcel(), NOW)
