"""CSRs: which can be signed, and what is said of the others."""

import base64
import random
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from app.certificates.signing_requests import MAX_CSR, Expected, fault_of_csr, tidy_csr
from tests.app.certificate_stories import Key, new_csr
from tests.app.secure import CPO_NAME

EXPECTED = Expected("SN-1", CPO_NAME)


@cache
def key(kind: str) -> Key:
    if kind.startswith("RSA"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("RSA")))
    curves = {"P-224": ec.SECP224R1, "P-384": ec.SECP384R1, "P-521": ec.SECP521R1, "K-256": ec.SECP256K1}
    return ec.generate_private_key(curves[kind]()) if kind in curves else ed25519.Ed25519PrivateKey.generate()


@pytest.mark.parametrize("kind", ["RSA2048", "P-384", "P-521"])
def test_a_csr_that_names_the_charge_point_has_no_fault(kind: str) -> None:
    assert fault_of_csr(new_csr("SN-1", key=key(kind)), EXPECTED) is None
    assert fault_of_csr(new_csr("SN-1", key=key(kind), hashed=hashes.SHA512()), EXPECTED) is None


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("RSA1024", "the RSA key has 1024 bits"),
        ("P-224", "the key is on the curve secp224r1; secp256r1, secp384r1, secp521r1 can be used"),
        ("K-256", "the key is on the curve secp256k1"),
    ],
)
def test_a_key_that_tls_would_not_take_is_refused(kind: str, said: str) -> None:
    assert (fault_of_csr(new_csr("SN-1", key=key(kind)), EXPECTED) or "").startswith(said)


def test_a_key_that_ocpp_has_no_suite_for_is_refused() -> None:
    csr = new_csr("SN-1", key=key("Ed25519"), hashed=None)
    assert fault_of_csr(csr, EXPECTED) == "the key is neither RSA nor ECDSA"


@pytest.mark.parametrize(
    ("names", "organisation", "said"),
    [
        (("SN-2",), CPO_NAME, "CN is 'SN-2', not the charge point's serial number 'SN-1'"),
        ((), CPO_NAME, "CN is missing or not the only one"),
        (("SN-1", "SN-2"), CPO_NAME, "CN is missing or not the only one"),
        (("sn-1",), CPO_NAME, "CN is 'sn-1'"),
        (("SN-1",), None, "O is missing or not the only one, not CPO_NAME 'Example Charging'"),
        (("SN-1",), "Somebody else", "O is 'Somebody else'"),
        (("\u202e1-NS",), CPO_NAME, "CN is '\\u202e1-NS'"),
    ],
)
def test_whom_a_csr_must_name_is_told(names: tuple[str, ...], organisation: str | None, said: str) -> None:
    assert (fault_of_csr(new_csr(*names, organisation=organisation), EXPECTED) or "").startswith(said)


def test_without_cpo_name_any_organisation_or_none_will_do() -> None:
    for organisation in ("Somebody", None):
        assert fault_of_csr(new_csr("SN-1", organisation=organisation), Expected("SN-1", None)) is None


def test_without_a_known_serial_number_nobody_is_named() -> None:
    assert "serial number is not known here" in (fault_of_csr(new_csr("SN-1"), Expected(None, CPO_NAME)) or "")


def der(csr: str) -> bytes:
    return x509.load_pem_x509_csr(csr.encode()).public_bytes(Encoding.DER)


def pem(der: bytes) -> str:
    text = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE REQUEST-----\n{text}-----END CERTIFICATE REQUEST-----\n"


def test_a_signature_by_another_key_is_refused() -> None:
    forged = bytearray(der(new_csr("SN-1")))
    at = forged.index(b"SN-1")
    forged[at : at + 4] = b"SN-7"
    assert fault_of_csr(pem(forged), Expected("SN-7", CPO_NAME)) == "the CSR's signature does not belong to its key"


@pytest.mark.parametrize("text", ["", "nonsense", "\ud800", pem(b""), pem(b"0" * 500), "-----BEGIN CERTIFICATE-----"])
def test_what_is_no_csr_is_told_so(text: str) -> None:
    assert fault_of_csr(text, EXPECTED) == "the CSR is not a PEM certificate request that can be read"


def test_a_csr_has_a_length() -> None:
    assert "5500 are allowed" in (fault_of_csr(new_csr("SN-1") + "x" * MAX_CSR, EXPECTED) or "")


@pytest.mark.parametrize("kind", ["RSA2048", "P-384"])
def test_a_csr_with_wrong_bytes_is_never_more_than_refused(kind: str) -> None:
    # The seed makes a failure repeatable.
    chance, whole = random.Random(kind), der(new_csr("SN-1", key=key(kind)))
    for _ in range(500):
        broken = bytearray(whole)
        for _ in range(chance.choice([1, 1, 2, 3])):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        if bytes(broken) != whole:
            fault_of_csr(pem(broken[: chance.choice([len(broken), chance.randrange(len(broken))])]), EXPECTED)


def test_what_stands_around_a_csr_is_left_out() -> None:
    csr = new_csr("SN-1")
    assert tidy_csr(f"Subject: anything\n{csr}\nrm -rf /\n") == csr
