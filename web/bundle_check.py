"""``tyndau verify BUNDLE``: a bundle that somebody brings, held against the certificate of the court that sealed it."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from hearing.facts import HearingListed
from hearing.participants import HearingId
from hearing.registry import bag, bundles
from hearing.registry.bag import Checked
from hearing.registry.errors import Damaged
from hearing.registry.office import Office as Registry


def check_bundle(path: Path, seal: Path, authority: Path | None = None) -> Checked:
    """Everything that is wrong with the bundle in a folder or ZIP file. ``seal`` and ``authority`` are PEM files.

    Raises ``OSError`` or ``ValueError`` when a certificate cannot be read.
    """
    certificate = x509.load_pem_x509_certificate(seal.read_bytes())
    trusted = x509.load_pem_x509_certificate(authority.read_bytes()) if authority is not None else None
    try:
        with bag.source_of(path) as source:
            return bag.check(source, certificate, trusted, bundles.inside)
    except Damaged as wrong:
        return Checked([str(wrong)], {}, "", None)


async def persons_in(registry: Registry, path: Path) -> list[dict[str, str | None]]:
    """Who the ids of a bundle are. Raises ``Damaged``, or ``Destroyed`` once the case's key is gone."""
    with bag.source_of(path) as source:
        named = [name for name in source.names() if name in (bag.INFO, bag.PAYLOAD + bundles.PERSONS_FILE)]
        said = {name: source.open(name).read() for name in named}
    if len(said) != len((bag.INFO, bundles.PERSONS_FILE)):
        raise Damaged(f"{path} is no evidence bundle")
    info = dict(line.split(": ", 1) for line in said[bag.INFO].decode().splitlines())
    hearing = HearingId(info["External-Identifier"])
    listed = (await registry.journal.read(hearing))[0].fact
    if not isinstance(listed, HearingListed):
        raise Damaged(f"journal of {hearing}")
    return await bundles.open_persons(registry, hearing, listed.case, said[bag.PAYLOAD + bundles.PERSONS_FILE])


def report(checked: Checked) -> str:
    """What the command prints."""
    if checked.faults:
        return "\n".join([*checked.faults, f"{len(checked.faults)} faults: this bundle proves nothing"])
    lines = [f"{name}: {value}" for name, value in checked.info.items()]
    lines.append(f"digest: {checked.seal}")
    lines.append(f"sealed no later than: {checked.sealed_at or 'no timestamp was checked'}")
    return "\n".join([*lines, "the bundle is whole and bears the court's seal"])
