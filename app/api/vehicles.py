"""A driver's vehicles; staff may look at anybody's."""

from typing import Annotated, Any

from flask_openapi3 import Tag
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StringConstraints

from app.api.answer import Answer, Time, page_of
from app.api.context import current_user, services
from app.api.models import Body, Key, PageQuery, Printable, UserPath, shaped
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.domain.roles import Role
from app.domain.times import iso
from app.domain.vehicles import VIN_IN_WORDS, VIN_PATTERN, Vehicle
from app.storage.collection import equal

api = Routes("vehicles", __name__, url_prefix="/api", abp_tags=[Tag(name="Vehicles")])

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    Printable,
    Field(json_schema_extra={"example": "The red one"}),
]
Plate = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20), Printable]
Vin = Annotated[
    str,
    BeforeValidator(lambda value: value.strip().upper() if isinstance(value, str) else value),
    AfterValidator(shaped(VIN_PATTERN, f"must be {VIN_IN_WORDS}")),
    Field(json_schema_extra={"minLength": 17, "maxLength": 17, "example": "WVWZZZE1ZMP000001"}),
]
Kwh = Annotated[float, Field(gt=0, le=2000, allow_inf_nan=False)]
BatteryKwh = Annotated[Kwh, Field(strict=True)]


class VehicleFields(Body):
    plate: Plate | None = None
    vin: Vin | None = None
    battery_kwh: BatteryKwh | None = Field(None, description="How much its battery holds.")


class NewVehicle(VehicleFields):
    name: Name


class VehicleChange(VehicleFields):
    name: Name = "My vehicle"


class VehiclePath(BaseModel):
    vehicle_id: Key


class VehicleAnswer(Answer):
    """`idTag` is what charge points know the vehicle by; it fares as the account's does, with a limit of its own."""

    vehicle_id: str
    name: str
    plate: str | None = None
    vin: str | None = None
    battery_kwh: float | None = None
    idTag: str  # noqa: N815
    created_at: Time


@api.get("/me/vehicles", summary="Your vehicles", responses={200: page_of(VehicleAnswer)})
@requires(Role.USER, own=True)
def my_vehicles(query: PageQuery) -> dict[str, Any]:
    return _of(current_user().username, query)


@api.post("/me/vehicles", summary="Add a vehicle", responses={201: VehicleAnswer})
@requires(Role.USER, own=True)
def add_vehicle(body: NewVehicle) -> tuple[dict[str, Any], int]:
    """It gets an idTag of its own, so several vehicles of one account may charge at once."""
    facts = {name: value for name, value in body.given().items() if value is not None}
    return vehicle_json(services.vehicles.add(current_user(), facts)), 201


@api.patch("/me/vehicles/<vehicle_id>", summary="Change a vehicle", responses={200: VehicleAnswer})
@requires(Role.USER, own=True)
def change_vehicle(path: VehiclePath, body: VehicleChange) -> dict[str, Any]:
    return vehicle_json(services.vehicles.change(current_user(), path.vehicle_id, body.given()))


@api.delete("/me/vehicles/<vehicle_id>", summary="Remove a vehicle", responses={204: None})
@requires(Role.USER, own=True)
def remove_vehicle(path: VehiclePath) -> tuple[str, int]:
    """Its idTag is blocked, its sessions stay yours. What it charges at the moment goes on until you stop it."""
    services.vehicles.remove(current_user(), path.vehicle_id)
    return "", 204


@api.get("/users/<username>/vehicles", summary="A user's vehicles", responses={200: page_of(VehicleAnswer)})
@requires(Role.STAFF)
def vehicles_of_user(path: UserPath, query: PageQuery) -> dict[str, Any]:
    return _of(services.accounts.named(path.username).username, query)


def _of(username: str, query: PageQuery) -> dict[str, Any]:
    return page(services.storage.vehicles, equal([("username", username)]), query, vehicle_json)


def vehicle_json(vehicle: Vehicle) -> dict[str, Any]:
    shown = {name: getattr(vehicle, name) for name in ("vehicle_id", "name", "plate", "vin", "battery_kwh")}
    told = {name: value for name, value in shown.items() if value is not None}
    return told | {"idTag": vehicle.id_tag, "created_at": iso(vehicle.created_at)}
