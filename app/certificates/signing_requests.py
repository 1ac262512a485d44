"""Certificate signing requests (CSR) of charge points: what is wrong with one, in words an operator can act on."""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from app.door.client_certificates import Subject, quoted, subject_in

MAX_CSR = 5500
RSA_BITS = range(2048, 8193)
# The standard asks for 224 bits at least. Smaller and rarer curves than these are refused by the TLS that a charge
# point would show its certificate to.
CURVES = (SECP256R1.name, SECP384R1.name, SECP521R1.name)
HASHES = ("sha256", "sha384", "sha512")


@dataclass(frozen=True, slots=True)
class Expected:
    """Whom a certificate has to name: `organisation` None is anybody's."""

    serial_number: str | None
    organisation: str | None


def fault_of_csr(text: str, expected: Expected) -> str | None:
    """Return what is wrong with a CSR, None when it can be signed (security whitepaper A00.FR.403–405, 501–511)."""
    if len(text) > MAX_CSR:
        return f"the CSR has {len(text)} characters; {MAX_CSR} are allowed"
    try:
        csr = x509.load_pem_x509_csr(text.encode())
        return next(filter(None, (look(csr, expected) for look in _LOOKS)), None)
    except (ValueError, TypeError, x509.InvalidVersion, UnsupportedAlgorithm):
        # Much of a CSR is only read when it is looked at.
        return "the CSR is not a PEM certificate request that can be read"


def _key(csr: x509.CertificateSigningRequest, _expected: Expected) -> str | None:
    return fault_of_key(csr.public_key())


def fault_of_key(key: object) -> str | None:
    """Return why a public key is not one that charge points and this server can use, None when it is."""
    if isinstance(key, RSAPublicKey):
        good = key.key_size in RSA_BITS
        return None if good else f"the RSA key has {key.key_size} bits; {RSA_BITS[0]} to {RSA_BITS[-1]} are allowed"
    if isinstance(key, EllipticCurvePublicKey):
        good = key.curve.name in CURVES
        return None if good else f"the key is on the curve {key.curve.name}; {', '.join(CURVES)} can be used"
    return "the key is neither RSA nor ECDSA"


def _signature(csr: x509.CertificateSigningRequest, _expected: Expected) -> str | None:
    algorithm = csr.signature_hash_algorithm
    if algorithm is None or algorithm.name not in HASHES:
        return f"the CSR is signed with {algorithm.name if algorithm else 'no hash'}; SHA-256 or better is needed"
    return None if csr.is_signature_valid else "the CSR's signature does not belong to its key"


def _names(csr: x509.CertificateSigningRequest, expected: Expected) -> str | None:
    return fault_of_subject(subject_in(csr.subject), expected)


def fault_of_subject(subject: Subject, expected: Expected) -> str | None:
    """Return whom a subject names instead of the one expected, None when it names that one."""
    if expected.serial_number is None:
        return "the charge point's serial number is not known here: it did not tell it at boot, and no admin has set it"
    if subject.common_name != expected.serial_number:
        wanted = quoted(expected.serial_number)
        return f"CN is {quoted(subject.common_name)}, not the charge point's serial number {wanted}"
    if expected.organisation is not None and subject.organisation != expected.organisation:
        return f"O is {quoted(subject.organisation)}, not CPO_NAME {quoted(expected.organisation)}"
    return None


_LOOKS: tuple[Callable[[x509.CertificateSigningRequest, Expected], str | None], ...] = (_key, _signature, _names)


def tidy_csr(text: str) -> str:
    """Return a CSR that has no fault without whatever stands around it."""
    return x509.load_pem_x509_csr(text.encode()).public_bytes(Encoding.PEM).decode()


def subject_to_sign(csr: x509.CertificateSigningRequest) -> x509.Name:
    """Return the O and CN of a CSR that has no fault; nothing else it says of itself is vouched for."""
    subject = subject_in(csr.subject)
    named = ((NameOID.ORGANIZATION_NAME, subject.organisation), (NameOID.COMMON_NAME, subject.common_name))
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in named if text])
