"""A charging session: what a driver sees, from the request to the receipt."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.pauses import Pause
from app.domain.stop_rules import StopAt
from app.domain.tariffs import Tariff


class State(StrEnum):
    """`requested → accepted → waiting_for_vehicle → charging ⇄ suspended → stopping → completed`, or an early end."""

    REQUESTED = "requested"
    ACCEPTED = "accepted"
    WAITING_FOR_VEHICLE = "waiting_for_vehicle"
    CHARGING = "charging"
    SUSPENDED = "suspended"
    STOPPING = "stopping"
    COMPLETED = "completed"
    REJECTED = "rejected"
    FAILED = "failed"
    EXPIRED = "expired"


PENDING = (State.REQUESTED, State.ACCEPTED, State.WAITING_FOR_VEHICLE)
RUNNING = (State.CHARGING, State.SUSPENDED, State.STOPPING)
OPEN = PENDING + RUNNING
ENDED = (State.COMPLETED, State.REJECTED, State.FAILED, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class Session:
    """One charging session; the transaction that OCPP knows is the part from `transaction_id` on.

    Meter readings are watt-hours, None where the charger does not know them itself. `provisional_end` says that we
    closed it for want of a StopTransaction, which may still come and then has the last word. `authorization` is the
    verdict StartTransaction was answered with. `tariff` is as it was at the start; `pauses` are the vehicle's.
    `stop_due_at` is when the rules are to be looked at next, and `stopped_by` the one that has ended it. `stop_wanted`
    says that somebody pressed stop while the charge point was away.
    """

    session_id: str
    charge_point_id: str
    connector_id: int
    id_tag: str
    state: State
    username: str | None = None
    vehicle_id: str | None = None
    reason: str | None = None
    reason_code: str | None = None
    hint: str | None = None
    created_at: datetime | None = None
    requested_at: datetime | None = None
    deadline_at: datetime | None = None
    request_digest: str | None = None
    start_status: str | None = None
    command_id: str | None = None
    transaction_id: int | None = None
    start_key: str | None = None
    authorization: str | None = None
    started_at: datetime | None = None
    stopped_at: datetime | None = None
    stop_key: str | None = None
    meter_start: int | None = None
    meter_stop: int | None = None
    stop_reason: str | None = None
    provisional_end: bool = False
    first_register_wh: float | None = None
    last_register_wh: float | None = None
    metered_at: datetime | None = None
    power_w: float | None = None
    soc: float | None = None
    power_wh: float | None = None
    power_at: datetime | None = None
    tariff: Tariff | None = None
    pauses: tuple[Pause, ...] = ()
    stop_at: StopAt | None = None
    stop_wanted: bool | None = None
    stop_due_at: datetime | None = None
    stop_attempts: int | None = None
    stopped_by: str | None = None
    version: int = 0


# More than any vehicle, lorry or ship takes in one session: readings so far apart are not of one register.
MOST_PER_SESSION_WH = 10_000_000
# More than any of them has taken when the first sample comes.
MOST_BEFORE_FIRST_SAMPLE_WH = 100_000


@dataclass(frozen=True, slots=True)
class Energy:
    """Watt-hours, never negative, and where they come from: `meter`, `samples` or `estimate`."""

    wh: int
    source: str


def energy(session: Session) -> Energy:
    """Return what a session drew.

    The best witness first: the meter's readings at both ends; then the last sample against the reading at the
    start; then the samples among themselves (some registers begin at zero in every transaction although meterStart
    does not, with others it is the other way round); where no register was ever sampled, what the samples of the
    power add up to; with none of them, nothing is claimed.
    """
    start, stop = session.meter_start, session.meter_stop
    first, last = session.first_register_wh, session.last_register_wh
    if (drawn := _between(start, stop)) is not None:
        return Energy(drawn, "meter")
    if first is None or _between(start, first, at_most=MOST_BEFORE_FIRST_SAMPLE_WH) is not None:
        drawn = _between(start, last)
    if drawn is None:
        drawn = _between(first, last)
    if drawn is None:
        return Energy(round(min(session.power_wh or 0.0, MOST_PER_SESSION_WH)), "estimate")
    return Energy(drawn, "samples")


def _between(begin: float | None, end: float | None, *, at_most: int = MOST_PER_SESSION_WH) -> int | None:
    """Return the whole watt-hours from one reading to another, None unless one register can have shown both."""
    if begin is None or end is None or not 0 <= end - begin <= at_most:
        return None
    return round(end - begin)
