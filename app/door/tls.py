"""The TLS that charge points are served with, as OCPP's security profiles 2 and 3 ask for it."""

import ssl
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from app.config import Settings
from app.errors import ConfigurationError

# Every Central System has to offer the first two and the last two up to TLS 1.2 (security whitepaper, profile 2). Those
# two have no forward secrecy; the two between give it to whoever can do better with an RSA certificate. Security
# level 2 is RSA of 2048 bits, curves of 224, SHA-256, on both sides.
SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"
    ":ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384"
    ":AES128-GCM-SHA256:AES256-GCM-SHA384"
    ":@SECLEVEL=2"
)
_KINDS: dict[type, str] = {RSAPublicKey: "RSA", EllipticCurvePublicKey: "ECDSA"}


def server_context(settings: Settings) -> ssl.SSLContext | None:
    """Return the context that charge points are served with, None where no certificate is set.

    A client certificate is verified when one is shown; whether one has to be is for each charge point's profile to
    say. Raises ConfigurationError that names the file.
    """
    if not settings.ocpp_tls_cert:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_ciphers(SUITES)
    _require_one_of_a_kind(settings.ocpp_tls_cert)
    for certificate, key in zip(settings.ocpp_tls_cert, settings.ocpp_tls_key, strict=True):
        _load(context, certificate, key)
    if settings.ocpp_tls_client_ca is not None:
        _trust(context, settings.ocpp_tls_client_ca)
    return context


def certificate_of(path: Path) -> x509.Certificate:
    """Return the first certificate of a PEM file, the one that is shown; raises ConfigurationError."""
    text = _read("OCPP_TLS_CERT", path)
    try:
        return x509.load_pem_x509_certificates(text)[0]
    except ValueError:
        raise ConfigurationError(f"OCPP_TLS_CERT={path}: holds no PEM certificate") from None


def kind_of(certificate: x509.Certificate) -> str:
    """Return RSA or ECDSA, or the name of a key that OCPP has no suite for."""
    key = certificate.public_key()
    return next((kind for cls, kind in _KINDS.items() if isinstance(key, cls)), type(key).__name__)


def _require_one_of_a_kind(paths: Sequence[Path]) -> None:
    seen: dict[str, Path] = {}
    for path in paths:
        kind = kind_of(certificate_of(path))
        if kind not in _KINDS.values():
            raise ConfigurationError(f"OCPP_TLS_CERT={path}: the key must be RSA or ECDSA")
        if kind in seen:
            raise ConfigurationError(f"OCPP_TLS_CERT={path}: one {kind} certificate is enough, {seen[kind]} is one")
        seen[kind] = path


def _load(context: ssl.SSLContext, certificate: Path, key: Path) -> None:
    _read("OCPP_TLS_KEY", key)
    try:
        context.load_cert_chain(certificate, key, password=lambda: _refuse_encrypted(key))
    except ssl.SSLError as error:
        foreign = f"does not belong to {certificate}"
        reasons = {
            "KEY_VALUES_MISMATCH": foreign,
            "NO_CERTIFICATE_ASSIGNED": foreign,
            "EE_KEY_TOO_SMALL": "too short: RSA needs 2048 bits, ECDSA 224",
        }
        reason = reasons.get(
            error.reason or "", f"not usable with {certificate}: {error.reason or 'no PEM private key'}"
        )
        raise ConfigurationError(f"OCPP_TLS_KEY={key}: {reason}") from None


def _refuse_encrypted(key: Path) -> str:
    raise ConfigurationError(f"OCPP_TLS_KEY={key}: is encrypted; nobody is there to type its password")


def _trust(context: ssl.SSLContext, path: Path) -> None:
    _read("OCPP_TLS_CLIENT_CA", path)
    try:
        context.load_verify_locations(path)
    except ssl.SSLError:
        raise ConfigurationError(f"OCPP_TLS_CLIENT_CA={path}: holds no PEM certificate") from None
    context.verify_mode = ssl.CERT_OPTIONAL
    # An authority below another one may be trusted alone, so that its sisters' certificates are not.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN


def trusts_client_authority(settings: Settings, authority: x509.Certificate) -> bool:
    """Tell whether charge points may show certificates that this authority has signed."""
    if settings.ocpp_tls_client_ca is None:
        return False
    return authority in x509.load_pem_x509_certificates(_read("OCPP_TLS_CLIENT_CA", settings.ocpp_tls_client_ca))


def _read(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{name}={path}: {(error.strerror or str(error)).lower()}") from None
