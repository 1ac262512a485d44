"""The manufacturers whose firmware certificates are trusted, if an operator has named them (FIRMWARE_ROOTS)."""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from app.config import Settings
from app.errors import ConfigurationError

# The web's rules for extensions are not a charger maker's: that an authority is one is what must be said.
_AUTHORITIES = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
_SIGNERS = ExtensionPolicy.permit_all()


def firmware_roots(settings: Settings) -> tuple[x509.Certificate, ...]:
    """Return the roots, none where none are set; raises ConfigurationError."""
    path = settings.firmware_roots
    if path is None:
        return ()
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        raise ConfigurationError(f"FIRMWARE_ROOTS={path}: {(error.strerror or str(error)).lower()}") from None
    except ValueError:
        raise ConfigurationError(f"FIRMWARE_ROOTS={path}: holds no PEM certificate") from None


def why_untrusted(roots: Sequence[x509.Certificate], chain: Sequence[x509.Certificate], now: datetime) -> str | None:
    """Return, in words, why a chain, the signer's certificate first, does not end at one of the roots; None if it does.

    A signer's certificate may itself be one of them.
    """
    signer, *between = chain
    if signer in roots:
        return None
    policy = PolicyBuilder().store(Store(list(roots))).time(now)
    policy = policy.extension_policies(ca_policy=_AUTHORITIES, ee_policy=_SIGNERS)
    try:
        policy.build_client_verifier().verify(signer, between)
    except VerificationError as error:
        # The library quotes the certificate at the end; who uploads it has it.
        return str(error).partition(" (encountered processing")[0]
    return None
