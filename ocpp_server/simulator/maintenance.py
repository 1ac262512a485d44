"""What an operator does at a charge point from afar: new firmware, logs, a certificate, and messages asked for."""

from collections.abc import Awaitable, Callable
from typing import Any

from ocpp.v16.enums import Action, Reason

from ocpp_server.simulator.certificate_signing import CertificateSigning
from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.connection import Connection
from ocpp_server.simulator.firmware import Firmware
from ocpp_server.simulator.firmware_calls import FirmwareCalls
from ocpp_server.simulator.jobs import Jobs
from ocpp_server.simulator.journal import Journal
from ocpp_server.simulator.outbox import Outbox
from ocpp_server.simulator.registration import Registration
from ocpp_server.simulator.restart import Restart
from ocpp_server.simulator.root_certificates import RootCertificates
from ocpp_server.simulator.security_events import FIRMWARE_UPDATED, SecurityEvents
from ocpp_server.simulator.settings import Settings
from ocpp_server.simulator.station import Station
from ocpp_server.simulator.triggers import Triggers
from ocpp_server.simulator.upload_calls import UploadCalls
from ocpp_server.simulator.uploads import Uploads


class Maintenance:
    """Puts these parts together; `wait_until` waits for as long as a condition takes to hold."""

    def __init__(
        self,
        settings: Settings,
        configuration: Configuration,
        station: Station,
        registration: Registration,
        connection: Connection,
        restart: Restart,
        outbox: Outbox,
        jobs: Jobs,
        journal: Journal,
        wait_until: Callable[[Callable[[], bool]], Awaitable[None]],
    ) -> None:
        self._station, self._registration, self._restart = station, registration, restart
        self._journal, self._wait_until = journal, wait_until
        self._events = SecurityEvents(outbox, journal)
        self.firmware = Firmware(
            settings, outbox, jobs, self._events, journal, self._until_nobody_charges, self._installed
        )
        uploads = Uploads(settings, outbox, jobs, journal)
        signing = CertificateSigning(settings.charge_point_id, configuration, outbox, journal)
        self._parts = (
            FirmwareCalls(settings, self.firmware, self._events, connection, journal),
            UploadCalls(settings.charge_point_id, journal, uploads, connection),
            signing,
            RootCertificates(),
            Triggers(station, registration, connection, self.firmware, uploads, signing),
        )

    def handlers(self) -> dict[Action, Callable[..., Any]]:
        """Return the rows of the table of calls served."""
        return {action: handler for part in self._parts for action, handler in part.handlers().items()}

    async def _until_nobody_charges(self) -> None:
        def quiet() -> bool:
            return not any(bay.transaction for bay in self._station.bays)

        if not quiet():
            self._journal("the installation waits until nobody charges")
            await self._wait_until(quiet)

    def _installed(self, version: str) -> None:
        self._registration.firmware = version
        self._events.tell(FIRMWARE_UPDATED, version)
        self._journal(f"restarting with firmware {version}")
        self._restart.begin(Reason.reboot)
