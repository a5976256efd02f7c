"""A person's own electronic signature as NCALayer makes it: detached CMS with signed attributes (RFC 5652, CAdES).

What is checked: that it signs this document, by a certificate that is in it, of this person, for signing, and valid
now; and that the certificate leads to one of the configured national roots. RSA and ECDSA with SHA-2 are reckoned
here. The Kazakh GOST algorithms are not: such a signature is kept and said to be unchecked, anything else is refused.
Whether a certificate was revoked is not asked. CMS from NCALayer may come with indefinite lengths (BER), so those are
read, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, Hash, HashAlgorithm

from hearing.registry.cms import CONTEXT_0, INTEGER, OCTETS, SEQUENCE, SET, SIGNED_DATA, der
from hearing.wrongs import Refused

OID, CONSTRUCTED, ENDLESS, SUBJECT_KEY = 0x06, 0x20, 0x80, 0x80
DEEPEST = 24
GOST = bytes.fromhex("2a830e030a")
"""1.2.398.3.10: where the national authority's own algorithms are registered."""
MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")
SIGNING_CERTIFICATE_V2 = bytes.fromhex("2a864886f70d010910022f")
HASHES: dict[bytes, type[HashAlgorithm]] = {
    bytes.fromhex("608648016503040201"): SHA256,
    bytes.fromhex("608648016503040202"): SHA384,
    bytes.fromhex("608648016503040203"): SHA512,
}
SIGNERS: dict[bytes, tuple[type, type[HashAlgorithm] | None]] = {
    bytes.fromhex("2a864886f70d010101"): (rsa.RSAPublicKey, None),
    bytes.fromhex("2a864886f70d01010b"): (rsa.RSAPublicKey, SHA256),
    bytes.fromhex("2a864886f70d01010c"): (rsa.RSAPublicKey, SHA384),
    bytes.fromhex("2a864886f70d01010d"): (rsa.RSAPublicKey, SHA512),
    bytes.fromhex("2a8648ce3d040302"): (ec.EllipticCurvePublicKey, SHA256),
    bytes.fromhex("2a8648ce3d040303"): (ec.EllipticCurvePublicKey, SHA384),
    bytes.fromhex("2a8648ce3d040304"): (ec.EllipticCurvePublicKey, SHA512),
}
"""Signature algorithms: the key each wants, and its hash where it names one; else the signer's."""
LONGEST_CHAIN = 6


class Proof(StrEnum):
    CHECKED = "checked"
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether the signature itself was reckoned here, and whether its certificate leads to a national root."""

    signature: Proof
    chain: Proof


@dataclass(frozen=True, slots=True)
class Element:
    tag: int
    content: bytes
    raw: bytes

    def inside(self) -> list[Element]:
        return list(_elements(self.content))


@dataclass(frozen=True, slots=True)
class Signer:
    """What a CMS says of its one signer. ``attributes`` is the signed attributes' content."""

    certificate: x509.Certificate
    others: Sequence[x509.Certificate]
    digest: bytes
    algorithm: bytes
    attributes: bytes
    value: bytes


def check(
    signature: bytes, content: bytes, iin: str | None, at: float, roots: Sequence[x509.Certificate] = ()
) -> Checked:
    """Check a detached signature (DER or BER) over ``content`` at a Unix second. ``iin``: whose it must be, if known.

    Raises ``Refused`` with the rule that says what does not fit.
    """
    try:
        signer = _read(signature)
        _certificate_fits(signer.certificate, iin, datetime.fromtimestamp(at, UTC))
    except (ValueError, IndexError, x509.InvalidVersion) as wrong:
        raise Refused("signature_unreadable") from wrong
    if signer.digest.startswith(GOST) or signer.algorithm.startswith(GOST):
        return Checked(Proof.NOT_CHECKED, Proof.NOT_CHECKED)
    _signature_fits(signer, content)
    if not roots:
        return Checked(Proof.CHECKED, Proof.NOT_CHECKED)
    if not _leads_to(signer, roots, datetime.fromtimestamp(at, UTC)):
        raise Refused("certificate_foreign")
    return Checked(Proof.CHECKED, Proof.CHECKED)


# --- reading -------------------------------------------------------------------------------------------------------


def _element(data: bytes, at: int, depth: int = 0) -> tuple[Element, int]:
    """The element that begins here, and where the next one does."""
    tag, first, start = data[at], data[at + 1], at + 2
    if tag & 0x1F == 0x1F or depth > DEEPEST:
        raise ValueError("no element that a signature holds")
    if first == ENDLESS:
        if not tag & CONSTRUCTED:
            raise ValueError("a plain element without a length")
        end = start
        while data[end : end + 2] != b"\x00\x00":
            _, end = _element(data, end, depth + 1)
        return Element(tag, data[start:end], data[at : end + 2]), end + 2
    if first > ENDLESS:
        count = first & 0x7F
        size, start = int.from_bytes(data[start : start + count], "big"), start + count
    else:
        size = first
    end = start + size
    if end > len(data):
        raise ValueError("cut short")
    return Element(tag, data[start:end], data[at:end]), end


def _elements(data: bytes) -> Iterator[Element]:
    at = 0
    while at < len(data):
        one, at = _element(data, at)
        yield one


def _tagged(element: Element, tag: int) -> Element:
    if element.tag != tag:
        raise ValueError("another element is due here")
    return element


def _read(signature: bytes) -> Signer:
    whole, end = _element(signature, 0)
    kind, wrapped = _tagged(whole, SEQUENCE).inside()
    if kind.raw != SIGNED_DATA or end != len(signature):
        raise ValueError("no signed data")
    (signed,) = _tagged(wrapped, CONTEXT_0).inside()
    parts = _tagged(signed, SEQUENCE).inside()
    if len(_tagged(parts[2], SEQUENCE).inside()) != 1:
        raise ValueError("the document lies in the signature")
    (signer,) = _tagged(parts[-1], SET).inside()
    carried = [x509.load_der_x509_certificate(one.raw) for one in _tagged(parts[3], CONTEXT_0).inside()]
    _, said_by, digest, attributes, algorithm, value, *_ = _tagged(signer, SEQUENCE).inside()
    own = [one for one in carried if _is_of(one, said_by)]
    if len(own) != 1:
        raise ValueError("the signer's certificate is missing")
    return Signer(
        own[0],
        [one for one in carried if one is not own[0]],
        _algorithm(digest),
        _algorithm(algorithm),
        _tagged(attributes, CONTEXT_0).content,
        _tagged(value, OCTETS).content,
    )


def _algorithm(element: Element) -> bytes:
    return _tagged(_tagged(element, SEQUENCE).inside()[0], OID).content


def _is_of(certificate: x509.Certificate, said: Element) -> bool:
    if said.tag == SUBJECT_KEY:
        key = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        return key.digest == said.content
    issuer, serial = _tagged(said, SEQUENCE).inside()
    number = int.from_bytes(_tagged(serial, INTEGER).content, "big", signed=True)
    return certificate.serial_number == number and certificate.issuer.public_bytes() == issuer.raw


def _attribute(attributes: bytes, name: bytes) -> Element | None:
    """The one value of a signed attribute."""
    found = [one.inside() for one in _elements(attributes)]
    values = [_tagged(one[1], SET).inside() for one in found if one[0].content == name]
    if len(values) > 1 or any(len(one) != 1 for one in values):
        raise ValueError("an attribute with several values")
    return values[0][0] if values else None


# --- judging -------------------------------------------------------------------------------------------------------


def _certificate_fits(certificate: x509.Certificate, iin: str | None, at: datetime) -> None:
    named = {str(one.value) for one in certificate.subject.get_attributes_for_oid(x509.NameOID.SERIAL_NUMBER)}
    if iin is not None and named != {f"IIN{iin}"}:
        raise Refused("certificate_of_another")
    if not _valid(certificate, at):
        raise Refused("certificate_expired")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    if not usage.content_commitment:
        raise Refused("certificate_not_for_signing")


def _valid(certificate: x509.Certificate, at: datetime) -> bool:
    return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc


def _signature_fits(signer: Signer, content: bytes) -> None:
    made, (key_kind, named) = HASHES.get(signer.digest), SIGNERS.get(signer.algorithm, (None, None))
    if made is None or key_kind is None or named not in (None, made):
        raise Refused("signature_algorithm")
    try:
        said = _attribute(signer.attributes, MESSAGE_DIGEST)
        pinned = _attribute(signer.attributes, SIGNING_CERTIFICATE_V2)
        names_this = pinned is None or _names(pinned, signer.certificate)
        key = signer.certificate.public_key()
    except (ValueError, IndexError, UnsupportedAlgorithm) as wrong:
        raise Refused("signature_unreadable") from wrong
    if said is None or said.content != _digest(made(), content):
        raise Refused("signature_of_another_document")
    if not isinstance(key, key_kind) or not names_this:
        raise Refused("signature_broken")
    signed = der(SET, signer.attributes)
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signer.value, signed, PKCS1v15(), made())
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signer.value, signed, ec.ECDSA(made()))
    except InvalidSignature as wrong:
        raise Refused("signature_broken") from wrong


def _digest(made: HashAlgorithm, content: bytes) -> bytes:
    reckoned = Hash(made)
    reckoned.update(content)
    return reckoned.finalize()


def _names(pinned: Element, certificate: x509.Certificate) -> bool:
    """Whether the attribute that pins the signer's certificate pins this one, by SHA-256 unless it says else."""
    first = _tagged(_tagged(_tagged(pinned, SEQUENCE).inside()[0], SEQUENCE).inside()[0], SEQUENCE).inside()
    made = HASHES.get(_algorithm(first[0])) if first[0].tag == SEQUENCE else SHA256
    told = _tagged(first[1] if first[0].tag == SEQUENCE else first[0], OCTETS)
    return made is not None and certificate.fingerprint(made()) == told.content


def _leads_to(signer: Signer, roots: Sequence[x509.Certificate], at: datetime) -> bool:
    """Whether somebody trusted issued the certificate, by way of the authorities that came with it."""
    one = signer.certificate
    for _ in range(LONGEST_CHAIN):
        if any(_issued(root, one) and _valid(root, at) for root in roots):
            return True
        above = [other for other in signer.others if _issued(other, one) and _valid(other, at)]
        if not above:
            return False
        one = above[0]
    return False


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        may = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm, x509.ExtensionNotFound):
        return False
    return may
