"""The options of one virtual charge point."""

import ssl
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How one virtual charge point looks and behaves; all durations are seconds on the wall clock.

    `auto_plug` and `auto_unplug`: how long the driver takes to plug in after being authorised and to leave after the
    end; None: never by itself. `speed`: how many times faster than the wall clock the car charges; 0 holds its meter
    still. `soc`: the car's state of charge on arrival, 0 to 1. `meter_wh`: what the meters read on delivery.
    `step`: how long each step of a firmware update takes at speed 1. `firmware_roots`: PEM of the makers trusted, None:
    all of them.
    """

    url: str
    password: bytes | str | None = None
    tls: ssl.SSLContext | None = None
    connectors: int = 1
    vendor: str = "ChargeBridge"
    model: str = "Virtual AC 11"
    serial: str | None = None
    firmware: str = "1.0.0"
    id_tag: str = "VIRTUALTAG"
    auto_plug: float | None = 2.0
    auto_unplug: float | None = 5.0
    connection_time_out: int = 60
    authorize_remote: bool = False
    meter_interval: int = 10
    speed: float = 1.0
    power_w: float = 11_000.0
    phases: int = 3
    battery_wh: float = 60_000.0
    soc: float = 0.3
    meter_wh: int = 1_000
    step: float = 4.0
    fail_installation: bool = False
    firmware_roots: bytes | None = None
    call_timeout: float = 30.0
    reconnect_delay: float = 1.0
    reconnect_delay_max: float = 60.0

    @property
    def secret(self) -> bytes | None:
        """The password as bytes, for a real one need not be UTF-8 (OCPP-J §6)."""
        return self.password.encode() if isinstance(self.password, str) else self.password

    @property
    def pause(self) -> float:
        """How long a step of a firmware update takes."""
        return self.step / (self.speed or 1.0)

    @property
    def charge_point_id(self) -> str:
        """The last segment of the URL's path, percent-decoded (OCPP-J §3.1.1)."""
        return unquote(urlsplit(self.url).path.rstrip("/").rpartition("/")[2])


def instant(url: str, **options: Any) -> Settings:
    """Return settings without a single delay, for tests: nobody dawdles, and the meter moves only when told to."""
    hurried = Settings(
        url=url,
        auto_plug=0.0,
        auto_unplug=0.0,
        meter_interval=0,
        speed=0.0,
        step=0.0,
        call_timeout=10.0,
        reconnect_delay=0.02,
        reconnect_delay_max=0.5,
    )
    return replace(hurried, **options)
