"""A charge point's configuration as it was last told: read anew, and changed key by key."""

from typing import Annotated, Any

import orjson
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from ocpp.v16.enums import Action
from pydantic import StringConstraints

from app.api.context import current_user, services
from app.api.models import Body, Printable
from app.api.policy import requires
from app.api.sent import sent_command
from app.command_payloads import MASK
from app.configuration.changing import change_and_read_back
from app.domain.charge_points import ChargePoint
from app.domain.roles import Role
from app.web.forms import shown_on, submitted
from app.web.point.tabs import PREFIX, point_page

bp = Blueprint("point_configuration", __name__, url_prefix=f"{PREFIX}/configuration")


class Change(Body):
    """OCPP 1.6 §6.7: a key of 50 characters at most, a value of 500."""

    key: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), Printable]
    value: Annotated[str, StringConstraints(max_length=500), Printable] = ""


@bp.get("")
@requires(Role.STAFF)
def configuration(charge_point_id: str) -> str:
    charge_point = services.fleet.get(charge_point_id)
    known = services.storage.configurations.of(charge_point.charge_point_id)
    return point_page(
        "pages/point_configuration.html",
        charge_point,
        known=known,
        is_old=known.firmware_version != charge_point.firmware_version,
        waiting=known.changes_awaiting_reboot(charge_point.booted_at),
        mask=MASK,
        changed=_changed(charge_point),
    )


@bp.post("/read")
@requires(Role.STAFF)
@shown_on(configuration)
def read(charge_point_id: str) -> ResponseReturnValue:
    services.commands.send_verbatim(
        charge_point_id, Action.get_configuration, {}, requested_by=current_user().username, force=True
    )
    return redirect(url_for("web.point_configuration.configuration", charge_point_id=charge_point_id), 303)


@bp.get("/change")
@requires(Role.ADMIN)
def editor(charge_point_id: str) -> str:
    charge_point = services.fleet.get(charge_point_id)
    known = services.storage.configurations.of(charge_point.charge_point_id)
    key = request.args.get("key", "")[:100]
    return point_page("pages/point_key.html", charge_point, key=key, entry=known.entry(key), mask=MASK)


@bp.post("/change")
@requires(Role.ADMIN)
@shown_on(editor)
def change(charge_point_id: str) -> ResponseReturnValue:
    charge_point = services.fleet.get(charge_point_id)
    form = submitted(Change)
    outcome = change_and_read_back(
        services.commands, charge_point.charge_point_id, form.key, form.value, current_user().username
    )
    page = "web.point_configuration.configuration"
    return redirect(url_for(page, charge_point_id=charge_point_id, changed=outcome.command_id), 303)


def _changed(charge_point: ChargePoint) -> dict[str, Any] | None:
    """Return the change that has just been made: what was wanted, what was answered, and what is there now."""
    record = sent_command(request.args.get("changed", "")[:100])
    if record is None or (record.charge_point_id, record.action) != (
        charge_point.charge_point_id,
        Action.change_configuration,
    ):
        return None
    wanted = orjson.loads(record.payload)
    entry = services.storage.configurations.of(charge_point.charge_point_id).entry(wanted["key"])
    return {"record": record, "key": wanted["key"], "wanted": wanted["value"], "entry": entry}
