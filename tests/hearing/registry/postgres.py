"""A PostgreSQL cluster of our own for the tests: in a temporary folder, on a free port of the loopback, then gone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "postgres"
HOW_TO_GET_IT = "PostgreSQL is missing; type: sudo apt-get install -y postgresql"


def binaries() -> Path:
    """Where initdb and pg_ctl lie: the distribution's newest, else what the search path has."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda found: _number(found.parent.parent.name)
    )
    if installed:
        return installed[-1].parent
    found = shutil.which("pg_ctl")
    if found is None or shutil.which("initdb") is None:
        raise RuntimeError(HOW_TO_GET_IT)
    return Path(found).resolve().parent


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a running cluster, without a database name."""
    programs = binaries()
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, ACCOUNT, ACCOUNT)
        data, port = folder / "data", _free_port()
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": folder,
            "shared_buffers": "16MB",
            "fsync": "off",
            "full_page_writes": "off",
            "autovacuum": "off",
        }
        options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        how = ("-U", "court", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--wal-segsize=1")
        _run(programs / "initdb", "-D", data, *how)
        _run(programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", "60", "-o", options, "start")
        try:
            yield f"postgresql+asyncpg://court@127.0.0.1:{port}"
        finally:
            _run(programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _run(*command: object) -> None:
    """Run as the account that PostgreSQL insists on, which is never root."""
    as_account = ["runuser", "-u", ACCOUNT, "--"] if os.geteuid() == 0 else []
    words = [*as_account, *map(str, command)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=120, check=False, cwd="/")
    if done.returncode != 0:
        raise RuntimeError(f"{words[-1]} failed ({' '.join(words)}):\n{done.stdout}\n{done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
