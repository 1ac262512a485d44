"""A charge point's firmware and files: updates from the store with their progress; diagnostics and logs it brings."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from app.api.answers_files import Kind
from app.api.context import current_user, services
from app.api.models import Body, Key
from app.api.policy import requires
from app.domain.charge_points import ChargePoint
from app.domain.file_hints import file_hint
from app.domain.roles import Role
from app.files.diagnostics_orders import Wanted
from app.firmware.orders import Terms
from app.storage.collection import equal
from app.web.forms import shown_on, submitted
from app.web.lists import listed
from app.web.moments import read_moment
from app.web.point.tabs import PREFIX, point_page

bp = Blueprint("point_files", __name__, url_prefix=f"{PREFIX}/files")

SHOWN = 20
MOST_IMAGES = 200


class Update(Body):
    firmware_id: Key
    force: bool = False
    allow_downgrade: bool = False


class Request(Body):
    """Times are the reader's."""

    kind: Kind = "Diagnostics"
    start_time: Key | None = None
    stop_time: Key | None = None


@bp.get("")
@requires(Role.ADMIN)
def files(charge_point_id: str) -> str:
    return _page("pages/point_files.html", services.fleet.get(charge_point_id))


@bp.get("/now")
@requires(Role.ADMIN)
def files_now(charge_point_id: str) -> str:
    """The lists alone, as they are now."""
    return _page("parts/point_files.html", services.fleet.get(charge_point_id))


@bp.post("/update")
@requires(Role.ADMIN)
@shown_on(files)
def update(charge_point_id: str) -> ResponseReturnValue:
    charge_point = services.fleet.get(charge_point_id)
    form = submitted(Update)
    terms = Terms(firmware_id=form.firmware_id, force=form.force, allow_downgrade=form.allow_downgrade)
    services.firmware_updates.order(charge_point, terms, requested_by=current_user().username)
    return redirect(url_for("web.point_files.files", charge_point_id=charge_point_id), 303)


@bp.post("/ask")
@requires(Role.ADMIN)
@shown_on(files)
def ask(charge_point_id: str) -> ResponseReturnValue:
    charge_point = services.fleet.get(charge_point_id)
    form = submitted(Request)
    wanted = Wanted(
        kind=form.kind,
        start_time=read_moment(form.start_time or ""),
        stop_time=read_moment(form.stop_time or ""),
    )
    services.diagnostics.request(charge_point, wanted, requested_by=current_user().username)
    return redirect(url_for("web.point_files.files", charge_point_id=charge_point_id), 303)


def _page(template: str, charge_point: ChargePoint) -> str:
    here = equal([("charge_point_id", charge_point.charge_point_id)])
    updates, more_updates = listed(services.storage.firmware_updates, here, SHOWN, "updates")
    brought, more_brought = listed(services.storage.diagnostics, here, SHOWN, "brought")
    images = services.storage.firmware.page({}, None, MOST_IMAGES)
    return point_page(
        template,
        charge_point,
        updates=[(one, file_hint(one.reason)) for one in updates],
        more_updates=more_updates,
        brought=[(one, file_hint(one.reason)) for one in brought],
        more_brought=more_brought,
        images=[(one.firmware_id, f"{one.name} {one.version}") for one in images],
    )
