"""Charge points: what drivers may see of them, and how admins keep them."""

from typing import Annotated, Any
from urllib.parse import quote

from flask_openapi3 import Tag
from ocpp.v16.enums import RegistrationStatus
from pydantic import Field, StrictInt

from app.api.answer import page_of
from app.api.answers_charge_points import ChargePointAnswer, EventAnswer, NewChargePointAnswer, PasswordAnswer
from app.api.context import current_user, services
from app.api.models import Body, ChargePointPath, Key, PageQuery, Printable, Text
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.views import charge_point_for_drivers, charge_point_for_staff, event_json
from app.domain.charge_points import ChargePoint
from app.domain.roles import Role
from app.storage.collection import equal

api = Routes("charge_points", __name__, url_prefix="/api/charge_points", abp_tags=[Tag(name="Charge points")])

SecurityProfile = Annotated[
    StrictInt,
    Field(
        ge=0,
        le=3,
        description="0: no password; 1: Basic authentication; 2: the same over TLS; 3: TLS with a client certificate, "
        "whose CN is the serial number.",
    ),
]
ChargePointPassword = Annotated[str, Field(min_length=16, max_length=40), Printable]


class ChargePointQuery(PageQuery):
    vendor: Text | None = Field(None, description="For staff.")
    model: Text | None = Field(None, description="For staff.")
    registration: RegistrationStatus | None = Field(None, description="For staff.")
    tariff_id: Key | None = Field(None, description="For staff: with this tariff of their own.")


class EventQuery(PageQuery):
    kind: Key | None = None
    critical: bool | None = Field(None, description="Of security events.")


class NewChargePoint(Body):
    id: Key = Field(json_schema_extra={"example": "CP001"})
    password: ChargePointPassword | None = Field(None, description="One is made and returned when left out.")
    security_profile: SecurityProfile = 1
    serial_number: Text | None = Field(None, description="Learned at boot, except in profile 3, which needs it.")
    name: Text | None = Field(None, json_schema_extra={"example": "Car park, level 1"})
    place: Text | None = None
    tariff_id: Key | None = Field(None, description="Of its own; without one the default tariff is in force.")


class ChargePointChange(Body):
    name: Text | None = None
    place: Text | None = None
    tariff_id: Key | None = Field(None, description="Of its own; null: the default tariff, if there is one.")
    security_profile: SecurityProfile = 1
    serial_number: Text | None = Field(None, description="Learned at boot, except in profile 3, which needs it.")
    registration: RegistrationStatus = Field(
        RegistrationStatus.accepted, description="What BootNotification is answered with."
    )


class NewPassword(Body):
    password: ChargePointPassword | None = Field(None, description="One is made and returned when left out.")


def charger_url(charge_point: ChargePoint) -> str:
    """Return what to enter in a charge point so that it finds its way here."""
    name = quote(charge_point.charge_point_id, safe="*-_=:+@.")
    return f"{services.settings.url_for(charge_point.security_profile)}/{name}"


def _as_seen(charge_point: ChargePoint) -> dict[str, Any]:
    staff = current_user().role.at_least(Role.STAFF)
    return charge_point_for_staff(charge_point) if staff else charge_point_for_drivers(charge_point)


@api.get("", summary="Charge points", responses={200: page_of(ChargePointAnswer)})
@requires(Role.USER, own=False)
def list_charge_points(query: ChargePointQuery) -> dict[str, Any]:
    if not current_user().role.at_least(Role.STAFF):
        query = ChargePointQuery(limit=query.limit, cursor=query.cursor, registration=RegistrationStatus.accepted)
    names = ("vendor", "model", "registration", "tariff_id")
    where = equal((name, getattr(query, name)) for name in names)
    return page(services.storage.charge_points, where, query, _as_seen)


@api.get("/<charge_point_id>", summary="One charge point", responses={200: ChargePointAnswer})
@requires(Role.USER, own=False)
def get_charge_point(path: ChargePointPath) -> dict[str, Any]:
    return _as_seen(services.fleet.get(path.charge_point_id))


@api.post("", summary="Add a charge point", responses={201: NewChargePointAnswer})
@requires(Role.ADMIN)
def add_charge_point(body: NewChargePoint) -> tuple[dict[str, Any], int]:
    """The password is in this answer and never again; `url` is what to enter in the charge point."""
    facts = {k: v for k, v in body.given().items() if k not in ("id", "password")}
    charge_point, password = services.fleet.add(body.id, body.password, facts)
    secret = {"password": password} if password is not None else {}
    return charge_point_for_staff(charge_point) | {"url": charger_url(charge_point)} | secret, 201


@api.patch("/<charge_point_id>", summary="Change a charge point", responses={200: ChargePointAnswer})
@requires(Role.ADMIN)
def change_charge_point(path: ChargePointPath, body: ChargePointChange) -> dict[str, Any]:
    return charge_point_for_staff(services.fleet.change(path.charge_point_id, body.given()))


@api.delete("/<charge_point_id>", summary="Remove a charge point", responses={204: None})
@requires(Role.ADMIN)
def remove_charge_point(path: ChargePointPath) -> tuple[str, int]:
    """Its connection ends; its sessions stay."""
    services.fleet.remove(path.charge_point_id)
    return "", 204


@api.post("/<charge_point_id>/password", summary="Give a charge point a new password", responses={200: PasswordAnswer})
@requires(Role.ADMIN)
def set_charge_point_password(path: ChargePointPath, body: NewPassword) -> dict[str, Any]:
    """The password is in this answer and never again; the charge point's connection ends."""
    return {"password": services.fleet.set_password(path.charge_point_id, body.password)}


@api.get(
    "/<charge_point_id>/events",
    summary="What happened to a charge point, newest first",
    responses={200: page_of(EventAnswer)},
)
@requires(Role.STAFF)
def list_events(path: ChargePointPath, query: EventQuery) -> dict[str, Any]:
    charge_point = services.fleet.get(path.charge_point_id)
    mine = ("charge_point_id", charge_point.charge_point_id)
    where = equal([mine, ("kind", query.kind), ("critical", query.critical)])
    return page(services.storage.events, where, query, event_json)
