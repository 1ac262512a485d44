"""A signature and its certificate are checked before anything is sent; these are the cases, each with its field."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from app.config import load_settings
from app.errors import BadInput, ConfigurationError
from app.firmware.roots import firmware_roots
from app.firmware.signatures import check_signature, read_signature
from tests.app.manufacturer import LONG_SALT, PKCS1, PSS, Signer, signer

IMAGE = b"an image"
SHA256 = hashlib.sha256(IMAGE).hexdigest()
NOW = datetime.now(UTC)
RSA_KEY = rsa.generate_private_key(65537, 2048)
SHORT_KEY = rsa.generate_private_key(65537, 1024)


def fault(fields: dict[str, str | None], *roots: Signer, sha256: str = SHA256, now: datetime = NOW) -> str | None:
    """Return the field that is wrong and why, None when all is well."""
    try:
        signature = read_signature(fields.get("signature"), fields.get("signing_certificate"))
        assert signature is not None
        check_signature(signature, sha256, [root.certificate for root in roots], now)
    except BadInput as refused:
        return refused.message
    return None


@pytest.mark.parametrize("padding", [PSS, LONG_SALT, PKCS1], ids=["pss", "pss-long-salt", "pkcs1"])
def test_an_rsa_signature_may_be_made_either_way(padding: Any) -> None:
    maker = signer(RSA_KEY)
    assert fault(maker.signed(IMAGE, padding)) is None
    assert str(fault(maker.signed(b"an Image", padding))).startswith("signature: is not this file's")


@pytest.mark.parametrize("curve", [ec.SECP224R1(), ec.SECP256R1(), ec.SECP521R1()], ids=lambda curve: curve.name)
def test_an_ecdsa_signature_is_taken(curve: ec.EllipticCurve) -> None:
    maker = signer(ec.generate_private_key(curve))
    assert fault(maker.signed(IMAGE)) is None
    assert str(fault(signer().signed(IMAGE) | {"signing_certificate": maker.pem})).startswith("signature: ")


def test_base64_and_pem_may_be_laid_out_as_tools_write_them_and_are_sent_tidy() -> None:
    maker = signer(RSA_KEY)
    fields = maker.signed(IMAGE)
    lines = "\n".join(fields["signature"][i : i + 64] for i in range(0, len(fields["signature"]), 64))
    untidy = {"signature": f"{lines}\n", "signing_certificate": f"subject=ACME\r\n{maker.pem}".replace("\n", "\r\n")}
    assert fault({**untidy}) is None
    signature = read_signature(untidy["signature"], untidy["signing_certificate"])
    assert signature is not None
    assert (signature.text, signature.certificates) == (fields["signature"], maker.pem)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"signature": "c2lnbmVk"}, "signing_certificate: is required with signature"),
        ({"signing_certificate": "x"}, "signature: is required"),
        ({"signature": "no base64!", "signing_certificate": "x"}, "signature: must be Base64"),
        ({"signature": "é", "signing_certificate": "x"}, "signature: must be Base64"),
        ({"signature": "c2lnbmVk", "signing_certificate": "x"}, "signing_certificate: must be an X.509"),
        ({"signature": "", "signing_certificate": signer().pem}, "signature: is not this file's"),
    ],
)
def test_half_a_signature_or_none_at_all_is_told_by_its_field(fields: dict[str, str | None], told: str) -> None:
    assert str(fault(fields)).startswith(told)


def test_a_certificate_has_its_time() -> None:
    maker = signer(days=(-2, -1))
    assert "expired on" in str(fault(maker.signed(IMAGE)))
    assert fault(maker.signed(IMAGE), now=NOW - timedelta(days=1.5)) is None
    assert "is not valid before" in str(fault(signer(days=(1, 2)).signed(IMAGE)))


@pytest.mark.parametrize(
    "key",
    [SHORT_KEY, ec.generate_private_key(ec.SECP192R1()), ed25519.Ed25519PrivateKey.generate()],
    ids=["rsa-1024", "p-192", "ed25519"],
)
def test_a_weak_or_foreign_key_is_refused(key: Any) -> None:
    holder = signer(key, under=signer(authority=True, name="root"))
    fields = {"signature": "c2lnbmVk", "signing_certificate": holder.pem}
    assert str(fault(fields)).startswith("signing_certificate: must have an RSA key of 2048 bits")


def test_a_key_for_other_things_signs_no_firmware() -> None:
    assert "is not for signing" in str(fault(signer(for_signing=False).signed(IMAGE)))
    assert fault(signer(for_signing=True).signed(IMAGE)) is None


def test_with_roots_the_chain_must_lead_to_one() -> None:
    root = signer(authority=True, name="root")
    between = signer(authority=True, under=root, name="between")
    maker = signer(RSA_KEY, under=between)
    assert fault(maker.signed(IMAGE), signer(name="another"), root) is None
    assert fault(maker.signed(IMAGE), between) is None
    assert fault(maker.signed(IMAGE), maker) is None
    for chain, roots in (
        (maker, [signer(name="another", authority=True)]),
        (maker, [signer(name="root", authority=True)]),
        (Signer(maker.key, maker.certificate), [root]),
        (signer(under=signer(under=root, name="no authority")), [root]),
        (signer(under=signer(under=root, name="old", authority=True, days=(-2, -1))), [root]),
        (signer(), [root]),
    ):
        assert "does not lead to any of the roots" in str(fault(chain.signed(IMAGE), *roots))


def test_a_file_of_roots_that_is_none_stops_the_server_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "roots.pem"
    for content in (None, "no certificate"):
        if content:
            path.write_text(content)
        with pytest.raises(ConfigurationError, match="FIRMWARE_ROOTS=.*roots.pem: "):
            firmware_roots(load_settings(firmware_roots=path))
    one, other = signer(), signer()
    path.write_text(one.pem + other.pem)
    assert firmware_roots(load_settings(firmware_roots=path)) == (one.certificate, other.certificate)
