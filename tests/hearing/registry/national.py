"""A national authority of the test's own, whose people sign as NCALayer does: detached CAdES, by openssl."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Holder:
    """Whoever holds a key and the certificate of it, as PEM files in a folder."""

    folder: Path
    key: Key
    certificate: x509.Certificate

    @property
    def crt(self) -> Path:
        return self.folder / "crt.pem"

    def sign(self, content: bytes, *options: str) -> bytes:
        """A detached CMS signature, DER."""
        command = ("openssl", "cms", "-sign", "-binary", "-signer", "crt.pem", "-inkey", "key.pem", "-outform", "DER")
        done = subprocess.run(
            [*command, "-md", "sha256", "-nosmimecap", *(options or ("-cades",))],
            cwd=self.folder, input=content, capture_output=True, check=True,
        )  # fmt: skip
        return done.stdout

    def issue(
        self, folder: Path, subject: x509.Name, key: Key, at: float, *, ca: bool = False, signs: bool = True
    ) -> Holder:
        """A certificate of this holder for another, valid for a year around a Unix second."""
        return _issue(folder, self.key, self.certificate.subject, subject, key, at, ca, signs)


def authority(folder: Path, at: float, name: str = "ROOT") -> Holder:
    key, called = ec.generate_private_key(ec.SECP256R1()), named(name)
    return _issue(folder, key, called, called, key, at, True, False)


def named(name: str, iin: str | None = None) -> x509.Name:
    """A subject as the authority writes it: the IIN stands in the serial number."""
    parts = [x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]
    parts += [x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, f"IIN{iin}")] if iin is not None else []
    return x509.Name(parts)


def person(folder: Path, by: Holder, iin: str, at: float, key: Key | None = None, *, signs: bool = True) -> Holder:
    """Somebody's certificate; ``signs``: for signing, else for signing in alone."""
    key = key or rsa.generate_private_key(65537, 2048)
    return by.issue(folder, named("ҮЛГІ АДАМ", iin), key, at, signs=signs)


def _issue(
    folder: Path, by: Key, issuer: x509.Name, subject: x509.Name, key: Key, at: float, ca: bool, signs: bool
) -> Holder:
    middle = datetime.fromtimestamp(at, UTC)
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=signs, key_encipherment=not signs, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(middle - YEAR / 2)
        .not_valid_after(middle + YEAR / 2)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(by, SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "crt.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Holder(folder, key, certificate)
