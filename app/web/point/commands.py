"""Commands to one charge point: a form for each, made from its row; what was sent, and what came back."""

from itertools import groupby

import orjson
from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.api.context import current_user, services
from app.api.policy import requires
from app.api.sent import only_sender, sent_command
from app.domain.capabilities import Supported
from app.domain.charge_points import ChargePoint
from app.domain.roles import Role
from app.errors import NotFound
from app.storage.collection import equal
from app.storage.commands import CommandRecord
from app.web.field_words import in_words
from app.web.forms import fault, shown_on
from app.web.lists import listed
from app.web.offers import Offer, offer_of, offers
from app.web.point.tabs import PREFIX, point_page
from app.web.schema_forms import Raw, fields_of, read, typed, typed_from

bp = Blueprint("point_commands", __name__, url_prefix=f"{PREFIX}/commands")

SHOWN = 20
# Fields of the page itself, beside those of OCPP, which begin with a letter.
FORCE, FROM_OVERVIEW = "_force", "_from_overview"


@bp.get("")
@requires(Role.STAFF)
def commands(charge_point_id: str) -> str:
    charge_point = services.fleet.get(charge_point_id)
    role = current_user().role
    mine = [offer for offer in offers() if role.at_least(offer.role)]
    mine_alone = only_sender()
    where = equal([("charge_point_id", charge_point.charge_point_id), ("requested_by", mine_alone)])
    sent, more = listed(services.storage.commands, where, SHOWN)
    return point_page(
        "pages/point_commands.html",
        charge_point,
        groups=[(name, list(some)) for name, some in groupby(mine, key=lambda offer: offer.group)],
        lacking=_lacking(charge_point, mine),
        sent=sent,
        everybodys=mine_alone is None,
        next=more,
    )


@bp.get("/<action>")
@requires(Role.STAFF)
def command(charge_point_id: str, action: str) -> str:
    """The form; filled in as a command was that had been sent, or that just went wrong."""
    offer = offer_of(current_user().role, action)
    charge_point = services.fleet.get(charge_point_id)
    raw: Raw = typed(offer.schema, request.form)
    if request.method == "GET" and (earlier := _sent(charge_point, request.args.get("like", ""))):
        raw = typed_from(offer.schema, orjson.loads(earlier.payload))
    elif request.method == "GET":
        raw = typed(offer.schema, request.args)
    wrong = fault()
    failed = _sent(charge_point, str(wrong.facts.get("command_id", ""))) if wrong else None
    return point_page(
        "pages/point_command.html",
        charge_point,
        offer=offer,
        fields=fields_of(offer.schema, raw),
        reason=_lacking(charge_point, [offer]).get(offer.name),
        forced=FORCE in request.form,
        failed=failed,
    )


@bp.post("/<action>")
@requires(Role.STAFF)
@shown_on(command)
def send(charge_point_id: str, action: str) -> ResponseReturnValue:
    user = current_user()
    offer = offer_of(user.role, action)
    services.fleet.get(charge_point_id)
    request_ = offer.to_request(read(offer.schema, typed(offer.schema, request.form)))
    outcome = services.commands.send_verbatim(
        charge_point_id, *request_, requested_by=user.username, force=FORCE in request.form
    )
    if FROM_OVERVIEW in request.form:
        page = "web.point_overview.overview"
        return redirect(url_for(page, charge_point_id=charge_point_id, command=outcome.command_id), 303)
    page = "web.point_commands.sent"
    return redirect(url_for(page, charge_point_id=charge_point_id, command_id=outcome.command_id), 303)


@bp.get("/sent/<command_id>")
@requires(Role.STAFF)
def sent(charge_point_id: str, command_id: str) -> str:
    charge_point = services.fleet.get(charge_point_id)
    record = _sent(charge_point, command_id)
    if record is None:
        raise NotFound("there is no such command to this charge point")
    role = current_user().role
    again = next((one for one in offers() if one.name == record.action and role.at_least(one.role)), None)
    return point_page("pages/point_sent.html", charge_point, record=record, again=again)


def _sent(charge_point: ChargePoint, command_id: str) -> CommandRecord | None:
    record = sent_command(command_id[:100])
    return record if record and record.charge_point_id == charge_point.charge_point_id else None


def _lacking(charge_point: ChargePoint, some: list[Offer]) -> dict[str, str]:
    """Return those that the charge point is known not to support, and why that is believed."""
    verdicts = services.capabilities.judge(charge_point, *(offer.action for offer in some))
    judged = zip(some, verdicts, strict=True)
    return {offer.name: in_words(verdict.reason) for offer, verdict in judged if verdict.supported is Supported.NO}
