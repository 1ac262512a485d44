"""A certificate for the charge point: a key is made, a request sent, and what comes back is judged (whitepaper A02)."""

from collections.abc import Callable
from typing import Any

from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action, CertificateSignedStatus, ConfigurationKey

from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.outbox import Message, Outbox
from ocpp_server.simulator.report import Report


class CertificateSigning:
    """Holds the key of the latest request; the certificate that comes is judged, and not used for the connection."""

    def __init__(self, charge_point_id: str, configuration: Configuration, outbox: Outbox, report: Report) -> None:
        self._id, self._configuration = charge_point_id, configuration
        self._outbox, self._report = outbox, report
        self._key: Any = None

    def handlers(self) -> dict[Action, Callable[..., Any]]:
        """Return the rows of the table of calls served."""
        return {Action.certificate_signed: self.certificate_signed}

    def begin(self) -> None:
        """Make a new key and ask for its certificate."""
        # The library behind it takes long to load, and most charge points never need it.
        from ocpp_server.simulator.certificate_request import new_key, request_for

        self._key = new_key()
        request = request_for(self._key, self._id, self._configuration.text(ConfigurationKey.cpo_name))
        self._report("asks for a certificate of its own")
        self._outbox.put(
            Message(
                lambda: call.SignCertificate(request),
                answered=lambda answer: self._report(f"the certificate request is answered: {answer.status}"),
            )
        )

    def certificate_signed(self, certificate_chain: str) -> call_result.CertificateSigned:
        from ocpp_server.simulator.certificate_request import fits

        if self._key is None or not fits(self._key, certificate_chain):
            return call_result.CertificateSigned(CertificateSignedStatus.rejected)
        return call_result.CertificateSigned(CertificateSignedStatus.accepted)
