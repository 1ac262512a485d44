"""A manufacturer's signature over a firmware image and the certificate it was made under, checked before charge points
get to see either (security whitepaper L01, A00.FR.706)."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from app.domain.phrases import Phrase
from app.errors import BadInput
from app.firmware.roots import why_untrusted

CERTIFICATE, SIGNATURE = "signing_certificate", "signature"
# 112 bits of security (A00.FR.501).
MIN_RSA, MIN_EC = 2048, 224


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature and its certificate, with the authorities between it and the root behind it if there are any."""

    content: bytes
    chain: tuple[x509.Certificate, ...]

    @property
    def text(self) -> str:
        """Return the signature as SignedUpdateFirmware carries it: Base64 in one line."""
        return base64.b64encode(self.content).decode()

    @property
    def certificates(self) -> str:
        """Return the certificates as SignedUpdateFirmware carries them: PEM and nothing around it."""
        return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in self.chain)


def read_signature(signature: str | None, certificate: str | None) -> Signature | None:
    """Return a signature as it was told, None where there is none; raises BadInput when half of it is missing."""
    if signature is None and certificate is None:
        return None
    if signature is None:
        raise BadInput(SIGNATURE, "is required with signing_certificate")
    if certificate is None:
        raise BadInput(CERTIFICATE, "is required with signature: charge points get both")
    try:
        content = base64.b64decode("".join(signature.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadInput(SIGNATURE, "must be Base64") from None
    try:
        chain = x509.load_pem_x509_certificates(certificate.encode())
    except ValueError:
        raise BadInput(CERTIFICATE, "must be an X.509 certificate in PEM") from None
    return Signature(content, tuple(chain))


def check_signature(signature: Signature, sha256: str, roots: Sequence[x509.Certificate], now: datetime) -> None:
    """Raise BadInput unless the certificate is good now and the signature is the file's, by its SHA-256.

    With `roots` the certificate must have been issued under one of them.
    """
    certificate = signature.chain[0]
    key = _key(certificate)
    _require_in_force(certificate, now)
    _require_for_signing(certificate)
    if roots and (fault := why_untrusted(roots, signature.chain, now)):
        raise BadInput(CERTIFICATE, Phrase("does not lead to any of the roots in FIRMWARE_ROOTS: %(why)s", why=fault))
    if not _made_by(key, signature.content, bytes.fromhex(sha256)):
        raise BadInput(SIGNATURE, "is not this file's under this certificate (RSA or ECDSA with SHA-256)")


def _key(certificate: x509.Certificate) -> rsa.RSAPublicKey | ec.EllipticCurvePublicKey:
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        key = None
    match key:
        case rsa.RSAPublicKey(key_size=size) if size >= MIN_RSA:
            return key
        case ec.EllipticCurvePublicKey(key_size=size) if size >= MIN_EC:
            return key
    words = "must have an RSA key of %(rsa)d bits or more, or an ECDSA key of %(ec)d"
    raise BadInput(CERTIFICATE, Phrase(words, rsa=MIN_RSA, ec=MIN_EC))


def _require_in_force(certificate: x509.Certificate, now: datetime) -> None:
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < begins:
        raise BadInput(CERTIFICATE, Phrase("is not valid before %(when)s", when=begins))
    if now > ends:
        raise BadInput(CERTIFICATE, Phrase("expired on %(when)s", when=ends))


def _require_for_signing(certificate: x509.Certificate) -> None:
    """Raise BadInput for a certificate that says its key is for other things; one that does not say is for any."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return
    except ValueError:
        raise BadInput(CERTIFICATE, "has extensions that cannot be read") from None
    if not (usage.digital_signature or usage.content_commitment):
        raise BadInput(CERTIFICATE, "is not for signing, by its key usage")


def _made_by(key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey, signature: bytes, digest: bytes) -> bool:
    hashed = Prehashed(SHA256())
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _verifies(partial(key.verify, signature, digest, ec.ECDSA(hashed)))
    # RSA-PSS is what the whitepaper names, with any length of salt; many toolchains sign by PKCS #1 v1.5.
    paddings = (padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO), padding.PKCS1v15())
    return any(_verifies(partial(key.verify, signature, digest, one, hashed)) for one in paddings)


def _verifies(verify: Callable[[], None]) -> bool:
    try:
        verify()
    except InvalidSignature:
        return False
    return True
