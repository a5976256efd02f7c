"""Receivers of deliveries: a real HTTP server that checks signatures by hand and keeps every key that it took."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


@dataclass
class Receiver:
    """``statuses`` are what it answers next, one a request; 200 when there is none left."""

    key: bytes | Ed25519PublicKey
    statuses: list[int] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    taken: dict[str, bytes] = field(default_factory=dict)
    labels: list[dict[str, Any]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.Response:
        content, key = await request.read(), request.headers["Idempotency-Key"]
        self.requests.append(key)
        if self.statuses and (status := self.statuses.pop(0)) != 200:
            return web.Response(status=status)
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        if request.headers["Content-Digest"] != f"sha-256=:{digest}:" or not self._signed(request):
            self.refused.append(key)
            return web.Response(status=401)
        if key not in self.taken:
            self.taken[key] = content
            self.labels.append(json.loads(base64.b64decode(request.headers["Tyndau-Label"].strip(":"))))
        return web.Response()

    def _signed(self, request: web.Request) -> bool:
        """RFC 9421, section 2.5, spelled out."""
        _, _, params = request.headers["Signature-Input"].partition("=")
        signature = base64.b64decode(request.headers["Signature"].partition("=:")[2].rstrip(":"))
        derived = {"@method": request.method, "@target-uri": self.url}
        names = re.findall(r'"([^"]+)"', params.partition(")")[0])
        lines = [f'"{name}": {derived.get(name) or request.headers[name]}' for name in names]
        base = "\n".join([*lines, f'"@signature-params": {params}']).encode()
        if not {"@target-uri", "content-digest", "idempotency-key", "tyndau-label"} <= set(names):
            return False
        if isinstance(self.key, bytes):
            return hmac.compare_digest(hmac.digest(self.key, base, "sha256"), signature)
        try:
            self.key.verify(signature, base)
        except InvalidSignature:
            return False
        return True


@asynccontextmanager
async def receiving(key: bytes | Ed25519PublicKey) -> AsyncIterator[Receiver]:
    """A receiver at an address of its own."""
    receiver = Receiver(key)
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/documents", receiver.take)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/documents"))
        yield receiver
