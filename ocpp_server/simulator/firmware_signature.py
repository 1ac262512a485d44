"""Whether firmware is its maker's: the certificate before it is fetched, the signature after (security whitepaper L01).

Import it only where it is needed: the library below takes long to load.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from ocpp_server.simulator.firmware_order import Signature

# How many certificates may stand between the signer's and a root.
DEPTH = 5


def read_roots(pem: bytes) -> list[x509.Certificate]:
    """Read the makers' root certificates; raises ValueError."""
    return x509.load_pem_x509_certificates(pem)


def certificate_fault(signature: Signature, roots: bytes | None, now: datetime) -> str | None:
    """Return why a signing certificate is not accepted; without `roots` (PEM) anybody may have issued it."""
    try:
        signer, *between = x509.load_pem_x509_certificates(signature.certificate.encode())
        _ = signer.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return "it is no X.509 certificate in PEM with a key that is known here"
    for certificate in (signer, *between):
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            return f"it is good from {certificate.not_valid_before_utc} to {certificate.not_valid_after_utc}"
    if not _is_for_signing(signer):
        return "its key usage is not digitalSignature"
    if roots is not None and not _leads_to(signer, between, read_roots(roots), now):
        return "it was not issued under a root that this charge point trusts"
    return None


def is_signed(signature: Signature, sha256: bytes) -> bool:
    """Tell whether the signature is that of the file with this hash: RSA-PSS, PKCS #1 v1.5 or ECDSA, with SHA-256."""
    try:
        content = base64.b64decode("".join(signature.text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    key = x509.load_pem_x509_certificates(signature.certificate.encode())[0].public_key()
    hashed = Prehashed(SHA256())
    if isinstance(key, ec.EllipticCurvePublicKey):
        return _holds(partial(key.verify, content, sha256, ec.ECDSA(hashed)))
    if isinstance(key, rsa.RSAPublicKey):
        paddings = (padding.PSS(padding.MGF1(SHA256()), padding.PSS.AUTO), padding.PKCS1v15())
        return any(_holds(partial(key.verify, content, sha256, each, hashed)) for each in paddings)
    return False


def _is_for_signing(certificate: x509.Certificate) -> bool:
    """A certificate that does not say what its key is for is for anything."""
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    except x509.ExtensionNotFound:
        return True
    except ValueError:
        return False


def _leads_to(
    certificate: x509.Certificate,
    between: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    now: datetime,
) -> bool:
    for _ in range(DEPTH):
        if any(certificate == root or _issued(root, certificate, now) for root in roots):
            return True
        issuer = next((each for each in between if each != certificate and _issued(each, certificate, now)), None)
        if issuer is None:
            return False
        certificate = issuer
    return False


def _issued(issuer: x509.Certificate, certificate: x509.Certificate, now: datetime) -> bool:
    try:
        authority = issuer.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False
    in_force = issuer.not_valid_before_utc <= now <= issuer.not_valid_after_utc
    return authority and in_force and _holds(partial(certificate.verify_directly_issued_by, issuer))


def _holds(verify: Callable[[], None]) -> bool:
    try:
        verify()
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True
