"""Root certificates as the Central System installs, reads and deletes them (security whitepaper M03 to M05)."""

from collections.abc import Callable, Mapping
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import Action, CertificateStatus, DeleteCertificateStatus, GetInstalledCertificateStatus

HashData = Mapping[str, str]
MOST = 20


class RootCertificates:
    """A store to be looked into: the connection itself goes by the settings, whatever is installed here."""

    def __init__(self) -> None:
        self._installed: list[tuple[str, HashData]] = []

    def handlers(self) -> dict[Action, Callable[..., Any]]:
        """Return the rows of the table of calls served."""
        return {
            Action.delete_certificate: self.delete_certificate,
            Action.get_installed_certificate_ids: self.get_installed_certificate_ids,
            Action.install_certificate: self.install_certificate,
        }

    def install_certificate(self, certificate_type: str, certificate: str) -> call_result.InstallCertificate:
        # The library behind it takes long to load, and most charge points never need it.
        from ocpp_server.simulator.certificate_hashes import hash_data

        hashes = hash_data(certificate)
        if hashes is None:
            return call_result.InstallCertificate(CertificateStatus.rejected)
        if (certificate_type, hashes) not in self._installed:
            if len(self._installed) >= MOST:
                return call_result.InstallCertificate(CertificateStatus.failed)
            self._installed.append((certificate_type, hashes))
        return call_result.InstallCertificate(CertificateStatus.accepted)

    def get_installed_certificate_ids(self, certificate_type: str) -> call_result.GetInstalledCertificateIds:
        found = [dict(hashes) for kind, hashes in self._installed if kind == certificate_type]
        if not found:
            return call_result.GetInstalledCertificateIds(GetInstalledCertificateStatus.not_found)
        return call_result.GetInstalledCertificateIds(GetInstalledCertificateStatus.accepted, found)

    def delete_certificate(self, certificate_hash_data: HashData) -> call_result.DeleteCertificate:
        left = [each for each in self._installed if each[1] != certificate_hash_data]
        if len(left) == len(self._installed):
            return call_result.DeleteCertificate(DeleteCertificateStatus.not_found)
        self._installed = left
        return call_result.DeleteCertificate(DeleteCertificateStatus.accepted)
