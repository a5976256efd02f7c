"""Debian's coturn, started as an operator would for this court: a shared secret, and a relay to one address alone."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.patience import PATIENCE_SECONDS

SECRET = "a secret that coturn knows too"
TURNSERVER = shutil.which("turnserver")


@asynccontextmanager
async def coturn(address: str, port: int, folder: Path) -> AsyncIterator[None]:
    """The relay, while this lasts."""
    assert TURNSERVER is not None
    settings = _settings(address, port, folder)
    process = await asyncio.create_subprocess_exec(
        TURNSERVER, "-c", str(settings), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await _answers(address, port)
        yield
    finally:
        process.terminate()
        await process.wait()


def _settings(address: str, port: int, folder: Path) -> Path:
    folder.mkdir()
    settings = folder / "turnserver.conf"
    settings.write_text(
        f"""listening-ip={address}
relay-ip={address}
listening-port={port}
use-auth-secret
static-auth-secret={SECRET}
realm=court.test
no-cli
no-tls
no-dtls
no-tcp-relay
denied-peer-ip=0.0.0.0-255.255.255.255
allowed-peer-ip={address}
user-quota=8
log-file=stdout
pidfile={folder}/pid
userdb={folder}/users
"""
    )
    return settings


async def _answers(address: str, port: int) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection(address, port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            await writer.wait_closed()
            return
