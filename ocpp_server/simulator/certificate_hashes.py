"""How OCPP tells certificates apart: as OCSP does, by hashes of the issuer's name and key and by the serial number.

Import it only where it is needed: the library below takes long to load.
"""

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import ocsp
from ocpp.v16.enums import HashAlgorithm


def hash_data(pem: str) -> dict[str, str] | None:
    """Return the CertificateHashData of a root, which is its own issuer; None for what is no certificate."""
    try:
        root = x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        return None
    asked = ocsp.OCSPRequestBuilder().add_certificate(root, root, SHA256()).build()
    return {
        "hash_algorithm": HashAlgorithm.sha256,
        "issuer_name_hash": asked.issuer_name_hash.hex(),
        "issuer_key_hash": asked.issuer_key_hash.hex(),
        "serial_number": f"{asked.serial_number:x}",
    }
