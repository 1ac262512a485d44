"""A key of the charge point's own, the request for its certificate, and whether a certificate is that key's.

Import it only where it is needed: the library below takes long to load.
"""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

# X.520's upper bound of a common name.
ROOM = 64


def new_key() -> ec.EllipticCurvePrivateKey:
    """Make a key on the curve every TLS library knows."""
    return ec.generate_private_key(ec.SECP256R1())


def request_for(key: ec.EllipticCurvePrivateKey, charge_point_id: str, organization: str) -> str:
    """Return the request in PEM, naming the charge point and whose it is (security whitepaper A00.FR.511)."""
    names = [x509.NameAttribute(NameOID.COMMON_NAME, charge_point_id[:ROOM])]
    if organization:
        names.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization[:ROOM]))
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(names)).sign(key, SHA256())
    return request.public_bytes(Encoding.PEM).decode()


def fits(key: ec.EllipticCurvePrivateKey, chain: str) -> bool:
    """Tell whether the first certificate of a PEM chain is that of the key."""
    try:
        certificate = x509.load_pem_x509_certificates(chain.encode())[0]
        return certificate.public_key() == key.public_key()
    except ValueError:
        return False
