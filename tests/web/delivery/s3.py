"""An S3 server on this machine, spoken to over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import obstore
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

ACCESS, SECRET, REGION = "tyndau", "a secret of the test", "us-east-1"


@contextmanager
def s3_server(bucket: str) -> Iterator[str]:
    """The address of a server that has this one, empty bucket."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    address = f"http://{host}:{port}"
    try:
        _create(address, bucket)
        yield address
    finally:
        server.stop()


def _create(address: str, bucket: str) -> None:
    import urllib.request

    for method, path in (("POST", "moto-api/reset"), ("PUT", bucket)):
        urllib.request.urlopen(urllib.request.Request(f"{address}/{path}", method=method)).close()


def objects(address: str, bucket: str) -> dict[str, bytes]:
    """Everything in the bucket, as somebody else sees it."""
    store = S3Store(
        bucket,
        endpoint=address,
        region=REGION,
        access_key_id=ACCESS,
        secret_access_key=SECRET,
        client_options={"allow_http": True},
    )
    return {one["path"]: bytes(obstore.get(store, one["path"]).bytes()) for page in obstore.list(store) for one in page}
