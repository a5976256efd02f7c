"""A stand-in for NCALayer: a WebSocket over TLS on this machine that signs with a test certificate, or is told not to.

It greets, and answers ``getActiveTokens`` and ``createCAdESFromBase64`` of ``kz.gov.pki.knca.commonUtils`` as the real
program does; whatever else it is asked fails the test by leaving it without an answer.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec

from tests.hearing.registry.national import Holder, authority, named

MODULE = "kz.gov.pki.knca.commonUtils"


class NcaLayer:
    """``signer`` is whose key the user chooses; None: the user closes the window."""

    def __init__(self) -> None:
        self.signer: Holder | None = None
        self.asked: list[tuple[str, list[Any]]] = []
        self.visits = 0
        self.address = ""

    async def speak(self, request: web.Request) -> web.WebSocketResponse:
        self.visits += 1
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        await socket.send_json({"result": {"version": "1.4"}})
        async for message in socket:
            said = json.loads(message.data)
            self.asked.append((said["method"], said["args"]))
            await socket.send_json(await self._answer(said))
        return socket

    async def _answer(self, said: dict[str, Any]) -> dict[str, Any]:
        match said["module"], said["method"], said["args"]:
            case module, "getActiveTokens", [] if module == MODULE:
                return {"code": "200", "responseObject": []}
            case module, "createCAdESFromBase64", ["PKCS12", "SIGNATURE", data, False] if module == MODULE:
                if self.signer is None:
                    return {"code": "500", "message": "action.canceled"}
                made = await asyncio.to_thread(self.signer.sign, base64.b64decode(data))
                return {"code": "200", "responseObject": base64.b64encode(made).decode()}
        raise ValueError(f"NCALayer is not asked {said['method']!r} so")


@asynccontextmanager
async def listening(folder: Path, at: float) -> AsyncIterator[NcaLayer]:
    """The stand-in on a free port, with a certificate that no browser knows."""
    layer = NcaLayer()
    own = authority(folder / "ca", at).issue(
        folder / "tls", named("127.0.0.1"), ec.generate_private_key(ec.SECP256R1()), at
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(own.crt, own.folder / "key.pem")
    app = web.Application()
    app.router.add_get("/", layer.speak)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    layer.address = f"wss://127.0.0.1:{runner.addresses[0][1]}/"
    yield layer
    await runner.cleanup()
