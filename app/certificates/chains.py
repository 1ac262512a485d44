"""Certificate chains as charge points get them: what a signer printed, looked through before it is sent."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.certificates.signing_requests import Expected, fault_of_subject
from app.door.client_certificates import subject_in

MAX_CHAIN = 10_000
MOST_CERTIFICATES = 8


def to_pem(chain: Sequence[x509.Certificate]) -> str:
    """Return a chain in PEM, the charge point's certificate first (security whitepaper, CertificateSigned)."""
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in chain)


def without_root(chain: Sequence[x509.Certificate]) -> tuple[x509.Certificate, ...]:
    """Return a chain without its self-signed end: a root is trusted because it is installed, not because it is sent."""
    return tuple(chain[:1]) + tuple(one for one in chain[1:] if one.subject != one.issuer)


def read_chain(text: str) -> tuple[x509.Certificate, ...]:
    """Read a chain in PEM; raises ValueError."""
    chain = x509.load_pem_x509_certificates(text.encode())
    if len(chain) > MOST_CERTIFICATES:
        raise ValueError("too many certificates")
    return tuple(chain)


def fault_of_chain(
    chain: Sequence[x509.Certificate],
    csr: x509.CertificateSigningRequest,
    expected: Expected,
    authority: x509.Certificate | None,
    now: datetime,
) -> str | None:
    """Return why a chain is not the answer to a CSR that the charge point could come in with, None when it is."""
    certificate = chain[0]
    try:
        if certificate.public_key() != csr.public_key():
            return "the first certificate is for another key than the CSR's"
        if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
            return "the certificate is not valid now"
        if not _for_clients(certificate):
            return "the certificate must not be used by TLS clients"
        if len(to_pem(chain)) > MAX_CHAIN:
            return f"the chain has more than {MAX_CHAIN} characters"
        for one, issuer in pairwise(chain if authority is None or authority in chain else (*chain, authority)):
            one.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return "the certificates are not each issued by the next one, the last one by CA_CERT"
    except UnsupportedAlgorithm:
        return "a certificate's algorithm is not known"
    return fault_of_subject(subject_in(certificate.subject), expected)


def _for_clients(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.CLIENT_AUTH in usage
