"""Debian's Janus with its VideoRoom, as configured by the package: only the port of its HTTP interface is moved.

Every participant has one connection to publish and one to receive everybody else, as Janus's own page does it.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.relay.client import Connection

CONFIGURATION = Path("/etc/janus")


class NoJanus(Exception):
    """Janus is not installed or did what this client does not understand; says what."""


class Janus:
    name = "janus"

    def __init__(self, pid: int, url: str, http: aiohttp.ClientSession, folder: Path) -> None:
        self.pid = pid
        self._url = url
        self._http = http
        self._folder = folder
        self._session = 0
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._poller: asyncio.Task[None] | None = None
        self._created = 0

    async def _post(self, path: str, janus: str, **more: Any) -> dict[str, Any]:
        body = {"janus": janus, "transaction": secrets.token_hex(6), **more}
        future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[body["transaction"]] = future
        async with self._http.post(self._url + path, json=body) as response:
            told: dict[str, Any] = await response.json()
        if told["janus"] == "ack":
            async with asyncio.timeout(10):
                told = await future
        self._waiting.pop(body["transaction"], None)
        if told["janus"] == "error" or "error" in told.get("plugindata", {}).get("data", {}):
            raise NoJanus(str(told)[:300])
        return told

    async def open(self) -> None:
        for _ in range(100):
            try:
                self._session = (await self._post("", "create"))["data"]["id"]
                break
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)
        else:
            raise NoJanus("its HTTP interface does not answer")
        self._poller = asyncio.create_task(self._poll())

    async def _poll(self) -> None:
        while True:
            async with self._http.get(f"{self._url}/{self._session}", params={"maxev": "10"}) as response:
                told = await response.json()
            for event in told if isinstance(told, list) else [told]:
                future = self._waiting.get(event.get("transaction", ""))
                if future is not None and not future.done():
                    future.set_result(event)

    def close(self) -> None:
        if self._poller is not None:
            self._poller.cancel()

    async def _attach(self) -> str:
        told = await self._post(f"/{self._session}", "attach", plugin="janus.plugin.videoroom")
        return f"/{self._session}/{told['data']['id']}"

    async def room(self, recording: bool) -> int:
        handle = await self._attach()
        self._created += 1
        body = {
            "request": "create",
            "room": 7000 + self._created,
            "publishers": 64,
            "bitrate": 2_000_000,
            "record": recording,
            "rec_dir": str(self._folder),
        }
        await self._post(handle, "message", body=body)
        return 7000 + self._created

    async def _publish(self, room: int) -> tuple[Connection, int]:
        connection, handle = Connection("server"), await self._attach()
        joined = await self._post(handle, "message", body={"request": "join", "ptype": "publisher", "room": room})
        offer = connection.described(connection.sending())
        told = await self._post(
            handle, "message", body={"request": "publish"}, jsep={"type": "offer", "sdp": offer, "trickle": False}
        )
        answer = told["jsep"]["sdp"]
        if "a=setup:active" not in answer:
            raise NoJanus("it answers in another DTLS role than known")
        await connection.connect(answer)
        return connection, joined["plugindata"]["data"]["id"]

    async def _subscribe(self, room: int, feeds: list[int]) -> Connection:
        connection, handle = Connection("client"), await self._attach()
        told = await self._post(
            handle,
            "message",
            body={"request": "join", "ptype": "subscriber", "room": room, "streams": [{"feed": f} for f in feeds]},
        )
        offer = told["jsep"]["sdp"]
        answer = _answer(offer, connection)
        connecting = asyncio.create_task(connection.connect(offer, controlling=False))
        await self._post(
            handle, "message", body={"request": "start"}, jsep={"type": "answer", "sdp": answer, "trickle": False}
        )
        await connecting
        return connection

    async def join(self, count: int, *, recording: bool = False) -> tuple[list[Connection], list[Connection]]:
        """Senders and receivers of one new room."""
        room = await self.room(recording)
        published = [await self._publish(room) for _ in range(count)]
        ids = [ident for _, ident in published]
        receivers = [await self._subscribe(room, [i for i in ids if i != ident]) for ident in ids]
        return [connection for connection, _ in published], receivers


def _answer(offer: str, connection: Connection) -> str:
    """Accept every section that Janus offers, with the codec it names first."""
    _, *sections = re.split(r"(?m)^(?=m=)", offer.replace("\r\n", "\n"))
    mids = re.findall(r"(?m)^a=mid:(\S+)", offer)
    lines = [
        "v=0",
        f"o=- {connection.session} 1 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        f"a=group:BUNDLE {' '.join(mids)}",
        "a=msid-semantic: WMS *",
    ]
    for section in sections:
        said = section.splitlines()
        kept = [line for line in said if line.startswith(("m=", "a=mid", "a=rtpmap", "a=fmtp"))]
        lines += [
            kept[0],
            "c=IN IP4 0.0.0.0",
            "a=recvonly",
            *kept[1:],
            "a=rtcp-mux",
            f"a=ice-ufrag:{connection.ufrag}",
            f"a=ice-pwd:{connection.pwd}",
            f"a=fingerprint:sha-256 {connection.fingerprint}",
            "a=setup:active",
        ]
    return "\r\n".join(lines) + "\r\n"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _configure(folder: Path, port: int) -> Path:
    """A copy of the package's own configuration, with another port."""
    settings = folder / "janus"
    shutil.copytree(CONFIGURATION, settings)
    http = settings / "janus.transport.http.jcfg"
    http.write_text(re.sub(r"(?m)^(\s*port = )8088", rf"\g<1>{port}", http.read_text("utf-8")), "utf-8")
    return settings


@asynccontextmanager
async def janus() -> AsyncIterator[Janus]:
    """A running Janus. Raises ``NoJanus``."""
    program = shutil.which("janus")
    if program is None:
        raise NoJanus("not installed (apt-get install janus)")
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        settings = _configure(Path(folder), port)
        process = await asyncio.create_subprocess_exec(
            *(program, f"--configs-folder={settings}", "--disable-stdout", f"--log-file={folder}/log"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with aiohttp.ClientSession() as session:
                server = Janus(process.pid, f"http://127.0.0.1:{port}/janus", session, Path(folder))
                await server.open()
                yield server
                server.close()
        finally:
            process.terminate()
            try:
                async with asyncio.timeout(5):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
