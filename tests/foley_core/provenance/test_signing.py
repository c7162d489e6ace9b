"""Keys: the operator's from files or the environment, a test key otherwise."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from foley_core.errors import ConfigError
from foley_core.provenance.mark_file import with_signer
from foley_core.provenance.marking import Marking
from foley_core.provenance.signing import (
    CERTIFICATE_VARIABLE,
    KEY_VARIABLE,
    TEST_NAME,
    find_signing_key,
    own_test_key,
)


@pytest.fixture(autouse=True)
def no_keys_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    monkeypatch.delenv(CERTIFICATE_VARIABLE, raising=False)


def written(folder: Path) -> Marking:
    """The test key as files of an operator."""
    key = own_test_key()
    (folder / "key.pem").write_bytes(key.key)
    (folder / "cert.pem").write_bytes(key.certificates)
    return Marking(
        sign=True,
        signing_certificate=str(folder / "cert.pem"),
        signing_key=str(folder / "key.pem"),
    )


def of_kind(folder: Path, key: Any, days: int = 1, purpose: bool = True) -> Marking:
    """A key of some kind with a certificate that it signed itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Studio")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now + timedelta(days=days))
    )
    if purpose:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        made = made.add_extension(usage, critical=False)
    own = isinstance(key, ed25519.Ed25519PrivateKey)
    certificate = made.sign(key, None if own else hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "key.pem").write_bytes(pem)
    (folder / "cert.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    return Marking(None, True, str(folder / "cert.pem"), str(folder / "key.pem"))


def fault(marking: Marking) -> str:
    with pytest.raises(ConfigError) as raised:
        with_signer(marking)
    assert "PRIVATE KEY" not in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    return str(raised.value)


def test_without_a_key_one_is_made_that_says_so() -> None:
    key = find_signing_key(Marking(sign=True))
    assert key.name == TEST_NAME
    assert "test" in TEST_NAME
    assert find_signing_key(Marking(sign=True)) is key


def test_a_key_is_never_shown() -> None:
    assert "PRIVATE" not in repr(own_test_key())


def test_keys_of_files_and_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marking = written(tmp_path)
    found = find_signing_key(marking)
    assert (found.name, found.algorithm) == (TEST_NAME, "ES256")
    monkeypatch.setenv(KEY_VARIABLE, own_test_key().key.decode())
    monkeypatch.setenv(CERTIFICATE_VARIABLE, str(tmp_path / "cert.pem"))
    assert find_signing_key(Marking(sign=True)) == found


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ed25519.Ed25519PrivateKey.generate(), "ED25519"),
        (rsa.generate_private_key(65537, 2048), "PS256"),
    ],
)
def test_kinds_of_keys(key: Any, algorithm: str, tmp_path: Path) -> None:
    found = find_signing_key(of_kind(tmp_path, key))
    assert (found.name, found.algorithm) == ("Studio", algorithm)


def test_a_key_of_an_unknown_kind_is_said_so(tmp_path: Path) -> None:
    assert "take an EC key" in fault(of_kind(tmp_path, dsa.generate_private_key(2048)))


def test_one_without_the_other_is_said_so(tmp_path: Path) -> None:
    marking = written(tmp_path)
    alone = Marking(sign=True, signing_key=marking.signing_key)
    assert fault(alone).startswith("signing_certificate is missing beside signing_key")


def test_files_that_are_not_there_or_something_else_are_said_so(tmp_path: Path) -> None:
    marking = written(tmp_path)
    (tmp_path / "key.pem").unlink()
    assert "key.pem cannot be read" in fault(marking)
    (tmp_path / "key.pem").write_bytes(b"nothing")
    assert fault(marking).startswith("signing_key: no private key in PEM")
    written(tmp_path)
    (tmp_path / "cert.pem").write_bytes(b"nothing")
    assert fault(marking).startswith("signing_certificate: no certificate in PEM")


def test_a_key_with_a_password_is_said_so(tmp_path: Path) -> None:
    marking, key = written(tmp_path), ec.generate_private_key(ec.SECP256R1())
    locked = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pw"))
    (tmp_path / "key.pem").write_bytes(locked)
    assert fault(marking).startswith("signing_key: it has a password")


def test_a_certificate_of_another_key_is_said_so(tmp_path: Path) -> None:
    marking, other = written(tmp_path), ec.generate_private_key(ec.SECP256R1())
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(pem)
    assert fault(marking) == "signing_certificate: its first certificate is not for signing_key"


def test_a_certificate_out_of_date_is_said_so(tmp_path: Path) -> None:
    marking = of_kind(tmp_path, ec.generate_private_key(ec.SECP256R1()), days=-1)
    assert "not now; get a new one" in fault(marking)


def test_a_certificate_that_c2pa_does_not_take_is_said_so(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    marking = of_kind(tmp_path, key, purpose=False)
    assert fault(marking).startswith("signing_certificate: C2PA does not take it")


def test_a_missing_extra_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    assert "pip install 'foley-catalogue[provenance]'" in fault(Marking(sign=True))


def test_a_machine_with_another_key_than_that_of_the_job_signs_nothing(tmp_path: Path) -> None:
    assert with_signer(written(tmp_path)).signer == TEST_NAME
    elsewhere = Marking(sign=True, signer="Studio")
    assert fault(elsewhere).startswith(
        "the job began to sign as Studio, and this machine has the key of foley test key"
    )


def test_what_is_not_signed_needs_no_key() -> None:
    assert with_signer(Marking("Beispiel AG")) == Marking("Beispiel AG")
