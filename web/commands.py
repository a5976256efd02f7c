"""The program's commands beside serving: what may be asked on the command line, and what each does and prints.

Nothing here reads settings: the entry hands in what a command needs. What one gives back, if anything, is the exit
status. Each command loads what it needs when it runs, so that a check of a bundle does not wait for pages and media.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hearing.participants import HearingId

if TYPE_CHECKING:
    from hearing.edition import Edition, Editions
    from hearing.registry.clerk import Clerk
    from hearing.registry.confided import Report
    from hearing.registry.office import Office as Registry
    from transcripts.settings import SpeechSettings


def arguments() -> argparse.ArgumentParser:
    """``tyndau [serve|verify|reconcile|backup|retention|persons|account|password|evaluate|models]``."""
    parser = argparse.ArgumentParser(prog="tyndau", description="Remote hearings for courts")
    parser.add_argument("--config", type=Path, help="settings file (TOML)")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("serve", help="open the court (the default)")
    verify = commands.add_parser("verify", help="check journals, tapes and sealed files")
    verify.add_argument(
        "what", nargs="?", help="one hearing's id, or a bundle's folder or ZIP file; all hearings if none"
    )
    verify.add_argument("--seal", type=Path, help="the court's certificate (PEM); default: seal.crt of the data folder")
    verify.add_argument("--authority", type=Path, help="certificate of the timestamp authority's root (PEM)")
    commands.add_parser("reconcile", help="what ought to be stored against what is: missing, empty, altered, unknown")
    backup = commands.add_parser("backup", help="copy database, seals, tapes and sealed files, without the keys")
    backup.add_argument("folder", type=Path, help="where to; it must not exist yet")
    retention = commands.add_parser("retention", help="which records may be destroyed; changes nothing by itself")
    retention.add_argument("--finish", action="store_true", help="complete a destruction that a crash broke off")
    persons = commands.add_parser("persons", help="who the ids in a bundle are (needs the case's key)")
    persons.add_argument("bundle", type=Path)
    persons.add_argument("--reports", type=Path, metavar="FOLDER", help="put the court's own reports there, too")
    evaluate = commands.add_parser("evaluate", help="word error rate of the recogniser on a folder of clips with texts")
    evaluate.add_argument("folder", type=Path)
    evaluate.add_argument(
        "--short", action="store_true", help="read in the short windows that speech.windows may allow"
    )
    models = commands.add_parser("models", help="models of the recogniser: list them, or get one from its publisher")
    models.add_argument("do", choices=["list", "get"])
    models.add_argument("name", nargs="?", metavar="NAME", help="a known name, or PUBLISHER/NAME")
    account = commands.add_parser("account", help="make a staff account")
    account.add_argument("iin")
    account.add_argument("name")
    account.add_argument("role", choices=["court_secretary", "investigating_judge", "presiding_judge"])
    password = commands.add_parser("password", help="give a staff account a new password, and end what is signed in")
    password.add_argument("iin")
    return parser


def names_a_bundle(what: str) -> bool:
    """Whether ``verify`` was given a bundle's folder or ZIP file, not a hearing's id."""
    return Path(what).exists() or Path(what).suffix == ".zip"


async def verify(registry: Registry, tapes: Path, hearing: str | None) -> int:
    """Every journal, tape and sealed file, or those of one hearing."""
    from hearing.registry.verify import destroyed
    from hearing.registry.verify import verify as verify_registry
    from web.checking import checks

    faults = await verify_registry(registry, HearingId(hearing) if hearing else None, checks(registry, tapes))
    gone = [one for one in await destroyed(registry) if hearing in (None, one[0])]
    for name, at, ground, by in gone:
        print(f"{name}: lawfully destroyed {datetime.fromtimestamp(at, UTC):%Y-%m-%d} by {by}: {ground}")
    for fault in faults:
        print(fault)
    print("the record is whole" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


def verify_bundle(path: Path, seal: Path | None, data: Path, authority: Path | None) -> int:
    """One evidence bundle against a court's certificate, or our own; the registry is not needed."""
    from hearing.registry.seal import CERTIFICATE_FILE
    from web.bundle_check import check_bundle, report

    checked = check_bundle(path, seal or data / CERTIFICATE_FILE, authority)
    print(report(checked))
    return 1 if checked.faults else 0


async def reconcile(registry: Registry, tapes: Path, edition: Edition, second: Path | None) -> int:
    """What ought to be stored against what is."""
    from web import reconciling
    from web.checking import checks

    days = edition.numbers["minutes_sign_days"]
    found = await reconciling.reconcile(registry, tapes, checks(registry, tapes), time.time(), days, second)
    for one in found:
        print(one)
    print("all that is expected is stored" if not found else f"{len(found)} discrepancies")
    return 1 if found else 0


def backup(data: Path, database: Path | None, to: Path) -> int:
    """Copy the data folder while the court sits."""
    from hearing.registry.backup import back_up
    from web.office import DRAFTS

    if database is None:
        print("the database lies on a server of its own: docs/operating.md says how to back it up")
        return 1
    back_up(data, to, database, DRAFTS)
    print(f"copied to {to}; not copied, to be kept apart from it: master.key, seal.key")
    return 0


async def retention(registry: Registry, clerk: Clerk, law: Editions, complete: bool, second: Path | None) -> None:
    """Which records are due; ``complete``: and end the destructions that a crash broke off."""
    from web.retention import finish, kept

    now = time.time()
    for one in await kept(registry, clerk, law):
        if one.due_at <= now:
            day = datetime.fromtimestamp(one.due_at, UTC).date()
            print(f"{one.hearing} of {one.case}: {one.state.value}, due since {day}")
    for case in await finish(registry, clerk, now, second) if complete else ():
        print(f"{case}: the key is destroyed")


async def persons(registry: Registry, bundle: Path, to: Path | None) -> None:
    """Who the ids in a bundle are; and, into a new folder, the reports in it that are the court's alone."""
    from web.bundle_check import opened

    people, reports = await opened(registry, bundle)
    for person in people:
        print("\t".join(f"{name}={value}" for name, value in person.items() if value))
    if to is not None:
        await asyncio.to_thread(_put, to, reports)


def _put(to: Path, reports: Sequence[Report]) -> None:
    to.mkdir(parents=True)
    for one in reports:
        (to / one.name).write_bytes(one.content)


async def account(registry: Registry, iin: str, name: str, role: str) -> None:
    """Make a staff account."""
    await registry.docket.accounts.create(iin, _typed_password(), name, [role], time.time())


async def password(registry: Registry, iin: str) -> int:
    """Another password for this account; whoever is signed in by the old one has to sign in again."""
    accounts = registry.docket.accounts
    known = await accounts.by_iin(iin)
    if known is None:
        print("nobody has an account with this IIN", file=sys.stderr)
        return 1
    await accounts.set_password(known.id, _typed_password())
    return 0


def _typed_password() -> str:
    """From the terminal, or the first line of the input."""
    return getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def evaluate(speech: SpeechSettings, folder: Path, *, short: bool) -> int:
    """The word error rate of the recogniser on clips with texts."""
    from transcripts.evaluate import table
    from transcripts.measure import measure
    from transcripts.whisper import NoModel

    try:
        model, scores = measure(folder, speech, short=short)
    except NoModel as why:
        print(why, file=sys.stderr)
        return 1
    print(table(scores, model))
    return 0


def models(speech: SpeechSettings, do: str, name: str | None) -> int:
    """List the recogniser's models, or get one."""
    from transcripts import fetching
    from transcripts.whisper import NoModel

    if do == "list":
        print(fetching.table([*fetching.kept(speech), *fetching.others(speech)], speech))
        return 0
    try:
        found = fetching.fetch(name or "", speech.cache)
    except NoModel as why:
        print(why, file=sys.stderr)
        return 1
    print(f"{found.name}: {found.folder}")
    return 0
