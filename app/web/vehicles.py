"""Vehicles and tags: what chargers know a driver by, and what to do when a card is lost."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.api.context import current_user, services
from app.api.policy import requires
from app.api.vehicles import Kwh, NewVehicle, VehicleChange, VehicleFields
from app.domain.id_tags import IdTagKind
from app.domain.roles import Role
from app.tags.own import block_own
from app.web.forms import shown_on, submitted

bp = Blueprint("vehicles", __name__, url_prefix="/vehicles")


class Typed(VehicleFields):
    """In a form a number is text."""

    battery_kwh: Kwh | None = None


class NewVehicleForm(Typed, NewVehicle):
    """A vehicle as it is added."""


class VehicleChangeForm(Typed, VehicleChange):
    """A vehicle as it is from now on."""


@bp.get("")
@requires(Role.USER, own=True)
def vehicles_page() -> str:
    user = current_user()
    tags = [tag for tag in services.storage.id_tags.of(user.username) if tag.kind is not IdTagKind.VEHICLE]
    return render_template("pages/vehicles.html", vehicles=services.storage.vehicles.of(user.username), tags=tags)


@bp.post("")
@requires(Role.USER, own=True)
@shown_on(vehicles_page)
def add_vehicle() -> ResponseReturnValue:
    services.vehicles.add(current_user(), submitted(NewVehicleForm).given())
    return _back("vehicle_added")


@bp.get("/<vehicle_id>")
@requires(Role.USER, own=True)
def vehicle_page(vehicle_id: str) -> str:
    return render_template("pages/vehicle.html", vehicle=services.vehicles.own(current_user(), vehicle_id))


@bp.post("/<vehicle_id>")
@requires(Role.USER, own=True)
@shown_on(vehicle_page)
def change_vehicle(vehicle_id: str) -> ResponseReturnValue:
    emptied = dict.fromkeys(("plate", "vin", "battery_kwh"))
    services.vehicles.change(current_user(), vehicle_id, emptied | submitted(VehicleChangeForm).given())
    return _back("vehicle_saved")


@bp.post("/<vehicle_id>/remove")
@requires(Role.USER, own=True)
def remove_vehicle(vehicle_id: str) -> ResponseReturnValue:
    services.vehicles.remove(current_user(), vehicle_id)
    return _back("vehicle_removed")


@bp.post("/tags/<idTag>/block")
@requires(Role.USER, own=True)
def block_tag(idTag: str) -> ResponseReturnValue:  # noqa: N803 - the article's name
    block_own(services.storage, current_user(), idTag)
    return _back("tag_blocked")


def _back(done: str) -> ResponseReturnValue:
    return redirect(url_for("web.vehicles.vehicles_page", done=done), 303)
