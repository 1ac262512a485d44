"""What a scanned label is of, and whether one may start there: asked before a start, and nothing is begun by it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.charge_points import ChargePoint
from app.domain.connectors import connector_numbers
from app.domain.id_tags import IdTag
from app.domain.label_keys import LabelState
from app.domain.qr import Scan
from app.domain.session_hints import why_rejected
from app.errors import BadInput, Conflict, NotFound
from app.labels import Labels
from app.selection import find_charge_point, find_tag
from app.start_rules import StartRules
from app.storage.database import Storage
from app.storage.users import User

_OUT_OF_ORDER = {
    "Faulted": "connector_faulted",
    "Unavailable": "connector_unavailable",
    "Reserved": "connector_reserved",
}


@dataclass(frozen=True, slots=True)
class Scanned:
    """`connectors` are those that the label names, or all, each with what is in the way of a start there, if anything.

    `why_not` is what is in the way of any start.
    """

    scan: Scan
    signed: bool
    charge_point: ChargePoint | None
    why_not: Conflict | None
    connectors: Mapping[int, Conflict | None] = field(default_factory=dict)

    @property
    def connector_id(self) -> int | None:
        """Return the connector that the label names, or the only one."""
        return self.scan.connector_id or (next(iter(self.connectors)) if len(self.connectors) == 1 else None)


class Scans:
    """The use case; `now` is the clock it goes by."""

    def __init__(self, storage: Storage, labels: Labels, rules: StartRules, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._labels = labels
        self._rules = rules
        self._now = now

    def resolve(self, user: User, text: str) -> Scanned:
        """Tell what a label, or an id typed by hand, stands for; raises BadInput for what is neither."""
        scan = self._labels.read("uri", text)
        signed = self._labels.judge(scan) is LabelState.VALID
        try:
            charge_point = find_charge_point(self._storage, scan.charge_point_id, scan.connector_id or 0)
            tag = find_tag(self._storage, user, None)
        except NotFound as error:
            return Scanned(scan, signed, None, Conflict("unknown_charge_point", error.message))
        except BadInput as error:
            known = self._storage.charge_points.get(scan.charge_point_id)
            return Scanned(scan, signed, known, Conflict("unknown_connector", error.errors[0]["message"]))
        numbers = [scan.connector_id] if scan.connector_id else connector_numbers(charge_point)
        connectors = {number: self._in_the_way(user, charge_point, number, tag, text) for number in numbers}
        why_not = next(iter(connectors.values())) if all(connectors.values()) else None
        return Scanned(scan, signed, charge_point, why_not, connectors)

    def _in_the_way(
        self, user: User, charge_point: ChargePoint, connector_id: int, tag: IdTag, text: str
    ) -> Conflict | None:
        try:
            self._rules.require_possible(user, charge_point, connector_id, tag, text)
        except Conflict as conflict:
            return conflict
        return self._refusal_to_come(charge_point, connector_id)

    def _refusal_to_come(self, charge_point: ChargePoint, connector_id: int) -> Conflict | None:
        """Return what the charge point would refuse a start for, by its connector's last status."""
        status = charge_point.status_of(connector_id)
        if status not in _OUT_OF_ORDER:
            return None
        at = (charge_point.charge_point_id, connector_id)
        if status == "Reserved" and self._storage.reservations.holding(*at, self._now()):
            return None  # it is held for who asks, or it would have been in the way before
        configuration = self._storage.configurations.of(charge_point.charge_point_id)
        why = why_rejected(status, configuration, in_local_list=False)
        return Conflict(_OUT_OF_ORDER[status], why.hint or "")
