"""Whom a charge point's certificate names; its chain has been verified before anybody gets to read it."""

from dataclasses import dataclass

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
        name = x509.load_der_x509_certificate(der).subject
    except ValueError:
        return Subject(None, None)
    return Subject(_only(name, NameOID.ORGANIZATION_NAME), _only(name, NameOID.COMMON_NAME))


def _only(name: x509.Name, oid: x509.ObjectIdentifier) -> str | None:
    found = name.get_attributes_for_oid(oid)
    return str(found[0].value) if len(found) == 1 else None
