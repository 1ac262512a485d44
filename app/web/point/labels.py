"""The labels of a charge point: each connector's QR code to print, and the end of those that were copied."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.api.context import services
from app.api.policy import requires
from app.domain.connectors import connector_numbers
from app.domain.roles import Role
from app.selection import find_charge_point
from app.web.point.tabs import PREFIX, point_page

bp = Blueprint("point_labels", __name__, url_prefix=f"{PREFIX}/labels")


@bp.get("")
@requires(Role.STAFF)
def labels(charge_point_id: str) -> str:
    charge_point = services.fleet.get(charge_point_id)
    numbers = connector_numbers(charge_point)
    return point_page(
        "pages/point_labels.html",
        charge_point,
        labels=[(number, services.labels.of(charge_point, number)) for number in numbers],
    )


@bp.post("/<int(min=1, max=100):connector_id>/revoke")
@requires(Role.ADMIN)
def revoke(charge_point_id: str, connector_id: int) -> ResponseReturnValue:
    services.labels.revoke(find_charge_point(services.storage, charge_point_id, connector_id), connector_id)
    return redirect(url_for("web.point_labels.labels", charge_point_id=charge_point_id, done="label_revoked"), 303)
