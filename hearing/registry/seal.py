"""Closing seals: a signed note beside the journal of how far a closed hearing's journal reached.

A journal that was cut short after closing still chains; the seal says that there was more. It is written at the closing
and renewed after each later fact. The closing digest is also given to the parties, who can hold it against both.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from hearing.participants import HearingId
from hearing.registry import cms
from hearing.registry.errors import Damaged, KeyLost
from hearing.registry.files import create_file, replace_file

KEY_FILE = "seal.key"
PUBLIC_FILE = "seal.pub"
CERTIFICATE_FILE = "seal.crt"
VALID = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)
FOLDER = "seals"
ALGORITHM = ec.ECDSA(SHA256())


@dataclass(frozen=True, slots=True)
class Seal:
    """The journal of this hearing had this many entries, and the last one this digest."""

    hearing: HearingId
    version: int
    digest: str


class Seals:
    """The seals of one data folder and the key that signs them."""

    def __init__(self, folder: Path, key: ec.EllipticCurvePrivateKey, certificate: bytes) -> None:
        self._folder = folder
        self._key = key
        self.certificate = certificate

    @classmethod
    def open(cls, folder: Path) -> Seals:
        """Read the seal key, or make it at the first start; its public half lies beside it for anyone to check.

        Raises ``KeyLost`` rather than seal with another key than the one whose certificate lies there.
        """
        path, kept = folder / KEY_FILE, folder / CERTIFICATE_FILE
        if kept.exists() and not path.exists():
            raise KeyLost(f"the seal key is missing: put it back as {path}")
        made = path.read_bytes() if path.exists() else create_file(path, _new_key())
        try:
            key = serialization.load_pem_private_key(made, password=None)
        except ValueError as wrong:
            raise KeyLost("the seal key file is damaged") from wrong
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise KeyLost("the seal key file holds another kind of key")
        public = key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        if not (folder / PUBLIC_FILE).exists():
            create_file(folder / PUBLIC_FILE, public)
        certificate = kept.read_bytes() if kept.exists() else create_file(kept, cms.certificate_for(key, *VALID))
        return cls(folder / FOLDER, key, certificate)

    def sign(self, content: bytes) -> bytes:
        """A detached CMS signature that anyone can check with the certificate."""
        return cms.sign(content, self._key, x509.load_pem_x509_certificate(self.certificate))

    def write(self, seal: Seal) -> None:
        """Sign and put in place, durably."""
        signature = self._key.sign(_signed(seal), ALGORITHM).hex()
        said = {"hearing": seal.hearing, "version": seal.version, "digest": seal.digest, "signature": signature}
        replace_file(self._path(seal.hearing), json.dumps(said, indent=1, sort_keys=True).encode() + b"\n")

    def read(self, hearing: HearingId) -> Seal | None:
        """The hearing's seal, or None where there is none. Raises ``Damaged`` when it is not ours."""
        path = self._path(hearing)
        if not path.exists():
            return None
        try:
            said = json.loads(path.read_bytes())
            seal = Seal(HearingId(said["hearing"]), int(said["version"]), str(said["digest"]))
            self._key.public_key().verify(bytes.fromhex(said["signature"]), _signed(seal), ALGORITHM)
        except (ValueError, KeyError, TypeError, InvalidSignature) as wrong:
            raise Damaged(f"seal {hearing}") from wrong
        if seal.hearing != hearing:
            raise Damaged(f"seal {hearing}")
        return seal

    def hearings(self) -> list[HearingId]:
        """Every hearing that was ever sealed here."""
        return sorted(HearingId(path.stem) for path in self._folder.glob("*.seal"))

    def _path(self, hearing: HearingId) -> Path:
        return self._folder / f"{hearing}.seal"


def _signed(seal: Seal) -> bytes:
    return f"tyndau closing seal\n{seal.hearing}\n{seal.version}\n{seal.digest}\n".encode()


def _new_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
