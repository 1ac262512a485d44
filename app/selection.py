"""What a driver names in a request, found and checked: a charge point with its connector, a tag of his own."""

from app.commands import Commands
from app.domain.authorization import Verdict
from app.domain.charge_points import ChargePoint
from app.domain.checks import first_refusal
from app.domain.id_tags import IdTag, normalise_id_tag
from app.domain.roles import Role
from app.domain.starting import known_checks, service_checks
from app.errors import BadInput, Conflict, NotFound
from app.storage.database import Storage
from app.storage.users import User


def find_charge_point(storage: Storage, evse_id: str, connector_id: int) -> ChargePoint:
    """Return a charge point that has the connector, 0 being any; raises NotFound, BadInput."""
    charge_point = storage.charge_points.get(evse_id)
    refused = first_refusal(known_checks(charge_point, evse_id, connector_id))
    if charge_point is None:
        raise NotFound(f"there is no charge point {evse_id}")
    if refused is not None:
        raise BadInput("connector_id", refused.words)
    return charge_point


def find_tag(storage: Storage, user: User, id_tag: str | None, vehicle_id: str | None = None) -> IdTag:
    """Return a tag of the user's own or of a vehicle of his, his account's when none is named; raises NotFound.

    Staff may name anybody's.
    """
    if vehicle_id is not None:
        vehicle = storage.vehicles.get(vehicle_id)
        if vehicle is None or not (vehicle.username == user.username or user.role.at_least(Role.STAFF)):
            raise NotFound("there is no such vehicle among yours")
        id_tag = vehicle.id_tag
    tag = storage.id_tags.get(normalise_id_tag(id_tag or user.id_tag))
    if tag is None or not (is_own(user, tag) or user.role.at_least(Role.STAFF)):
        raise NotFound("there is no such idTag among yours")
    return tag


def is_own(user: User, tag: IdTag) -> bool:
    return (tag.username or "").casefold() == user.user_id


def require_in_service(commands: Commands, charge_point: ChargePoint) -> None:
    """Raise Conflict for a charge point that cannot be asked for anything now."""
    connected = commands.connected(charge_point.charge_point_id)
    if refused := first_refusal(service_checks(charge_point, connected=connected)):
        raise Conflict(refused.refusal, refused.words)


def require_accepted(verdict: Verdict) -> None:
    """Raise Conflict for a tag that may not charge."""
    if not verdict.accepted:
        raise Conflict("id_tag_not_accepted", verdict.reason, id_tag_status=verdict.status.value)
