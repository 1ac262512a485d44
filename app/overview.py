"""What an operator sees first: how the charge points are doing, and what somebody has to see to."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ocpp.v16.enums import ChargePointStatus

from app.domain.charge_points import ChargePoint
from app.domain.security_events import ROUTINE
from app.domain.sessions import energy
from app.security_events import KIND
from app.storage.database import Storage

# So many of a kind are named, the rest are counted.
NAMED = 5
SECURITY_FOR = timedelta(days=1)
QUARANTINE_FOR = CAMPAIGNS_FOR = timedelta(days=7)


class About(StrEnum):
    """What can need somebody, the most urgent first."""

    FAULT = "fault"
    SECURITY = "security"
    OFFLINE = "offline"
    CAMPAIGN = "campaign"
    LOCAL_LIST = "local_list"
    QUARANTINE = "quarantine"
    NEWCOMER = "newcomer"
    UNKNOWN_TAG = "unknown_tag"


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing to see to: `subject` is the id of what it is about, `detail` what is known of it, in OCPP's or our
    own codes; `words` is what the charge point says besides."""

    subject: str
    at: datetime | None = None
    name: str | None = None
    detail: str | None = None
    connector_id: int | None = None
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Concern:
    """All of a kind: how many there are, and some of them."""

    about: About
    total: int
    matters: Sequence[Matter]


@dataclass(frozen=True, slots=True)
class Overview:
    """`faulted` counts charge points, `charging` transactions; energy and sessions are those begun since midnight."""

    charge_points: int
    online: int
    faulted: int
    charging: int
    power_w: int
    energy_wh: int
    sessions: int
    concerns: Sequence[Concern] = field(default_factory=tuple)


class Overviews:
    """The use case; it is cheap enough to be looked at again whenever something happens."""

    def __init__(self, storage: Storage, connected: Callable[[str], bool], now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._connected = connected
        self._now = now

    def look(self, midnight: datetime) -> Overview:
        """Return how things are, `midnight` being when today has begun where the operator is."""
        known = self._storage.charge_points.presences()
        faulted = self._storage.charge_points.faulted()
        running = self._storage.sessions.draws()
        begun = self._storage.sessions.begun_since(midnight)
        offline = [one for one in known if not self._connected(one.charge_point_id)]
        away = [Matter(one.charge_point_id, one.last_seen_at, one.name) for one in offline if one.booted_at]
        concerns = (
            _concern(About.FAULT, sorted((matter for one in faulted for matter in _faults(one)), key=_latest)),
            self._security(),
            _concern(About.OFFLINE, sorted(away, key=_latest)),
            self._campaigns(),
            self._local_lists(),
            self._quarantine(),
            self._newcomers(),
            self._unknown_tags(),
        )
        return Overview(
            charge_points=len(known),
            online=len(known) - len(offline),
            faulted=len(faulted),
            charging=len(running),
            power_w=round(sum(draw.power_w for draw in running if self._connected(draw.charge_point_id))),
            energy_wh=begun.metered_wh + sum(energy(session).wh for session in begun.others),
            sessions=begun.count,
            concerns=[concern for concern in concerns if concern.total],
        )

    def _security(self) -> Concern:
        since = self._now() - SECURITY_FOR
        total, newest = self._storage.events.critical_since(KIND, since, NAMED, but=ROUTINE)
        matters = [Matter(one.charge_point_id, one.at, detail=one.detail.get("type")) for one in newest]
        return Concern(About.SECURITY, total, matters)

    def _campaigns(self) -> Concern:
        stopped = self._storage.campaigns.stopped_since(self._now() - CAMPAIGNS_FOR)
        matters = [Matter(one.campaign_id, one.finished_at, one.version, one.reason) for one in stopped]
        return _concern(About.CAMPAIGN, matters)

    def _local_lists(self) -> Concern:
        broken = self._storage.local_lists.broken()
        matters = [Matter(one.charge_point_id, one.attempted_at, detail=one.state) for one in broken]
        return _concern(About.LOCAL_LIST, matters)

    def _quarantine(self) -> Concern:
        total, newest = self._storage.quarantine.kept_since(self._now() - QUARANTINE_FOR, NAMED)
        matters = [Matter(one.charge_point_id, one.received_at, detail=one.action) for one in newest]
        return Concern(About.QUARANTINE, total, matters)

    def _newcomers(self) -> Concern:
        found = self._storage.newcomers.at_the_door()
        announced = self._storage.charge_points.announced(one.key for one in found)
        unknown = [one for one in found if one.key not in announced]
        matters = [Matter(one.charge_point_id, one.last_at, detail=one.reason) for one in unknown]
        return _concern(About.NEWCOMER, matters)

    def _unknown_tags(self) -> Concern:
        shown = self._storage.unknown_tags.to_judge()
        return _concern(
            About.UNKNOWN_TAG, [Matter(one.id_tag, one.last_at, detail=one.charge_point_id) for one in shown]
        )


def _concern(about: About, matters: Sequence[Matter]) -> Concern:
    return Concern(about, len(matters), matters[:NAMED])


def _faults(charge_point: ChargePoint) -> Iterable[Matter]:
    for connector in charge_point.connectors.values():
        if connector.status == ChargePointStatus.faulted:
            yield Matter(
                charge_point.charge_point_id,
                connector.status_at,
                charge_point.name,
                connector.error_code,
                connector.connector_id,
                ", ".join(filter(None, (connector.vendor_error_code, connector.info))) or None,
            )


def _latest(matter: Matter) -> float:
    return -matter.at.timestamp() if matter.at else 0.0
