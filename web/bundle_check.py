"""``tyndau verify BUNDLE``: a bundle that somebody brings, held against the certificate of the court that sealed it."""

from __future__ import annotations

from pathlib import Path

from cryptography import x509

from hearing.facts import HearingListed
from hearing.participants import HearingId
from hearing.registry import bag, bundles
from hearing.registry.bag import Checked
from hearing.registry.confided import PERSONS_FILE, REPORTS_FILE, Report, open_persons, open_reports
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


async def opened(registry: Registry, path: Path) -> tuple[list[dict[str, str | None]], list[Report]]:
    """Who the ids of a bundle are, and the court's own reports in it.

    Raises ``Damaged``, or ``Destroyed`` once the case's key is gone.
    """
    wanted = (bag.INFO, bag.PAYLOAD + PERSONS_FILE, bag.PAYLOAD + REPORTS_FILE)
    with bag.source_of(path) as source:
        named = source.names()
        if not set(wanted) <= set(named):
            raise Damaged(f"{path} is no evidence bundle")
        said, persons, reports = (source.open(name).read() for name in wanted)
    info = dict(line.split(": ", 1) for line in said.decode().splitlines())
    hearing = HearingId(info["External-Identifier"])
    listed = (await registry.journal.read(hearing))[0].fact
    if not isinstance(listed, HearingListed):
        raise Damaged(f"journal of {hearing}")
    return (
        await open_persons(registry, hearing, listed.case, persons),
        await open_reports(registry, hearing, listed.case, reports),
    )


def report(checked: Checked) -> str:
    """What the command prints."""
    if checked.faults:
        return "\n".join([*checked.faults, f"{len(checked.faults)} faults: this bundle proves nothing"])
    lines = [f"{name}: {value}" for name, value in checked.info.items()]
    lines.append(f"digest: {checked.seal}")
    lines.append(f"sealed no later than: {checked.sealed_at or 'no timestamp was checked'}")
    return "\n".join([*lines, "the bundle is whole and bears the court's seal"])
