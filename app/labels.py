"""Labels as they are read, judged, made and revoked: what a start by a scanned label rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

from ocpp.v16.enums import RegistrationStatus

from app.config import Settings, qr_secrets
from app.domain.charge_points import ChargePoint, charge_point_key
from app.domain.label_keys import LabelKeys, LabelState
from app.domain.qr import Scan, link_of, read_scan, scan_of, uri_of
from app.domain.roles import Role
from app.errors import BadInput, Conflict, NotFound
from app.selection import find_charge_point
from app.storage.collection import equal
from app.storage.database import Storage
from app.storage.users import User

LINK_PATH = "/q"
MOST_PRINTED = 100
_FAULTS = {
    LabelState.UNSIGNED: ("label_unsigned", "only signed labels count here; scan the one on the charge point"),
    LabelState.FORGED: ("label_forged", "this label was not made here; do not use it, and tell the operator"),
    LabelState.REVOKED: ("label_revoked", "this label is not valid any more; tell the operator, who has a new one"),
}


@dataclass(frozen=True, slots=True)
class Label:
    """A connector's label in force, as apps read it and as a telephone's camera opens it; `printed` is on stickers."""

    version: int
    uri: str
    link: str
    printed: str


class Labels:
    """The use cases."""

    def __init__(self, storage: Storage, settings: Settings) -> None:
        self._storage = storage
        self._keys = LabelKeys(qr_secrets(settings))
        self._link_prefix = f"{settings.http_url}{LINK_PATH}/"
        self._has_public_url = settings.public_url is not None
        self._require_signed = settings.qr_require_signed
        self._require_plugged = settings.qr_require_plugged

    def read(self, field: str, text: str) -> Scan:
        """Return what was scanned or typed; raises BadInput, naming the field, for what is no label of ours."""
        try:
            return read_scan(text, self._link_prefix)
        except ValueError as error:
            raise BadInput(field, str(error)) from None

    def linked(self, charge_point_id: str, connector: str, signature: str | None) -> Scan:
        """Return the label that a link's parts are of; raises NotFound where there can be no such label."""
        try:
            return scan_of(charge_point_id, connector, signature)
        except ValueError as error:
            raise NotFound(f"this label {error}") from None

    def of(self, charge_point: ChargePoint, connector_id: int) -> Label:
        """Return a connector's label: on stickers the link, or the URI where nobody has set what links begin with."""
        version = self._storage.labels.in_force(charge_point.charge_point_id, connector_id)
        signed = self._keys.sign(charge_point.charge_point_id, connector_id, version)
        uri, link = uri_of(signed), link_of(signed, self._link_prefix)
        return Label(version, uri, link, link if self._has_public_url else uri)

    def revoke(self, charge_point: ChargePoint, connector_id: int) -> Label:
        """Refuse a connector's labels from now on, and return its new one."""
        self._storage.labels.revoke(charge_point.charge_point_id, connector_id)
        return self.of(charge_point, connector_id)

    def to_print(self, charge_point_ids: Sequence[str], place: str | None) -> tuple[list[ChargePoint], bool]:
        """Return the charge points of some ids, else of a place, else all of them; and whether there are more.

        Raises NotFound.
        """
        if charge_point_ids:
            return [find_charge_point(self._storage, one, 0) for one in dict.fromkeys(charge_point_ids)], False
        where = equal([("registration", RegistrationStatus.accepted), ("place", place)])
        found = self._storage.charge_points.page(where, None, MOST_PRINTED + 1)
        return found[:MOST_PRINTED], len(found) > MOST_PRINTED

    def judge(self, scan: Scan) -> LabelState:
        """Tell what a label's signature is worth."""
        version = self._storage.labels.in_force(scan.charge_point_id, scan.connector_id or 0)
        return self._keys.judge(scan, version)

    def require_valid(self, user: User, state: LabelState) -> None:
        """Raise Conflict for a label that was forged or revoked, or has no signature where it must have one.

        Staff need none: they start from afar.
        """
        unsigned_is_enough = not self._require_signed or user.role.at_least(Role.STAFF)
        if state in _FAULTS and not (state is LabelState.UNSIGNED and unsigned_is_enough):
            raise Conflict(*_FAULTS[state])

    def require_right(self, user: User, charge_point: ChargePoint, connector_id: int, qr: str | None) -> None:
        """Raise BadInput or Conflict unless what was scanned allows for a start there; None: nothing was scanned."""
        if qr is None:
            if self._require_signed and not user.role.at_least(Role.STAFF):
                raise Conflict("label_required", "scan the label on the charge point first, and send it as qr")
            return
        scan = self.read("qr", qr)
        right = charge_point_key(scan.charge_point_id) == charge_point_key(charge_point.charge_point_id)
        if not right or scan.connector_id not in (None, connector_id):
            raise Conflict("label_mismatch", "this label is another connector's than the one to start on")
        self.require_valid(user, self.judge(scan))

    def require_plugged(self, charge_point: ChargePoint, connector_id: int) -> None:
        """Raise Conflict where a label was scanned and the cable is not in the connector it names.

        A label that belongs elsewhere thus starts nothing: who reads it has his cable in another connector.
        """
        if not self._require_plugged or charge_point.status_of(connector_id) != "Available":
            return
        others = [c.connector_id for c in charge_point.connectors.values() if c.status == "Preparing"]
        elsewhere = [number for number in sorted(others) if number not in (0, connector_id)]
        if elsewhere:
            there = " and ".join(map(str, elsewhere))
            raise Conflict(
                "connector_unplugged",
                f"a cable is in connector {there}, none in connector {connector_id}, which this label names",
                plugged_connectors=elsewhere,
            )
        raise Conflict("connector_unplugged", "plug the cable into the vehicle first, then start")
