"""Evidence bundles in a stranger's hands: fetched, damaged in every way we can think of, checked by standard tools."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import bagit
from aiohttp import web
from aiohttp.test_utils import TestServer

from hearing.participants import HearingId
from hearing.registry import bag
from hearing.registry.bundles import Stamp
from hearing.registry.seal import Seals
from tests.web.house import Browser
from web import bundling
from web.bundle_check import check_bundle


async def take_bundle(browser: Browser, held: HearingId, to: Path) -> Path:
    async with browser.client.get(f"/file/{held}/bundle.zip") as answer:
        assert answer.status == 200
        (to / "bundle.zip").write_bytes(await answer.read())
    async with browser.client.get("/seal.crt") as answer:
        (to / "seal.crt").write_bytes(await answer.read())
    with zipfile.ZipFile(to / "bundle.zip") as file:
        file.extractall(to)
    return next(to / name for name in os.listdir(to) if name.startswith("h-"))


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def faults(folder: Path) -> list[str]:
    return list(check_bundle(folder, folder.parent / "seal.crt").faults)


def tool(folder: Path, *command: str) -> int:
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


CMS = (
    "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", bag.SEAL, "-content", bag.TAGMANIFEST,
    "-certfile", "../seal.crt", "-CAfile", "../seal.crt", "-purpose", "any", "-out", "/dev/null",
)  # fmt: skip
TS = ("openssl", "ts", "-verify", "-data", bag.SEAL, "-in", bag.TIMESTAMP, "-CAfile", "../authority.crt")
BAGIT = (sys.executable, str(bagit.__file__), "--validate", ".")
TAGS = tuple(("sha256sum", "--check", "--strict", "--quiet", name) for name in (bag.TAGMANIFEST, bag.MANIFEST))
TOOLS = (*TAGS, CMS, BAGIT)


def flip(path: Path, place: int = -1) -> None:
    content = bytearray(path.read_bytes())
    content[place if place >= 0 else len(content) // 2] ^= 1
    path.write_bytes(content)


def _rewrite(folder: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """Change a tag file and make the tag manifest fit, as a forger without the seal's key could."""
    path = folder / name
    before = path.read_bytes()
    path.write_bytes(change(before))
    listed = (folder / bag.TAGMANIFEST).read_text()
    old, new = (hashlib.sha256(content).hexdigest() for content in (before, path.read_bytes()))
    (folder / bag.TAGMANIFEST).write_text(listed.replace(old, new))


def _missing_file(folder: Path) -> None:
    next((folder / "data" / "oath").iterdir()).unlink()


def _extra_file(folder: Path) -> None:
    (folder / "data" / "extra.pdf").write_bytes(b"%PDF")


def _extra_tag_file(folder: Path) -> None:
    (folder / "readme.txt").write_text("trust me")


def _altered_payload(folder: Path) -> None:
    flip(next((folder / "data" / "recording").iterdir()))


def _altered_tag_file(folder: Path) -> None:
    flip(folder / bag.INFO)


def _altered_manifest(folder: Path) -> None:
    _altered_payload(folder)
    path = next((folder / "data" / "recording").iterdir())
    listed = (folder / bag.MANIFEST).read_text().splitlines(True)
    right = f"{hashlib.sha256(path.read_bytes()).hexdigest()}  data/recording/{path.name}\n"
    changed = "".join(right if f"data/recording/{path.name}" in line else line for line in listed)
    _rewrite(folder, bag.MANIFEST, lambda _: changed.encode())


def _wrong_encoding(folder: Path) -> None:
    _rewrite(folder, bag.BAGIT, lambda content: content.replace(b"UTF-8", b"UTF-16"))


def _not_utf_8(folder: Path) -> None:
    _rewrite(folder, bag.INFO, lambda content: content + b"Note: \xff\n")


def _path_outside(folder: Path) -> None:
    (folder.parent / "outside").write_bytes(b"x")
    line = f"{hashlib.sha256(b'x').hexdigest()}  data/../../outside\n"
    _rewrite(folder, bag.MANIFEST, lambda content: content + line.encode())


def _link_outside(folder: Path) -> None:
    path = next((folder / "data" / "recording").iterdir())
    shutil.move(path, folder.parent / "elsewhere")
    path.symlink_to(folder.parent / "elsewhere")


def _foreign_seal(folder: Path) -> None:
    other = Seals.open(folder.parent / "other court")
    (folder / bag.SEAL).write_bytes(other.sign((folder / bag.TAGMANIFEST).read_bytes()))


def _no_seal(folder: Path) -> None:
    (folder / bag.SEAL).unlink()


DAMAGES = (
    _missing_file, _extra_file, _extra_tag_file, _altered_payload, _altered_tag_file, _altered_manifest,
    _wrong_encoding, _not_utf_8, _path_outside, _link_outside, _foreign_seal, _no_seal,
)  # fmt: skip


def accepted(taken: Path) -> list[str]:
    """Which of the damages ``tyndau verify`` does not refuse; each is done to a copy."""
    missed = []
    for damage in DAMAGES:
        copy = taken.parent / damage.__name__ / taken.name
        shutil.copytree(taken, copy)
        shutil.copy(taken.parent / "seal.crt", copy.parent)
        damage(copy)
        if not faults(copy):
            missed.append(damage.__name__)
    return missed


def flips(taken: Path, tries: int, tools: Sequence[Sequence[str]]) -> tuple[list[str], list[str]]:
    """Change a byte of each file in turn, and back: where ``tyndau verify`` misses it, and where these tools do.

    The timestamp's own file is left alone.
    """
    files = [path for path in files_of(taken) if path.name != bag.TIMESTAMP]
    dice = random.Random(5)
    missed, missed_by_tools = [], []
    for number in range(tries):
        path = files[number % len(files)]
        whole = path.read_bytes()
        place = dice.randrange(len(whole))
        flip(path, place)
        where = f"{path.name} byte {place}"
        if not faults(taken):
            missed.append(where)
        if not any(tool(taken, *command) for command in tools):
            missed_by_tools.append(where)
        path.write_bytes(whole)
    return missed, missed_by_tools


@asynccontextmanager
async def stamping(base: Path) -> AsyncIterator[Stamp]:
    """A timestamp authority of our own, as OpenSSL makes one."""
    folder = base / "authority"
    folder.mkdir()
    (folder / "ts.cnf").write_text(
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\nsigner_digest=sha256\ndefault_policy=1.2.3.4\n"
        "digests=sha256\naccuracy=secs:1\nordering=no\ntsa_name=no\ness_cert_id_chain=no\ness_cert_id_alg=sha256\n"
    )
    (folder / "serial").write_text("01\n")
    make = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", "key", "-out", "crt")
    more = ("-subj", "/CN=test authority", "-addext", "extendedKeyUsage=critical,timeStamping")
    assert tool(folder, *make, *more) == 0
    shutil.copy(folder / "crt", base / "authority.crt")

    async def answer(request: web.Request) -> web.Response:
        (folder / "request").write_bytes(await request.read())
        command = ("openssl", "ts", "-reply", "-config", "ts.cnf", "-queryfile", "request", "-signer", "crt")
        assert tool(folder, *command, "-inkey", "key", "-out", "reply") == 0
        return web.Response(body=(folder / "reply").read_bytes(), content_type="application/timestamp-reply")

    app = web.Application()
    app.router.add_post("/", answer)
    async with TestServer(app) as server:
        yield bundling.authority(str(server.make_url("/")))
