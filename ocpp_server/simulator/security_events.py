"""What a charge point tells of attempts on its security (security whitepaper §2.2 and §4.13)."""

from collections.abc import Callable
from datetime import UTC, datetime

from ocpp.v16 import call

from ocpp_server.simulator.journal import Journal
from ocpp_server.simulator.meter import timestamp
from ocpp_server.simulator.outbox import Message, Outbox

FIRMWARE_UPDATED = "FirmwareUpdated"
INVALID_CERTIFICATE = "InvalidFirmwareSigningCertificate"
INVALID_SIGNATURE = "InvalidFirmwareSignature"

# What OCPP gives techInfo room for.
ROOM = 255


class SecurityEvents:
    """Tells the Central System, sooner or later, and the security log."""

    def __init__(
        self, outbox: Outbox, journal: Journal, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._outbox, self._journal, self._clock = outbox, journal, clock

    def tell(self, event: str, detail: str) -> None:
        """Tell one event."""
        self._journal.security(f"security event {event}: {detail}")
        request = call.SecurityEventNotification(event, timestamp(self._clock()), detail[:ROOM])
        self._outbox.put(Message(lambda: request, keep=True))
