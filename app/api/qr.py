"""Labels on charge points, as drivers meet them: scanned by an app, or opened by a telephone's camera."""

from typing import Any
from urllib.parse import quote

from flask import Blueprint, redirect, request
from flask_openapi3 import Tag
from pydantic import Field
from werkzeug.wrappers import Response

from app.api.answer import Answer
from app.api.answers_charge_points import ConnectorAnswer
from app.api.context import current_user, services
from app.api.models import Body, LabelText
from app.api.policy import public, requires
from app.api.routes import Routes
from app.api.views import charge_point_for_drivers
from app.domain.qr import Scan, uri_of
from app.domain.roles import Role
from app.errors import Conflict
from app.labels import LINK_PATH
from app.scans import Scanned

api = Routes("qr", __name__, url_prefix="/api/qr", abp_tags=[Tag(name="Labels")])
pages = Blueprint("label_links", __name__, url_prefix=LINK_PATH)

# The page that every label leads to, before the charge point's id and the connector's number.
CHARGE_PAGE = "/charge"


class ScannedText(Body):
    uri: LabelText = Field(
        description="As it was scanned, `ocpp://…` or this server's own link; or a charge point's id, typed by hand.",
        json_schema_extra={"example": "ocpp://CP001?connector=1"},
    )


class WhyNot(Answer):
    """`code` is stable and meant for programs, `message` for people."""

    code: str
    message: str


class ScannedChargePoint(Answer):
    id: str
    name: str | None = None
    place: str | None = None
    online: bool


class ScannedConnector(ConnectorAnswer):
    can_start: bool
    why_not: WhyNot | None = None


class ScanAnswer(Answer):
    """`connector_id`: the one that the label names, or the only one. `connectors`: that one, else all; none as long as
    the charge point has told of none. `why_not`: what is in the way of any start."""

    charge_point: ScannedChargePoint | None = None
    connector_id: int | None = None
    connectors: list[ScannedConnector]
    signed: bool = Field(description="The label was made here, for this connector, and is in force.")
    can_start: bool
    why_not: WhyNot | None = None


@api.post("/resolve", summary="What a scanned label is of", responses={200: ScanAnswer})
@requires(Role.USER, own=False)
def resolve(body: ScannedText) -> dict[str, Any]:
    """Show the driver the charge point's name and place, the connector and the price before you let him start: nothing
    begins by this call. Send what was scanned with the start, as `qr`. What `can_start` says no to for a status alone
    (`connector_faulted`, `connector_unavailable`, `connector_reserved`) may be tried: the charge point decides."""
    return _as_seen(services.scans.resolve(current_user(), body.uri))


def _as_seen(scanned: Scanned) -> dict[str, Any]:
    told: dict[str, Any] = {"connectors": [], "signed": scanned.signed, **_verdict(scanned.why_not)}
    if scanned.charge_point is not None:
        seen = charge_point_for_drivers(scanned.charge_point)
        told["charge_point"] = {name: value for name, value in seen.items() if name in ScannedChargePoint.model_fields}
        told["connectors"] = [
            connector | _verdict(scanned.connectors[connector["connector_id"]])
            for connector in seen["connectors"]
            if connector["connector_id"] in scanned.connectors
        ]
    if scanned.connector_id is not None:
        told["connector_id"] = scanned.connector_id
    return told


def _verdict(why_not: Conflict | None) -> dict[str, Any]:
    if why_not is None:
        return {"can_start": True}
    return {"can_start": False, "why_not": {"code": why_not.code, "message": why_not.message}}


@pages.get("/<charge_point_id>/<connector>")
@public
def open_label(charge_point_id: str, connector: str) -> Response:
    """Lead whom a label's link was opened by to the page of its connector, which tells whether it is a good label."""
    return redirect(page_of(services.labels.linked(charge_point_id, connector, request.args.get("s"))))


def page_of(scan: Scan) -> str:
    """Return the path of the page that a label leads to: made anew of what was read, nothing of it copied."""
    return f"{CHARGE_PAGE}/{quote(scan.charge_point_id, safe='')}/{scan.connector_id}?qr={quote(uri_of(scan), safe='')}"
