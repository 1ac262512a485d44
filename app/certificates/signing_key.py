"""An authority's key and certificate: read from files, and what they sign."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.certificates.own_authority import SLACK
from app.certificates.signing_requests import fault_of_key, subject_to_sign
from app.errors import ConfigurationError, SigningFailed

_FOR_TLS = x509.KeyUsage(
    digital_signature=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=False,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """`certificates` are the authority's own and those above it, in their order."""

    key: RSAPrivateKey | EllipticCurvePrivateKey
    certificates: tuple[x509.Certificate, ...]

    def sign(
        self, csr: x509.CertificateSigningRequest, lifetime: timedelta, now: datetime
    ) -> tuple[x509.Certificate, ...]:
        """Return a certificate for a CSR without fault, and those between it and the root; raises SigningFailed."""
        authority = self.certificates[0]
        if not authority.not_valid_before_utc <= now < authority.not_valid_after_utc:
            raise SigningFailed("the authority's own certificate is not valid now")
        issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        key = csr.public_key()
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject_to_sign(csr))
            .issuer_name(authority.subject)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(max(now - SLACK, authority.not_valid_before_utc))
            .not_valid_after(min(now + lifetime, authority.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_FOR_TLS, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(issuer_key, critical=False)
            .sign(self.key, hashes.SHA256())
        )
        return (certificate, *(one for one in self.certificates if one.subject != one.issuer))


def read_signing_key(certificate_file: Path, key_file: Path, names: tuple[str, str]) -> SigningKey:
    """Read PEM files that the settings `names` name; raises ConfigurationError that names the file."""
    certificates = read_authority(certificate_file, names[0])
    where = f"{names[1]}={key_file}"
    try:
        key = load_pem_private_key(_read(key_file, names[1]), password=None)
    except TypeError:
        raise ConfigurationError(f"{where}: is encrypted; nobody is there to type its password") from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigurationError(f"{where}: holds no PEM private key") from None
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise ConfigurationError(f"{where}: the key must be RSA or ECDSA")
    if key.public_key() != certificates[0].public_key():
        raise ConfigurationError(f"{where}: does not belong to {certificate_file}")
    return SigningKey(key, certificates)


def read_authority(path: Path, name: str) -> tuple[x509.Certificate, ...]:
    """Read an authority's certificate and those above it; raises ConfigurationError that names the file."""
    where = f"{name}={path}"
    try:
        certificates = tuple(x509.load_pem_x509_certificates(_read(path, name)))
        key, is_authority = certificates[0].public_key(), may_sign(certificates[0])
    except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm):
        raise ConfigurationError(f"{where}: holds no PEM certificate") from None
    if fault := fault_of_key(key):
        raise ConfigurationError(f"{where}: {fault}")
    if not is_authority:
        raise ConfigurationError(f"{where}: is not the certificate of an authority (CA)")
    return certificates


def may_sign(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate is an authority's; raises ValueError when its extensions cannot be read."""
    extensions = certificate.extensions
    try:
        constraints = extensions.get_extension_for_class(x509.BasicConstraints).value
        usage = extensions.get_extension_for_class(x509.KeyUsage).value if _limits_use(extensions) else None
    except x509.ExtensionNotFound:
        return False
    return constraints.ca and (usage is None or usage.key_cert_sign)


def _limits_use(extensions: x509.Extensions) -> bool:
    return any(one.oid == x509.KeyUsage.oid for one in extensions)


def _read(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{name}={path}: {(error.strerror or str(error)).lower()}") from None
