"""The certificate authority that is made here on first need: one file with its key and its certificate."""

import contextlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

FILE = "certificate_authority.pem"
COMMON_NAME = "ChargeBridge charge point authority"
LIFETIME = timedelta(days=20 * 365)
# Charge points' clocks are late as often as early.
SLACK = timedelta(days=1)


def own_authority(data_dir: Path, organisation: str | None, now: datetime) -> Path:
    """Return the file with the authority's key and certificate; make it if there is none. Raises OSError.

    It appears whole or not at all, and of two processes that make one at the same time the first one's stays.
    """
    path = data_dir / FILE
    if path.exists():
        return path
    data_dir.mkdir(parents=True, exist_ok=True)
    written = data_dir / f".{FILE}.{uuid4().hex}"
    try:
        with open(written, "xb", opener=_private) as file:
            file.write(_made(organisation, now))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(written, path)
    finally:
        written.unlink(missing_ok=True)
    return path


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _made(organisation: str | None, now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    named = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, COMMON_NAME))
    name = x509.Name([x509.NameAttribute(oid, text) for oid, text in named if text])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SLACK)
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_SIGNS_CERTIFICATES, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return private + certificate.public_bytes(Encoding.PEM)


_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)
