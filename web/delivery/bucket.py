"""S3-compatible storage: the document as one object, and ``NAME.json`` beside it once the document is complete.

The label is written last and is looked for first: where it lies already with the same words, the parcel was delivered
before, and nothing is written that could set off the receiver's work a second time.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import obstore
from obstore.exceptions import BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from hearing.registry.shelf import s3_store
from web.delivery.parcel import NotDelivered, Parcel

LABEL_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Bucket:
    bucket: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str = field(repr=False)
    prefix: str = ""

    async def deliver(self, parcel: Parcel, at: float) -> None:
        store = s3_store(self.bucket, self.endpoint, self.region, self.access_key, self.secret_key, self.prefix)
        try:
            if await _label(store, parcel) == parcel.label:
                return
            await obstore.put_async(store, parcel.name, _pieces(parcel), attributes={"Content-Type": parcel.media_type})
            await obstore.put_async(
                store, parcel.name + LABEL_SUFFIX, parcel.label, attributes={"Content-Type": "application/json"}
            )
        except (PermissionDeniedError, UnauthenticatedError) as wrong:
            raise NotDelivered("forbidden", final=True) from wrong
        except (BaseError, OSError) as wrong:
            raise NotDelivered("unreachable") from wrong


async def _label(store: S3Store, parcel: Parcel) -> bytes | None:
    try:
        found = await obstore.get_async(store, parcel.name + LABEL_SUFFIX)
        return bytes(await found.bytes_async())
    except (NotFoundError, FileNotFoundError):
        return None


async def _pieces(parcel: Parcel) -> AsyncIterator[bytes]:
    async for piece in parcel.content():
        yield piece
