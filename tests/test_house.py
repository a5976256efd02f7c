"""Every package keeps to its room: the arrows of the house and who may touch which library, read from the imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("hearing", "media", "transcripts", "web", "config")


@dataclass(frozen=True, slots=True)
class Import:
    """One name that a module brings in: ``source`` is the module's path below the root."""

    source: str
    line: int
    module: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line} imports {self.module}"


def _imports() -> list[Import]:
    return [found for room in ROOMS for file in sorted((ROOT / room).rglob("*.py")) for found in _of(file)]


def _of(file: Path) -> Iterator[Import]:
    source = file.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(source, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                yield Import(source, node.lineno, f"{node.module}.{alias.name}")
        elif isinstance(node, ast.ImportFrom):
            yield Import(source, node.lineno, "." * node.level + (node.module or ""))


IMPORTS = _imports()


def _under(name: str, *roots: str) -> bool:
    """Whether a module or a file lies at or below one of the given ones."""
    dotted = name.removesuffix(".py").replace("/", ".")
    return any(dotted == root or dotted.startswith(root + ".") for root in roots)


def test_every_import_says_its_whole_name() -> None:
    assert [str(i) for i in IMPORTS if i.module.startswith(".")] == []


ARROWS: dict[str, tuple[str, ...]] = {
    # room -> what it must never import of our own
    "hearing": ("web", "media", "transcripts", "config", "tests"),
    "media": ("web", "transcripts", "config", "tests", "hearing.rules", "hearing.acts", "hearing.facts"),
    "transcripts": ("web", "media", "config", "tests"),
    "config": ("web", "media", "transcripts", "hearing", "tests"),
    "web": ("tests",),
}


@pytest.mark.parametrize("room", ARROWS)
def test_a_room_looks_only_where_its_arrows_point(room: str) -> None:
    assert [str(i) for i in IMPORTS if _under(i.source, room) and _under(i.module, *ARROWS[room])] == []


def test_media_knows_the_floor_and_seats_of_the_law_and_nothing_else() -> None:
    allowed = ("hearing.floor", "hearing.participants")
    strayed = [i for i in IMPORTS if _under(i.source, "media") and _under(i.module, "hearing")]
    assert [str(i) for i in strayed if not _under(i.module, *allowed)] == []


def test_only_the_program_entry_reads_settings() -> None:
    entry = ("config/", "web/__main__.py", "web/entry/")
    assert [str(i) for i in IMPORTS if _under(i.module, "config") and not i.source.startswith(entry)] == []


def test_the_law_does_not_know_the_registry() -> None:
    law = [i for i in IMPORTS if _under(i.source, "hearing") and not _under(i.source, "hearing.registry")]
    assert [str(i) for i in law if _under(i.module, "hearing.registry")] == []


CLIENTS = "web.rehearsal"
"""The players are programs of the other side of the wire: real WebRTC clients, which no part of the server imports."""

LIBRARIES: dict[str, tuple[str, ...]] = {
    # library -> where it may be used
    "aioice": ("media.wire", CLIENTS),
    "av": ("media.record", CLIENTS),
    "faster_whisper": ("transcripts.whisper",),
    "ctranslate2": ("transcripts.whisper",),
    "huggingface_hub": ("transcripts.fetching",),
    "redis": ("web.venue",),
    "prometheus_client": ("web.metrics",),
    "sqlalchemy": ("hearing.registry",),
    "alembic": ("hearing.registry",),
    "aiosqlite": ("hearing.registry",),
    "asyncpg": ("hearing.registry",),
    "sqlite3": ("hearing.registry",),
    "pydantic_settings": ("config",),
    "obstore": ("hearing.registry.shelf", "web.delivery.bucket"),
    "http_message_signatures": ("web.delivery.webhook",),
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_library_stays_in_its_room(library: str) -> None:
    used = [i for i in IMPORTS if _under(i.module, library)]
    assert [str(i) for i in used if not _under(i.source, *LIBRARIES[library])] == []


def test_aiortc_stays_at_the_wire_and_lends_the_relay_only_its_packet_classes() -> None:
    used = [i for i in IMPORTS if _under(i.module, "aiortc") and not _under(i.source, "media.wire", CLIENTS)]
    assert [str(i) for i in used if not (_under(i.source, "media.relay") and _under(i.module, "aiortc.rtp"))] == []


def test_no_part_of_the_server_imports_the_players() -> None:
    starts_them = ("web/entry/", "web/rehearsal/")
    used = [i for i in IMPORTS if _under(i.module, f"{CLIENTS}.player", f"{CLIENTS}.voice", f"{CLIENTS}.picture")]
    assert [str(i) for i in used if not i.source.startswith(starts_them)] == []


CLOCKS = frozenset(
    {
        ("time", "time"),
        ("time", "time_ns"),
        ("time", "monotonic"),
        ("time", "monotonic_ns"),
        ("time", "perf_counter"),
        ("datetime", "now"),
        ("datetime", "utcnow"),
        ("datetime", "today"),
        ("date", "today"),
        ("asyncio", "sleep"),
    }
)


def test_there_is_no_clock_inside_the_law() -> None:
    seen: list[str] = []
    for file in sorted((ROOT / "hearing").rglob("*.py")):
        source = file.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Attribute):
                owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
                if (owner, node.attr) in CLOCKS:
                    seen.append(f"{source}:{node.lineno} reads {owner}.{node.attr}")
        seen += [str(i) for i in _of(file) if tuple(i.module.rsplit(".", 1)) in CLOCKS]
    assert seen == []


def test_the_law_itself_neither_waits_nor_touches_the_world() -> None:
    outside = ("asyncio", "socket", "subprocess", "os", "pathlib", "random", "secrets", "aiohttp", "structlog")
    law = [i for i in IMPORTS if _under(i.source, "hearing") and not _under(i.source, "hearing.registry")]
    assert [str(i) for i in law if _under(i.module, *outside)] == []


BORDERS = frozenset({"web/wire.py", "web/court.py"})
"""The end of a socket and the supervisor of a sitting: here anything unforeseen is caught, and goes no further."""


def _swallows_all(node: ast.AST) -> bool:
    """A handler that catches everything and does not pass it on."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    broad = node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"}
    last = node.body[-1]
    return broad and not (isinstance(last, ast.Raise) and last.exc is None)


def test_a_broad_except_stands_only_at_the_two_borders() -> None:
    files = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
    broad = [
        f"{file.relative_to(ROOT).as_posix()}:{node.lineno}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ExceptHandler) and _swallows_all(node)
    ]
    assert [place for place in broad if place.partition(":")[0] not in BORDERS] == []
