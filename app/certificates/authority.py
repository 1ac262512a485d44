"""Who signs charge points' certificates: our own authority, the operator's, or a command of the operator's."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from app.certificates.chains import fault_of_chain, read_chain, to_pem, without_root
from app.certificates.external_signer import run_signer
from app.certificates.own_authority import own_authority
from app.certificates.signing_key import SigningKey, read_authority, read_signing_key
from app.certificates.signing_requests import Expected
from app.config import Settings
from app.errors import ConfigurationError, SigningFailed

CERT, KEY = "CA_CERT", "CA_KEY"


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate and, in `chain`, the PEM of it and those between it and the root."""

    certificate: x509.Certificate
    chain: str


class CertificateAuthority:
    """Signs. What the settings name is read at once, our own is made on first need; raises ConfigurationError."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._lock = Lock()
        self._key: SigningKey | None = None
        self._given: tuple[x509.Certificate, ...] = ()
        if settings.ca_cert and settings.ca_key:
            self._key = read_signing_key(settings.ca_cert, settings.ca_key, (CERT, KEY))
        elif settings.ca_cert:
            self._given = read_authority(settings.ca_cert, CERT)

    def certificates(self) -> tuple[x509.Certificate, ...]:
        """Return the authority's certificate and those above it; none where only a command knows them.

        Raises ConfigurationError when our own can be neither made nor read.
        """
        return self._given if self._settings.ca_command else self._signing_key().certificates

    def expected(self, serial_number: str | None) -> Expected:
        """Return whom the certificate of a charge point with this serial number has to name."""
        return Expected(serial_number, self._settings.cpo_name)

    def issue(self, csr_pem: str, serial_number: str | None) -> Issued:
        """Return the certificate for a CSR that was found without fault; raises SigningFailed, ConfigurationError."""
        csr = x509.load_pem_x509_csr(csr_pem.encode())
        if self._settings.ca_command:
            chain = self._printed(self._settings.ca_command, csr_pem)
        else:
            lifetime = timedelta(seconds=self._settings.certificate_lifetime)
            chain = self._signing_key().sign(csr, lifetime, self._now())
        authority = next(iter(self.certificates()), None)
        if fault := fault_of_chain(chain, csr, self.expected(serial_number), authority, self._now()):
            raise SigningFailed(f"what was signed cannot be used: {fault}")
        return Issued(chain[0], to_pem(chain))

    def _printed(self, command: tuple[str, ...], csr_pem: str) -> tuple[x509.Certificate, ...]:
        printed = run_signer(command, csr_pem, self._settings.ca_timeout)
        try:
            return without_root(read_chain(printed))
        except (ValueError, x509.InvalidVersion, UnsupportedAlgorithm):
            raise SigningFailed("CA_COMMAND printed no PEM certificates") from None

    def _signing_key(self) -> SigningKey:
        with self._lock:
            if self._key is None:
                try:
                    path = own_authority(self._settings.data_dir, self._settings.cpo_name, self._now())
                except OSError as error:
                    reason = f"{(error.strerror or str(error)).lower()}: {error.filename}"
                    raise ConfigurationError(f"DATA_DIR={self._settings.data_dir}: {reason}") from None
                self._key = read_signing_key(path, path, ("DATA_DIR", "DATA_DIR"))
            return self._key
