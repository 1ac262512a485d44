"""Being known to the Central System: BootNotification until it is accepted, then a heartbeat (OCPP 1.6 §4.2, §4.6)."""

from ocpp.v16 import call, call_result
from ocpp.v16.enums import ConfigurationKey, RegistrationStatus

from ocpp_server.simulator.configuration import Configuration
from ocpp_server.simulator.outbox import Message, Outbox
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.settings import Settings
from ocpp_server.simulator.station import Station
from ocpp_server.simulator.timers import Timers

# What to wait (seconds) before booting again where the Central System leaves it to us by answering 0.
PATIENCE = 60


class Registration:
    """Whether the Central System has accepted the charge point; `status` is None until it has answered once.

    `firmware` is the version told, which an update changes.
    """

    def __init__(
        self,
        settings: Settings,
        configuration: Configuration,
        outbox: Outbox,
        timers: Timers,
        station: Station,
        report: Report,
    ) -> None:
        self.status: RegistrationStatus | None = None
        self.firmware = settings.firmware
        self._settings, self._configuration = settings, configuration
        self._outbox, self._timers, self._station, self._report = outbox, timers, station, report

    def connected(self) -> None:
        """Boot, or after a mere interruption go on where it was (OCPP-J §5.4)."""
        self._outbox.connected()
        if self.status == RegistrationStatus.accepted:
            self._go_on()
        else:
            self.boot()

    def disconnected(self) -> None:
        """Stop what only makes sense on a connection."""
        self._timers.cancel("boot", "heartbeat")
        self._outbox.disconnected()

    def reboot(self) -> None:
        """Forget having been accepted: the next connection begins with a BootNotification."""
        self.status = None
        self._station.statuses.forget()

    def boot(self) -> None:
        """Send a BootNotification."""
        settings = self._settings
        request = call.BootNotification(
            charge_point_vendor=settings.vendor,
            charge_point_model=settings.model,
            charge_point_serial_number=settings.serial or settings.charge_point_id[:25],
            firmware_version=self.firmware,
        )
        self._outbox.put(Message(lambda: request, answered=self._answered, unanswered=self._unanswered, always=True))

    def heartbeat(self) -> None:
        """Send a Heartbeat now, and then again at the configured interval."""
        self._timers.cancel("heartbeat")
        self._outbox.put(
            Message(
                call.Heartbeat,
                answered=lambda _: self.schedule_heartbeat(),
                unanswered=lambda _: self.schedule_heartbeat(),
                always=True,
            )
        )

    def schedule_heartbeat(self) -> None:
        """Let the next Heartbeat follow after the configured interval."""
        if self._outbox.is_open:
            interval = self._configuration.number(ConfigurationKey.heartbeat_interval)
            self._timers.start("heartbeat", interval, self.heartbeat)

    def _answered(self, answer: call_result.BootNotification) -> None:
        self.status = RegistrationStatus(answer.status)
        if self.status == RegistrationStatus.accepted:
            if answer.interval > 0:
                self._configuration.change(ConfigurationKey.heartbeat_interval, str(answer.interval))
            self._report(f"accepted, heartbeat every {answer.interval} s")
            self._go_on()
            return
        patience = answer.interval if answer.interval > 0 else PATIENCE
        self._report(
            f"BootNotification answered {self.status}, again in {patience} s"
            + (": accept the charge point in the Central System" if self.status == RegistrationStatus.pending else ""),
            important=True,
        )
        self._outbox.closed()
        self._timers.start("boot", patience, self.boot)

    def _unanswered(self, error: Exception | None) -> None:
        if error is not None:
            self._report(f"BootNotification failed, again in {PATIENCE} s: {error}", important=True)
            self._timers.start("boot", PATIENCE, self.boot)

    def _go_on(self) -> None:
        self._outbox.opened()
        self._station.statuses.retell(self._station)
        self.schedule_heartbeat()
