"""Serving: wires the house together from the settings, and opens it."""

from __future__ import annotations

import asyncio
import signal
import ssl
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from aiohttp import web
from cryptography import x509

from config.settings import Misconfigured, Settings
from config.tables import BucketTarget, FolderTarget, WebhookTarget
from hearing.participants import HearingId
from hearing.registry.clerk import Clerk
from hearing.registry.leases import LeaseBook
from media.record.disk import SharedDisk
from media.relay.forwarder import choose
from media.wire.door import Door, own_addresses
from transcripts.settings import Condition
from transcripts.transcriber import Transcriber
from web import notifier
from web.app import INSTANCE, build
from web.bundling import authority
from web.court import COURT, Court
from web.delivery.bucket import Bucket
from web.delivery.folder import Folder
from web.delivery.parcel import Adapter
from web.delivery.targets import Target
from web.delivery.webhook import Webhook, signing_key
from web.entry.values import clerk_of, law_of, open_registry, speech_of
from web.languages import Languages
from web.neighbours import who_answers
from web.office import Office
from web.reconciling import switch_on
from web.rehearsal.door import routes as rehearsal_routes
from web.rehearsal.stage import Stage, company, seed
from web.turn import Turn, addresses_of
from web.venue import Board, Leases, OneNode, Venue

log = structlog.get_logger()


async def serve(settings: Settings) -> int:
    """Open the court until it is told to close; answers the exit status."""
    async with AsyncExitStack() as stack:
        registry = await open_registry(settings)
        stack.push_async_callback(registry.close)
        law = law_of(settings)
        clerk = clerk_of(registry, law)
        media = settings.media
        with _set(f"media.host and media.port (UDP {media.host} {media.port})"):
            door = await Door.open(media.host, media.port, media.announced or own_addresses(media.host))
        stack.push_async_callback(door.close)
        book = registry.words
        transcriber = await stack.enter_async_context(Transcriber(speech_of(settings), book))
        office = Office(
            registry=registry,
            clerk=clerk,
            editions=law,
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
            gallery=settings.gallery,
            lobby_minutes=settings.lobby_minutes,
            rehearsal=settings.rehearsal,
            node=(settings.venue.node_url or "").rstrip("/"),
            behind_proxy=settings.behind_proxy,
            transcript_state=lambda hearing: _transcript_state(transcriber, clerk, hearing),
            stamp=authority(settings.timestamp.url) if settings.timestamp.url is not None else None,
            roots=_roots(settings.signatures.roots),
            second_tapes=settings.second_tapes,
            targets=_targets(settings),
        )
        stage = await seed(office) if settings.rehearsal else None
        if stage is not None:
            office = replace(office, rehearsal_links=lambda: stage.links)
        tapes = settings.data / "tapes"
        tapes.mkdir(parents=True, exist_ok=True)
        loss = settings.loss_seconds or law.current.numbers["loss_pause_seconds"]
        forwarder = choose(settings.media.forwarder)
        log.info("forwarder", backend=forwarder.name)
        if settings.second_tapes is not None:
            with _set(f"second_tapes ({settings.second_tapes})"):
                switch_on(settings.second_tapes, time.time())
        turn = await _turn(settings)
        venue = _venue(settings, registry.leases)
        stack.push_async_callback(venue.close)
        court = Court(office, door, transcriber, book, tapes, loss, forwarder, turn, SharedDisk(), venue=venue)
        token = settings.metrics.token
        app = build(office, court, token.get_secret_value() if token is not None else None)
        if stage is not None:
            app.add_routes(rehearsal_routes(stage))
        return await _listen(settings, app, stage)


@contextmanager
def _set(what: str) -> Iterator[None]:
    """What cannot be done here is told with the setting that asked for it. Raises ``Misconfigured``."""
    try:
        yield
    except OSError as wrong:
        raise Misconfigured(f"{what}: {wrong.strerror or wrong}") from wrong
    except ValueError as wrong:
        raise Misconfigured(f"{what}: {wrong}") from wrong


def _roots(file: Path | None) -> list[x509.Certificate]:
    if file is None:
        return []
    with _set(f"signatures.roots ({file})"):
        return x509.load_pem_x509_certificates(file.read_bytes())


def _venue(settings: Settings, book: LeaseBook) -> Venue:
    chosen = settings.venue
    if chosen.redis_url is None or chosen.node_url is None:
        return OneNode()
    board = Board.at(chosen.redis_url.get_secret_value())
    return Leases(book, board, chosen.node_url.rstrip("/"), chosen.lease_seconds)


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
        with _set(f"delivery.key ({one.key})"):
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


async def _listen(settings: Settings, app: web.Application, stage: Stage | None) -> int:
    """Serve until told to stop, or until the court breaks: then the exit status has the server started anew."""
    runner = web.AppRunner(app, shutdown_timeout=5)
    context, stop = _tls(settings), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(runner.cleanup)
        node = app[COURT].venue.node
        if node and await who_answers(node) is not None:
            raise Misconfigured(
                f"venue.node_url ({node}): another server answers there; each has an address of its own"
            )
        await runner.setup()
        with _set(f"host and port (TCP {settings.host} {settings.port})"):
            await web.TCPSite(runner, settings.host, settings.port, ssl_context=context).start()
        if node and await who_answers(node) != INSTANCE:
            raise Misconfigured(f"venue.node_url ({node}): it does not lead to this server")
        log.info("court open", address=settings.origin)
        if stage is not None:
            for link in stage.links:
                print(f"  {Languages.load().translate('en', link.label)}: {settings.origin}{link.href}", flush=True)
            if settings.players:
                await stack.enter_async_context(company(f"http://127.0.0.1:{settings.port}", stage))
        ends = [asyncio.create_task(one.wait()) for one in (stop, app[COURT].risen)]
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
    return 0 if stop.is_set() else 1


def _tls(settings: Settings) -> ssl.SSLContext | None:
    if settings.tls.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    with _set(f"tls.certificate and tls.key ({settings.tls.certificate}, {settings.tls.key})"):
        context.load_cert_chain(settings.tls.certificate, settings.tls.key)
    return context


def _notifier(settings: Settings) -> notifier.Notifier:
    file = notifier.FileNotifier(settings.data / "letters.txt")
    smtp = settings.smtp
    if smtp.host is None:
        return file
    password = smtp.password.get_secret_value() if smtp.password is not None else None
    return notifier.SmtpNotifier(smtp.host, smtp.port, smtp.sender, file, smtp.security, smtp.user, password)
