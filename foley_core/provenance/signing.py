"""The key and certificate with which files are signed: the operator's, or one made for tests.

Where the job names no files, the environment gives them: `FOLEY_SIGNING_KEY` and
`FOLEY_SIGNING_CERTIFICATE` hold the text of a PEM file, or its path. A key is never part of a job.
"""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foley_core.errors import ConfigError
from foley_core.provenance.marking import Marking

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name

KEY_VARIABLE = "FOLEY_SIGNING_KEY"
CERTIFICATE_VARIABLE = "FOLEY_SIGNING_CERTIFICATE"
TEST_NAME = "foley test key, made by itself"
"""Name in certificates that are made here: they prove that a file is whole, not who made it."""

EXTRA_MISSING = (
    "Content Credentials need the extra `provenance`, which is not installed; "
    "run: pip install 'foley-catalogue[provenance]'"
)
_LONGEST_PEM_BYTES = 1 << 20
_TEST_DAYS = 30


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with the certificates for it, its own first, all as PEM.

    Attributes:
        algorithm: name of the signature's kind, as C2PA has it.
        name: whom the certificate names.
    """

    certificates: bytes
    key: bytes = field(repr=False)
    algorithm: str
    name: str


def find_signing_key(marking: Marking) -> SigningKey:
    """Return the key of the settings or the environment, or else this process's test key.

    Raises:
        ConfigError: files cannot be read, do not fit each other, have expired, are not those with
            which the job began, or the extra `provenance` is missing.
    """
    require_extra()
    key = _found(marking)
    if marking.signer not in (None, key.name):
        raise ConfigError(
            f"the job began to sign as {marking.signer}, and this machine has the key of "
            f"{key.name}; give every machine the same {KEY_VARIABLE} and {CERTIFICATE_VARIABLE}, "
            "or the same files"
        )
    return key


def _found(marking: Marking) -> SigningKey:
    places = {
        "signing_key": marking.signing_key or os.environ.get(KEY_VARIABLE),
        "signing_certificate": (
            marking.signing_certificate or os.environ.get(CERTIFICATE_VARIABLE)
        ),
    }
    given = {name: place for name, place in places.items() if place}
    if not given:
        return own_test_key()
    if missing := sorted(places.keys() - given.keys()):
        variable = KEY_VARIABLE if missing == ["signing_key"] else CERTIFICATE_VARIABLE
        raise ConfigError(f"{missing[0]} is missing beside {next(iter(given))}; name it, or set "
                          f"{variable}")  # fmt: skip
    return _checked(*(_pem(name, place) for name, place in given.items()))


def require_extra() -> None:
    """Raise an error where the packages of the extra `provenance` are not installed.

    Raises:
        ConfigError: they are not; the message says what to install.
    """
    try:
        import c2pa  # noqa: F401
        import cryptography  # noqa: F401
    except ImportError as error:
        raise ConfigError(EXTRA_MISSING) from error


@cache
def own_test_key() -> SigningKey:
    """Return a key made by this process, whose certificate says that it is for tests."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    issuing, signing = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer, subject = _named(f"{TEST_NAME}: authority"), _named(TEST_NAME)
    basics = x509.BasicConstraints(ca=True, path_length=None)
    authority = _certificate(issuer, issuer, issuing, issuing, basics)
    leaf = x509.BasicConstraints(ca=False, path_length=None)
    own = _certificate(subject, issuer, signing, issuing, leaf)
    chain = own.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM)
    key = signing.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return SigningKey(chain, key, "ES256", TEST_NAME)


def _named(name: str) -> "Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "foley"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _certificate(subject: "Name", issuer: "Name", key: Any, issuing: Any, basics: Any) -> Any:
    """Return a certificate as C2PA wants them, of a signer or of its authority."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import ExtendedKeyUsageOID

    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "encipher_only", "decipher_only"), False
    )  # fmt: skip
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_TEST_DAYS))
        .add_extension(basics, critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not basics.ca,
                key_cert_sign=basics.ca,
                crl_sign=basics.ca,
                **usage,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuing.public_key()), False
        )
    )
    if not basics.ca:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        made = made.add_extension(purpose, critical=False)
    return made.sign(issuing, hashes.SHA256())


def _pem(name: str, place: str) -> bytes:
    """Return the text of a PEM file; `place` is its path, or in the environment the text itself.

    Raises:
        ConfigError: it cannot be read.
    """
    if "-----BEGIN" in place:
        return place.encode()
    try:
        path = Path(place)
        if path.stat().st_size > _LONGEST_PEM_BYTES:
            raise ConfigError(f"{name}: {place} is too long for a PEM file")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise ConfigError(f"{name}: {place} cannot be read ({error}); check the path") from None


def _checked(key_pem: bytes, certificate_pem: bytes) -> SigningKey:
    """Return a key and its certificates that fit each other.

    Raises:
        ConfigError: they do not; the message never shows any of the key.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509.oid import NameOID

    try:
        key = load_pem_private_key(key_pem, password=None)
    except (ValueError, TypeError) as error:
        why = "it has a password" if isinstance(error, TypeError) else "no private key in PEM"
        raise ConfigError(f"signing_key: {why}; give a PKCS #8 key without a password") from None
    try:
        certificates = x509.load_pem_x509_certificates(certificate_pem)
    except ValueError:
        raise ConfigError(
            "signing_certificate: no certificate in PEM; give the signer's own certificate, and "
            "after it those up to its authority"
        ) from None
    own = certificates[0]
    if own.public_key() != key.public_key():
        raise ConfigError("signing_certificate: its first certificate is not for signing_key")
    _refuse_out_of_date(own)
    names = own.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    name = str(names[0].value) if names else own.subject.rfc4514_string()
    return SigningKey(certificate_pem, key_pem, _algorithm(key), name)


def _refuse_out_of_date(own: "Certificate") -> None:
    now = datetime.now(UTC)
    if not own.not_valid_before_utc <= now <= own.not_valid_after_utc:
        raise ConfigError(
            f"signing_certificate: it is valid from {own.not_valid_before_utc:%Y-%m-%d} to "
            f"{own.not_valid_after_utc:%Y-%m-%d}, not now; get a new one"
        )


def _algorithm(key: Any) -> str:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "ED25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return "PS256"
    if isinstance(key, ec.EllipticCurvePrivateKey):
        curves = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
        if key.curve.name in curves:
            return curves[key.curve.name]
    raise ConfigError(
        "signing_key: C2PA knows no signature of this kind of key; take an EC key (P-256, P-384, "
        "P-521), Ed25519 or RSA"
    )
