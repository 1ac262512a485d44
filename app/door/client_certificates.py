"""Whom a charge point's certificate names; its chain has been verified before anybody gets to read it."""

from dataclasses import dataclass
from hashlib import sha256

from cryptography import x509
from cryptography.x509.oid import NameOID


@dataclass(frozen=True, slots=True)
class Subject:
    """A certificate's organisation (O) and common name (CN); None where there is not exactly one."""

    organisation: str | None
    common_name: str | None


def subject_of(der: bytes) -> Subject:
    """Return a certificate's subject; one that cannot be read names nobody."""
    try:
        return subject_in(x509.load_der_x509_certificate(der).subject)
    except (ValueError, x509.InvalidVersion):
        return Subject(None, None)


def subject_in(name: x509.Name) -> Subject:
    """Return the organisation and common name of a distinguished name."""
    return Subject(_only(name, NameOID.ORGANIZATION_NAME), _only(name, NameOID.COMMON_NAME))


def _only(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if len(found) == 1 else None


def fingerprint(der: bytes) -> str:
    """Return a certificate's SHA-256 fingerprint, as hexadecimal digits."""
    return sha256(der).hexdigest()


def quoted(name: str | None) -> str:
    """Return a name for a sentence that says what is wrong with it."""
    return "missing or not the only one" if name is None else ascii(name[:64])
