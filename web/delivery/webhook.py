"""Signed webhook: the document is the body of one POST, signed by RFC 9421 with HMAC-SHA256 or Ed25519.

The signature covers method, address, the body's digest (RFC 9530), its type, the idempotency key and the label, and
bears the time of the attempt. A receiver keeps the idempotency keys that it has taken and answers a known one with
200. Anything but 2xx means "not taken": 408, 409, 425, 429 and 5xx are tried again, the rest is not.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import aiohttp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from http_message_signatures import HTTPMessageSigner, MappingKeyResolver
from http_message_signatures.algorithms import ED25519, HMAC_SHA256

from web.delivery.parcel import NotDelivered, Parcel

COVERED = (
    "@method",
    "@target-uri",
    "content-digest",
    "content-length",
    "content-type",
    "idempotency-key",
    "tyndau-label",
)
LABEL_NAME = "sig1"
TAG = "tyndau-delivery"
TAKEN_LATER = frozenset({408, 409, 425, 429})
CONNECT_SECONDS, SILENT_SECONDS = 20.0, 120.0


@dataclass(frozen=True, slots=True)
class Webhook:
    """``secret`` is shared (HMAC) or our own Ed25519 key, of which the receiver knows the public half."""

    url: str
    key_id: str
    secret: bytes | Ed25519PrivateKey = field(repr=False)

    async def deliver(self, parcel: Parcel, at: float) -> None:
        headers = self.headers(parcel, at)
        patience = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS)
        try:
            async with (
                aiohttp.ClientSession(timeout=patience) as session,
                session.post(self.url, data=parcel.content(), headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
        except TimeoutError as wrong:
            raise NotDelivered("timeout") from wrong
        except (aiohttp.ClientError, OSError) as wrong:
            raise NotDelivered("unreachable") from wrong
        if not 200 <= status < 300:
            again = status in TAKEN_LATER or status >= 500
            raise NotDelivered(f"http_{status}", final=not again)

    def headers(self, parcel: Parcel, at: float) -> Mapping[str, str]:
        """The headers of the request, signed at Unix second ``at``."""
        request = _Request("POST", self.url)
        request.headers.update(
            {
                "Content-Type": parcel.media_type,
                "Content-Length": str(parcel.size),
                "Content-Digest": f"sha-256=:{base64.b64encode(bytes.fromhex(parcel.sha256)).decode()}:",
                "Idempotency-Key": f'"{parcel.key}"',
                "Tyndau-Label": f":{base64.b64encode(parcel.label).decode()}:",
            }
        )
        signer = HTTPMessageSigner(
            signature_algorithm=HMAC_SHA256 if isinstance(self.secret, bytes) else ED25519,
            key_resolver=MappingKeyResolver(public_keys={}, private_keys={self.key_id: self.secret}),
        )
        signer.sign(
            request,
            key_id=self.key_id,
            created=datetime.fromtimestamp(at, UTC),
            label=LABEL_NAME,
            tag=TAG,
            covered_component_ids=COVERED,
            use_existing_digest=True,
        )
        return request.headers


def signing_key(pem: bytes) -> Ed25519PrivateKey:
    """The key of a PEM file. Raises ``ValueError`` for any other kind of key."""
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the key of a webhook must be Ed25519")
    return key


@dataclass(slots=True)
class _Request:
    """What the signer looks at."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
