"""The seal on a bundle: a detached CMS signature (RFC 5652) and a timestamp on it (RFC 3161).

The signature has one spelling only: no attributes, no certificates inside, one signer. So a single byte that differs
is found by comparing, and ``openssl cms -verify`` needs nothing but the court's certificate. The timestamp is taken
over the signature, which proves that the seal existed at that time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from hearing.registry.errors import Damaged

ALGORITHM = ec.ECDSA(SHA256())
SEQUENCE, SET, INTEGER, OCTETS, CONTEXT_0 = 0x30, 0x31, 0x02, 0x04, 0xA0
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
SHA_256 = bytes.fromhex("0609608648016503040201")
ECDSA_WITH_SHA_256 = bytes.fromhex("06082a8648ce3d040302")


def sign(content: bytes, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bytes:
    """A detached CMS signature over ``content``, DER."""
    return _spelled(key.sign(content, ALGORITHM), certificate)


def verify(signature: bytes, content: bytes, certificate: x509.Certificate) -> None:
    """Raises ``Damaged`` when this is not the certificate's signature over ``content``, spelled as ``sign`` does."""
    public = certificate.public_key()
    for length in range(8, 73):
        value = signature[-length:]
        if signature[-length - 2 : -length] == bytes((OCTETS, length)) and _spelled(value, certificate) == signature:
            if not isinstance(public, ec.EllipticCurvePublicKey):
                break
            try:
                public.verify(value, content, ALGORITHM)
            except InvalidSignature as wrong:
                raise Damaged("the seal does not fit what it covers") from wrong
            return
    raise Damaged("the seal is not this court's, or was changed")


def timestamp_request(signature: bytes) -> bytes:
    """What to ask a timestamp authority for this signature."""
    return TimestampRequestBuilder().data(signature).hash_algorithm(HashAlgorithm.SHA256).build().as_bytes()


def verify_timestamp(response: bytes, signature: bytes, authority: x509.Certificate) -> datetime:
    """When the authority saw this signature. Raises ``Damaged`` when the response proves nothing of the kind."""
    try:
        read = decode_timestamp_response(response)
        VerifierBuilder().add_root_certificate(authority).build().verify_message(read, signature)
        inside = [x509.load_der_x509_certificate(one) for one in read.signed_data.certificates]
        whole = read.as_bytes() == response and all(_is_issued(one, [authority, *inside]) for one in inside)
    except (VerificationError, ValueError, x509.InvalidVersion, UnsupportedAlgorithm) as wrong:
        raise Damaged("the timestamp does not fit the seal") from wrong
    if not whole:
        raise Damaged("the timestamp was changed")
    return read.tst_info.gen_time


def _is_issued(certificate: x509.Certificate, issuers: Iterable[x509.Certificate]) -> bool:
    """Whether every byte of a certificate is its issuer's; verifying a timestamp looks at some of them only."""
    for issuer in issuers:
        try:
            certificate.verify_directly_issued_by(issuer)
            return True
        except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
            continue
    return False


def _spelled(value: bytes, certificate: x509.Certificate) -> bytes:
    issuer = certificate.issuer.public_bytes()
    serial = certificate.serial_number
    number = der(INTEGER, serial.to_bytes(serial.bit_length() // 8 + 1, "big"))
    signer = der(
        SEQUENCE,
        der(INTEGER, b"\x01")
        + der(SEQUENCE, issuer + number)
        + der(SEQUENCE, SHA_256)
        + der(SEQUENCE, ECDSA_WITH_SHA_256)
        + der(OCTETS, value),
    )
    signed = der(
        SEQUENCE,
        der(INTEGER, b"\x01") + der(SET, der(SEQUENCE, SHA_256)) + der(SEQUENCE, DATA) + der(SET, signer),
    )
    return der(SEQUENCE, SIGNED_DATA + der(CONTEXT_0, signed))


def der(tag: int, content: bytes) -> bytes:
    """One element of DER."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def certificate_for(key: ec.EllipticCurvePrivateKey, since: datetime, until: datetime) -> bytes:
    """A certificate of the seal's key by itself, PEM: what anyone needs to check a bundle."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Tyndau court seal")])
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)
