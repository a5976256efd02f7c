"""A PostgreSQL cluster of our own for the tests: in a temporary folder, on a free port of the loopback, then gone."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Cluster:
    """A running cluster. ``address`` names no database."""

    data: Path
    options: str
    address: str

    def start(self) -> None:
        how = ("-l", self.data.parent / "log", "-w", "-t", "60", "-o", self.options)
        _run(binaries() / "pg_ctl", "-D", self.data, *how, "start")

    def stop(self) -> None:
        """At once, as a crash would, with every connection."""
        _run(binaries() / "pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")


@contextmanager
def running() -> Iterator[Cluster]:
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
        _run(binaries() / "initdb", "-D", data, *how)
        cluster = Cluster(data, options, f"postgresql+asyncpg://court@127.0.0.1:{port}")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a running cluster, without a database name."""
    with running() as found:
        yield found.address


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
