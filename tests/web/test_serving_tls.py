"""The program itself, as a service manager starts it: with certificate files of its own it speaks TLS."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.browser.courthouse import Courthouse
from tests.web.house import PASSWORD, SECRETARY

YEAR = datetime.timedelta(days=365)


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "court")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + YEAR)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[Courthouse, Path]]:
    chain, secret = certificate(tmp_path)
    house = Courthouse(tmp_path / "data")
    house.settings = {
        "TYNDAU_TLS__CERTIFICATE": str(chain),
        "TYNDAU_TLS__KEY": str(secret),
        "TYNDAU_PUBLIC_URL": house.url.replace("http:", "https:"),
        "TYNDAU_SPEECH__MODEL": "",
    }
    async with house.sitting():
        yield house, chain


async def test_with_certificate_files_everything_is_served_over_tls(served: tuple[Courthouse, Path]) -> None:
    house, chain = served
    url = house.url.replace("http:", "https:")
    trusts = ssl.create_default_context(cafile=str(chain))
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        body = {"iin": SECRETARY, "password": PASSWORD}
        async with session.post(f"{url}/api/v1/session", json=body, ssl=trusts) as answer:
            assert answer.status == 200
            cookies = answer.headers.getall("Set-Cookie")
        assert [c for c in cookies if c.startswith("__Host-") and "Secure" in c and "HttpOnly" in c]
        async with session.get(f"{url}/board", ssl=trusts) as answer:
            assert answer.status == 200
            assert "max-age" in answer.headers["Strict-Transport-Security"]
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"{house.url}/board")
