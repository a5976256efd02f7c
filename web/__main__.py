"""The entry: reads the settings and does what is asked: ``tyndau`` serves, its other commands are in ``web/commands``.

A command loads only what it needs, when it runs: nobody waits for media, pages and speech to read a help text or to
check a bundle.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import structlog
import uvloop

from config.settings import Misconfigured, Settings, load
from hearing.registry.errors import Away, Damaged, KeyLost, RegistryError
from hearing.wrongs import Malformed, Refused
from web import commands

if TYPE_CHECKING:
    from hearing.edition import Editions
    from hearing.registry.office import Office as Registry
    from transcripts.settings import SpeechSettings

T = TypeVar("T")


def main() -> None:
    """``tyndau [serve|verify|reconcile|backup|retention|persons|account|password|evaluate|models]``."""
    asked = commands.arguments().parse_args()
    try:
        settings = load(asked.config)
        _set_up_log(settings.log_format)
        sys.exit(_do(asked, settings))
    except (Misconfigured, Away, Damaged, KeyLost, OSError) as wrong:
        sys.exit(f"tyndau: {wrong}")
    except (Refused, RegistryError, Malformed) as wrong:
        sys.exit(f"tyndau: {_in_words(wrong)}")


def _in_words(wrong: Refused | RegistryError | Malformed) -> str:
    """What is told to people, in words; anything else is a bug and breaks off."""
    from web.languages import Languages
    from web.problems import TELLABLE, as_refusal

    if not isinstance(wrong, (Refused, *TELLABLE)):
        raise wrong
    return Languages.load().why("en", as_refusal(wrong, time.time()))


def _do(asked: argparse.Namespace, settings: Settings) -> int | None:
    """The command; what it gives back is the exit status."""
    tapes, second = settings.data / "tapes", settings.second_tapes
    if asked.command in (None, "serve"):
        return _serve(settings)
    match asked.command:
        case "verify" if asked.what and commands.names_a_bundle(asked.what):
            root = asked.authority or settings.timestamp.certificate
            return commands.verify_bundle(Path(asked.what), asked.seal, settings.data, root)
        case "verify":
            return _at_registry(settings, lambda r: commands.verify(r, tapes, asked.what))
        case "reconcile":
            return _at_registry(settings, lambda r: commands.reconcile(r, tapes, _law(settings).current, second))
        case "backup":
            return commands.backup(settings.data, settings.database_file, asked.folder)
        case "retention":
            _at_registry(settings, lambda r: _retention(settings, r, asked.finish))
        case "persons":
            _at_registry(settings, lambda r: commands.persons(r, asked.bundle, asked.reports))
        case "account":
            _at_registry(settings, lambda r: commands.account(r, asked.iin, asked.name, asked.role))
        case "password":
            return _at_registry(settings, lambda r: commands.password(r, asked.iin))
        case "evaluate":
            return commands.evaluate(_speech(settings), asked.folder, short=asked.short)
        case "models":
            return commands.models(_speech(settings), asked.do, asked.name)
    return None


def _serve(settings: Settings) -> int:
    from web.entry.serving import serve

    return uvloop.run(serve(settings))


def _law(settings: Settings) -> Editions:
    from web.entry.values import law_of

    return law_of(settings)


def _speech(settings: Settings) -> SpeechSettings:
    from web.entry.values import speech_of

    return speech_of(settings)


def _at_registry(settings: Settings, command: Callable[[Registry], Awaitable[T]]) -> T:
    """Do a command at the open registry, and close it whatever comes of it."""
    from web.entry.values import open_registry

    async def do() -> T:
        registry = await open_registry(settings)
        try:
            return await command(registry)
        finally:
            await registry.close()

    return uvloop.run(do())


async def _retention(settings: Settings, registry: Registry, complete: bool) -> None:
    from web.entry.values import clerk_of

    law = _law(settings)
    await commands.retention(registry, clerk_of(registry, law), law, complete, settings.second_tapes)


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


if __name__ == "__main__":
    main()
