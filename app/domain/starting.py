"""What keeps a start from being asked for: the charge point, its connector, a reservation; rule by rule, in order."""

from collections.abc import Iterator, Sequence

from ocpp.v16.enums import RegistrationStatus

from app.domain.charge_points import ChargePoint
from app.domain.checks import Check
from app.domain.id_tags import IdTag
from app.domain.reservations import Reservation
from app.domain.sessions import Session
from app.domain.times import iso


def known_checks(charge_point: ChargePoint | None, evse_id: str, connector_id: int) -> Iterator[Check]:
    """Look whether there is such a charge point, and such a connector: 0 is any, and of a new one none is known yet."""
    if charge_point is None:
        yield Check("charge_point_known", f"there is no charge point {evse_id}", "not_found")
        return
    yield Check("charge_point_known", "the charge point is known")
    known = [c for c in charge_point.connectors if c != "0"]
    if connector_id and known and str(connector_id) not in known:
        there = ", ".join(sorted(known, key=int))
        words = f"this charge point has the connectors {there}"
        yield Check("connector_known", words, "bad_input", values={"connectors": there})
    else:
        yield Check("connector_known", "the charge point has this connector" if known else "no connector is known yet")


def service_checks(charge_point: ChargePoint, *, connected: bool) -> Iterator[Check]:
    """Look whether a charge point can be asked for anything now."""
    if charge_point.registration != RegistrationStatus.accepted:
        words = "this charge point is not in service yet"
        yield Check("charge_point_accepted", words, "charge_point_not_accepted")
    else:
        yield Check("charge_point_accepted", "the charge point is in service")
    if not connected:
        words = "this charge point is not connected at the moment"
        yield Check("charge_point_connected", words, "charge_point_offline")
    else:
        yield Check("charge_point_connected", "the charge point is connected")


def connector_check(open_sessions: Sequence[Session], at: tuple[str, int]) -> Check:
    """Look whether nobody is charging on a connector, (charge_point_id, connector_id), or about to."""
    there = tuple(s.session_id for s in open_sessions if (s.charge_point_id, s.connector_id) == at)
    if there:
        return Check("connector_free", "somebody is charging, or about to, on this connector", "connector_busy", there)
    return Check("connector_free", "no session is open on this connector")


def reservation_check(tag: IdTag, held: Reservation | None) -> Check:
    """Look whether a connector is not held for somebody else."""
    if held is None:
        return Check("not_reserved", "this connector is not reserved")
    if held.is_for(tag):
        return Check("not_reserved", "this connector is reserved for this tag or its family")
    words = f"this connector is reserved until {iso(held.expires_at)}"
    return Check("not_reserved", words, "connector_reserved", values={"until": held.expires_at})
