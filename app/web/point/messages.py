"""The OCPP messages of a charge point, the newest first: filtered, followed, each in full when one wants to see it."""

from dataclasses import replace

from flask import Blueprint, request

from app.api.context import services
from app.api.messages import LIST, TYPES, place_in
from app.api.paging import write_cursor
from app.api.policy import requires
from app.command_table import COMMANDS
from app.domain.roles import Role
from app.errors import NotFound
from app.frames.messages import Wanted, moment_of, page_of_messages, payload_text
from app.storage.frames import KeptFrame
from app.web.point.tabs import PREFIX, point_page
from ocpp_server.schemas import actions

bp = Blueprint("point_messages", __name__, url_prefix=f"{PREFIX}/messages")

SHOWN = 50


@bp.get("")
@requires(Role.STAFF)
def messages(charge_point_id: str) -> str:
    """Whatever the address asks for that there is not is left out of account."""
    charge_point = services.fleet.get(charge_point_id)
    action = request.args.get("action", "")
    direction = request.args.get("direction", "")
    wanted = Wanted(charge_point.charge_point_id, attention="attention" in request.args)
    if action in actions():
        wanted = replace(wanted, action=action)
    if direction in ("in", "out"):
        wanted = replace(wanted, sent=direction == "out")
    cursor = request.args.get("cursor")
    found, place = page_of_messages(services.storage, wanted, place_in(cursor), SHOWN)
    filters = {"action": wanted.action, "direction": direction, "attention": wanted.attention or None}
    return point_page(
        "pages/point_messages.html",
        charge_point,
        frames=[(one, moment_of(one.at), TYPES.get(one.message_type, "malformed")) for one in found],
        next=write_cursor(LIST, *place) if place else None,
        theirs=sorted(actions() - set(COMMANDS)) + ["DataTransfer"],
        ours=sorted(COMMANDS),
        asked={name: value for name, value in filters.items() if value},
        follow="follow" in request.args and not cursor,
    )


@bp.get("/<place>")
@requires(Role.STAFF)
def payload(charge_point_id: str, place: str) -> str:
    """One message in full."""
    charge_point = services.fleet.get(charge_point_id)
    return point_page(
        "parts/message.html", charge_point, text=payload_text(_frame(charge_point.charge_point_id, place))
    )


def _frame(charge_point_id: str, place: str) -> KeptFrame:
    batch = services.storage.frames.get(place.partition("-")[0][:100])
    if batch is not None and batch.charge_point_id == charge_point_id:
        for frame in batch.frames():
            if frame.place == place:
                return frame
    raise NotFound("this message is not kept any more")
