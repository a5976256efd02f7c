"""What more than one command is made of: the registry, the law, the recogniser's settings."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from config import editions
from config.settings import Settings
from hearing import edition as edition_tables
from hearing.edition import Edition, Editions
from hearing.registry.clerk import Clerk
from hearing.registry.office import Office as Registry
from hearing.registry.shelf import Shelf, s3_store
from hearing.rules import decide
from transcripts.settings import SpeechSettings
from transcripts.windows import Windows


async def open_registry(settings: Settings) -> Registry:
    kept = settings.vault
    shelf = None
    if kept.bucket is not None:
        secret = kept.secret_key.get_secret_value()
        store = s3_store(kept.bucket, kept.endpoint, kept.region, kept.access_key, secret, kept.prefix)
        shelf = Shelf.in_bucket(store)
    return await Registry.open(settings.data, settings.database, settings.master_key, shelf, asyncio.sleep)


def edition_in_force(settings: Settings) -> Edition:
    return edition_tables.parse(editions.read(settings.edition))


def law_of(settings: Settings) -> Editions:
    return Editions(edition_in_force(settings), editions.read)


def clerk_of(registry: Registry, law: Editions) -> Clerk:
    """Each hearing is judged by the edition under which it was listed."""
    return Clerk(registry, lambda hearing, act, by, at: decide(hearing, act, by, at, law.of(hearing)))


def speech_of(settings: Settings) -> SpeechSettings:
    s = settings.speech
    chosen = SpeechSettings(
        model=settings.speech_model,
        models={str(language): model for language, model in s.models.items()},
        languages=s.languages,
        compute_type=s.compute_type,
        device=s.device,
        windows=Windows(s.windows),
        download=s.download,
    )
    return replace(chosen, threads=s.threads) if s.threads else chosen
