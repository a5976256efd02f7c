"""The entry: reads the settings, wires the house together, and opens it.

``tyndau`` serves, ``tyndau verify`` checks every journal, tape and sealed file, or one evidence bundle, ``tyndau
account`` makes an account.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import signal
import ssl
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
import uvloop
from aiohttp import web

from config import editions
from config.settings import BucketTarget, FolderTarget, Settings, WebhookTarget, load
from hearing import edition as edition_tables
from hearing.participants import HearingId
from hearing.registry.clerk import Clerk
from hearing.registry.office import Office as Registry
from hearing.registry.seal import CERTIFICATE_FILE
from hearing.registry.shelf import Shelf, s3_store
from hearing.registry.verify import destroyed, verify
from hearing.rules import decide
from media.relay.forwarder import choose
from media.wire.door import Door, own_addresses
from transcripts.settings import Condition, SpeechSettings
from transcripts.transcriber import Transcriber
from web import notifier
from web.app import build
from web.bundle_check import check_bundle, persons_in, report
from web.bundling import authority
from web.checking import checks
from web.court import Court
from web.delivery.bucket import Bucket
from web.delivery.folder import Folder
from web.delivery.parcel import Adapter
from web.delivery.targets import Target
from web.delivery.webhook import Webhook, signing_key
from web.languages import Languages
from web.office import Office
from web.reconciling import reconcile, switch_on
from web.rehearsal.door import routes as rehearsal_routes
from web.rehearsal.stage import Stage, company, seed
from web.retention import finish, kept
from web.turn import Turn, addresses_of

log = structlog.get_logger()


def main() -> None:
    """``tyndau [serve|verify|account|evaluate]``."""
    asked = _arguments().parse_args()
    settings = load(asked.config)
    _set_up_log(settings.log_format)
    match asked.command:
        case "verify":
            what = Path(asked.what) if asked.what else None
            if what is not None and (what.exists() or what.suffix == ".zip"):
                sys.exit(_verify_bundle(settings, what, asked.seal, asked.authority))
            sys.exit(uvloop.run(_verify(settings, asked.what)))
        case "reconcile":
            sys.exit(uvloop.run(_reconcile(settings)))
        case "retention":
            uvloop.run(_retention(settings, asked.finish))
        case "persons":
            uvloop.run(_persons(settings, asked.bundle))
        case "account":
            uvloop.run(_account(settings, asked.iin, asked.name, asked.role))
        case "evaluate":
            _evaluate(settings, asked.folder)
        case "models":
            sys.exit(_models(settings, asked.do, asked.name))
        case _:
            uvloop.run(_serve(settings))


def _arguments() -> argparse.ArgumentParser:
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
    retention = commands.add_parser("retention", help="which records may be destroyed; changes nothing by itself")
    retention.add_argument("--finish", action="store_true", help="complete a destruction that a crash broke off")
    persons = commands.add_parser("persons", help="who the ids in a bundle are (needs the case's key)")
    persons.add_argument("bundle", type=Path)
    evaluate = commands.add_parser("evaluate", help="word error rate of the recogniser on a folder of clips with texts")
    evaluate.add_argument("folder", type=Path)
    models = commands.add_parser("models", help="models of the recogniser: list them, or get one from its publisher")
    models.add_argument("do", choices=["list", "get"])
    models.add_argument("name", nargs="?", metavar="NAME", help="a known name, or PUBLISHER/NAME")
    account = commands.add_parser("account", help="make a staff account")
    account.add_argument("iin")
    account.add_argument("name")
    account.add_argument("role", choices=["court_secretary", "investigating_judge", "presiding_judge"])
    return parser


def _set_up_log(kind: str) -> None:
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if kind == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        cache_logger_on_first_use=True,
    )


async def _registry(settings: Settings) -> Registry:
    kept = settings.vault
    shelf = None
    if kept.bucket is not None:
        secret = kept.secret_key.get_secret_value()
        store = s3_store(kept.bucket, kept.endpoint, kept.region, kept.access_key, secret, kept.prefix)
        shelf = Shelf.in_bucket(store)
    return await Registry.open(settings.data, settings.database, settings.master_key, shelf)


async def _serve(settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        registry = await _registry(settings)
        stack.push_async_callback(registry.close)
        edition = edition_tables.parse(editions.read(settings.edition))
        clerk = Clerk(registry, lambda hearing, act, by, at: decide(hearing, act, by, at, edition))
        door = await Door.open(
            settings.media.host, settings.media.port, settings.media.announced or own_addresses(settings.media.host)
        )
        stack.push_async_callback(door.close)
        book = registry.words
        transcriber = await stack.enter_async_context(Transcriber(_speech(settings), book))
        office = Office(
            registry=registry,
            clerk=clerk,
            edition=edition,
            languages=Languages.load(),
            notifier=_notifier(settings),
            now=time.time,
            zone=ZoneInfo(settings.timezone),
            origin=settings.origin,
            secure=settings.secure,
            court=settings.court,
            language=settings.language,
            session_seconds=settings.session_hours * 3600,
            review_seconds=settings.review_days * 24 * 3600.0,
            lobby_minutes=settings.lobby_minutes or edition.numbers["lobby_opens_minutes"],
            rehearsal=settings.rehearsal,
            behind_proxy=settings.behind_proxy,
            transcript_state=lambda hearing: _transcript_state(transcriber, clerk, hearing),
            stamp=authority(settings.timestamp.url) if settings.timestamp.url is not None else None,
            targets=_targets(settings),
        )
        stage = await seed(office) if settings.rehearsal else None
        if stage is not None:
            office = replace(office, rehearsal_links=lambda: stage.links)
        tapes = settings.data / "tapes"
        tapes.mkdir(parents=True, exist_ok=True)
        loss = settings.loss_seconds or edition.numbers["loss_pause_seconds"]
        forwarder = choose(settings.media.forwarder)
        log.info("forwarder", backend=forwarder.name)
        if settings.second_tapes is not None:
            switch_on(settings.second_tapes, time.time())
        turn, second = await _turn(settings), settings.second_tapes
        court = Court(office, door, transcriber, book, tapes, loss, forwarder, turn, second_tapes=second)
        token = settings.metrics.token
        app = build(office, court, token.get_secret_value() if token is not None else None)
        if stage is not None:
            app.add_routes(rehearsal_routes(stage))
        await _listen(settings, app, stage)


async def _turn(settings: Settings) -> Turn | None:
    turn = settings.turn
    if turn.secret is None:
        return None
    addresses = frozenset(turn.addresses) or await addresses_of(turn.urls)
    return Turn(turn.urls, turn.secret.get_secret_value().encode(), turn.hours * 3600, addresses)


def _targets(settings: Settings) -> tuple[Target, ...]:
    """The outside systems of the settings, each with its way."""
    zone = ZoneInfo(settings.timezone)
    return tuple(
        Target(
            name,
            one.title,
            frozenset(one.documents),
            _way(one),
            one.closed,
            datetime.combine(one.since, datetime.min.time(), zone).timestamp(),
        )
        for name, one in settings.delivery.items()
    )


def _way(one: FolderTarget | WebhookTarget | BucketTarget) -> Adapter:
    if isinstance(one, FolderTarget):
        return Folder(one.path)
    if isinstance(one, BucketTarget):
        secret = one.secret_key.get_secret_value()
        return Bucket(one.bucket, one.endpoint, one.region, one.access_key, secret, one.prefix)
    if one.key is not None:
        return Webhook(one.url, one.key_id, signing_key(one.key.read_bytes()))
    assert one.secret is not None
    return Webhook(one.url, one.key_id, one.secret.get_secret_value().encode())


async def _transcript_state(transcriber: Transcriber, clerk: Clerk, hearing: HearingId) -> str:
    """What a transcript still waits for, as a catalogue id; nothing when it is sealed."""
    now = await clerk.load(hearing)
    if now.transcript is not None:
        return ""
    condition = transcriber.state.condition
    if now.closed_at is not None and condition is Condition.READY:
        return "transcript.running"
    return f"transcript.{condition}"


async def _listen(settings: Settings, app: web.Application, stage: Stage | None) -> None:
    runner = web.AppRunner(app, shutdown_timeout=5)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port, ssl_context=_tls(settings))
    await site.start()
    log.info("court open", address=settings.origin)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        if stage is not None:
            for link in stage.links:
                print(f"  {Languages.load().translate('en', link.label)}: {settings.origin}{link.href}", flush=True)
            if settings.players:
                await stack.enter_async_context(company(f"http://127.0.0.1:{settings.port}", stage))
        await stop.wait()


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.tls.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(settings.tls.certificate, settings.tls.key)
    return context


def _speech(settings: Settings) -> SpeechSettings:
    s = settings.speech
    chosen = SpeechSettings(
        model=settings.speech_model,
        models={str(language): model for language, model in s.models.items()},
        languages=s.languages,
        compute_type=s.compute_type,
        device=s.device,
        download=s.download,
    )
    return replace(chosen, threads=s.threads) if s.threads else chosen


def _notifier(settings: Settings) -> notifier.Notifier:
    file = notifier.FileNotifier(settings.data / "letters.txt")
    smtp = settings.smtp
    if smtp.host is None:
        return file
    password = smtp.password.get_secret_value() if smtp.password is not None else None
    return notifier.SmtpNotifier(smtp.host, smtp.port, smtp.sender, file, smtp.security, smtp.user, password)


async def _verify(settings: Settings, hearing: str | None) -> int:
    registry = await _registry(settings)
    try:
        faults = await verify(
            registry, HearingId(hearing) if hearing else None, checks(registry, settings.data / "tapes")
        )
        gone = [one for one in await destroyed(registry) if hearing in (None, one[0])]
    finally:
        await registry.close()
    for name, at, ground, by in gone:
        print(f"{name}: lawfully destroyed {datetime.fromtimestamp(at, UTC):%Y-%m-%d} by {by}: {ground}")
    for fault in faults:
        print(fault)
    print("the record is whole" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


def _verify_bundle(settings: Settings, path: Path, seal: Path | None, authority: Path | None) -> int:
    checked = check_bundle(path, seal or settings.data / CERTIFICATE_FILE, authority or settings.timestamp.certificate)
    print(report(checked))
    return 1 if checked.faults else 0


async def _reconcile(settings: Settings) -> int:
    registry, tapes = await _registry(settings), settings.data / "tapes"
    days = edition_tables.parse(editions.read(settings.edition)).numbers["minutes_sign_days"]
    try:
        found = await reconcile(registry, tapes, checks(registry, tapes), time.time(), days, settings.second_tapes)
    finally:
        await registry.close()
    for one in found:
        print(one)
    print("all that is expected is stored" if not found else f"{len(found)} discrepancies")
    return 1 if found else 0


async def _retention(settings: Settings, complete: bool) -> None:
    registry = await _registry(settings)
    edition = edition_tables.parse(editions.read(settings.edition))
    clerk = Clerk(registry, lambda hearing, act, by, at: decide(hearing, act, by, at, edition))
    now = time.time()
    try:
        for one in await kept(registry, clerk, edition):
            if one.due_at <= now:
                day = datetime.fromtimestamp(one.due_at, UTC).date()
                print(f"{one.hearing} of {one.case}: {one.state.value}, due since {day}")
        for case in await finish(registry, clerk, now) if complete else ():
            print(f"{case}: the key is destroyed")
    finally:
        await registry.close()


async def _persons(settings: Settings, path: Path) -> None:
    registry = await _registry(settings)
    try:
        for person in await persons_in(registry, path):
            print("\t".join(f"{name}={value}" for name, value in person.items() if value))
    finally:
        await registry.close()


def _evaluate(settings: Settings, folder: Path) -> None:
    from transcripts.evaluate import table  # the engine is loaded into this process for this command alone
    from transcripts.measure import measure

    model, scores = measure(folder, _speech(settings))
    print(table(scores, model))


def _models(settings: Settings, do: str, name: str | None) -> int:
    from transcripts import fetching  # the engine is loaded into this process for this command alone
    from transcripts.whisper import NoModel

    speech = _speech(settings)
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


async def _account(settings: Settings, iin: str, name: str, role: str) -> None:
    registry = await _registry(settings)
    try:
        password = getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        await registry.docket.accounts.create(iin, password, name, [role], time.time())
    finally:
        await registry.close()


if __name__ == "__main__":
    main()
