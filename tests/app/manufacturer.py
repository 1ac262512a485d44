"""A maker of charge points: certificates of its own, and signatures over its firmware."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

PKCS1 = padding.PKCS1v15()
PSS = padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
LONG_SALT = padding.PSS(padding.MGF1(SHA256()), padding.PSS.MAX_LENGTH)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Signer:
    """A key, its certificate, and the certificates between it and the root."""

    key: Any
    certificate: x509.Certificate
    between: tuple[x509.Certificate, ...] = ()

    @cached_property
    def pem(self) -> str:
        return "".join(one.public_bytes(Encoding.PEM).decode() for one in (self.certificate, *self.between))

    def sign(self, content: bytes, rsa_padding: Any = PSS) -> str:
        how = (ec.ECDSA(SHA256()),) if isinstance(self.key, ec.EllipticCurvePrivateKey) else (rsa_padding, SHA256())
        return base64.b64encode(self.key.sign(content, *how)).decode()

    def signed(self, content: bytes, rsa_padding: Any = PSS) -> dict[str, str]:
        """Return the fields of an upload."""
        return {"signature": self.sign(content, rsa_padding), "signing_certificate": self.pem}


def signer(
    key: Any = None,
    *,
    under: Signer | None = None,
    name: str = "ACME firmware",
    days: tuple[float, float] = (-1, 30),
    authority: bool = False,
    for_signing: bool | None = None,
) -> Signer:
    """Make a key's certificate, issued by itself or under another one, good between two days from now."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(under.certificate.subject if under else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
    )
    if authority:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    if for_signing is not None:
        builder = builder.add_extension(_usage(for_signing), critical=True)
    certificate = builder.sign(under.key if under else key, SHA256())
    between = (
        (under.certificate, *under.between) if under and under.certificate.issuer != under.certificate.subject else ()
    )
    return Signer(key, certificate, between)


def _usage(for_signing: bool) -> x509.KeyUsage:
    names = ("content_commitment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only")
    return x509.KeyUsage(
        digital_signature=for_signing,
        key_encipherment=not for_signing,
        decipher_only=False,
        **dict.fromkeys(names, False),
    )
