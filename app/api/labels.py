"""Labels to print on charge points: each connector's QR code, a sheet of them, and the end of old ones."""

import io
from typing import Annotated, Any, Literal

import segno
from flask import Response
from flask_openapi3 import Tag
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from app.api.answer import Answer
from app.api.context import services
from app.api.models import ChargePointPath, Key, Nothing, Text
from app.api.policy import requires
from app.api.printed import HTML, printed_page
from app.api.routes import Routes
from app.domain.charge_points import ChargePoint
from app.domain.connectors import MAX_CONNECTORS, connector_numbers
from app.domain.roles import Role
from app.labels import Label
from app.selection import find_charge_point

api = Routes("labels", __name__, url_prefix="/api/charge_points", abp_tags=[Tag(name="Labels")])

SVG, PNG = "image/svg+xml", "image/png"
QUIET_ZONE = 4  # modules, as ISO/IEC 18004 asks
_IMAGES: dict[str, Any] = {kind: {"content": {kind: {"schema": {"type": "string"}}}} for kind in (SVG, PNG, HTML)}

Form = Annotated[
    Literal["link", "uri"] | None,
    Field(description="What stands in it; left out: the link if PUBLIC_URL is set, else the URI that only apps read."),
]


class ConnectorPath(ChargePointPath):
    connector_id: int = Field(ge=1, le=MAX_CONNECTORS)


class LabelQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    form: Form = None


class CodeQuery(LabelQuery):
    scale: int = Field(10, ge=1, le=40, description="Pixels for each of its little squares.")
    error_correction: Literal["M", "Q"] = Field("Q", description="Q: a quarter of it may be scratched.")


class SheetQuery(LabelQuery):
    charge_point_id: list[Key] = Field([], max_length=100, description="As often as there are; left out: all.")
    place: Text | None = None


class LabelAnswer(Answer):
    """`uri` is for apps, `link` for a telephone's camera; each names the connector and is signed."""

    charge_point_id: str
    connector_id: int
    version: int
    uri: str
    link: str


@api.get("/<charge_point_id>/connectors/<int:connector_id>/qr", summary="A label", responses={200: LabelAnswer})
@requires(Role.STAFF)
def get_label(path: ConnectorPath) -> dict[str, Any]:
    """For who makes stickers of his own: what to put into the QR code."""
    charge_point = find_charge_point(services.storage, path.charge_point_id, path.connector_id)
    return _told(charge_point, path.connector_id, services.labels.of(charge_point, path.connector_id))


@api.get(
    "/<charge_point_id>/connectors/<int:connector_id>/qr.svg",
    summary="A label's QR code, as SVG",
    responses={200: _IMAGES[SVG]},
)
@requires(Role.STAFF)
def get_svg(path: ConnectorPath, query: CodeQuery) -> Response:
    return _image(path, query, "svg", SVG)


@api.get(
    "/<charge_point_id>/connectors/<int:connector_id>/qr.png",
    summary="A label's QR code, as PNG",
    responses={200: _IMAGES[PNG]},
)
@requires(Role.STAFF)
def get_png(path: ConnectorPath, query: CodeQuery) -> Response:
    return _image(path, query, "png", PNG)


@api.post(
    "/<charge_point_id>/connectors/<int:connector_id>/qr/revoke",
    summary="Refuse a connector's labels from now on",
    responses={200: LabelAnswer},
)
@requires(Role.ADMIN)
def revoke_label(path: ConnectorPath, body: Nothing) -> dict[str, Any]:
    """Returns the new one. Labels without a signature are refused by QR_REQUIRE_SIGNED alone."""
    charge_point = find_charge_point(services.storage, path.charge_point_id, path.connector_id)
    return _told(charge_point, path.connector_id, services.labels.revoke(charge_point, path.connector_id))


@api.get("/labels", summary="Labels to print, a sheet of them", responses={200: _IMAGES[HTML]})
@requires(Role.STAFF)
def print_labels(query: SheetQuery) -> Response:
    """A page on A4: for each connector its QR code, its charge point and place in clear. A hundred charge points at
    most; choose them by their ids or by their place."""
    charge_points, more = services.labels.to_print(query.charge_point_id, query.place)
    stickers = [
        {"charge_point": one, "connector_id": number, "code": _inline(services.labels.of(one, number), query.form)}
        for one in charge_points
        for number in connector_numbers(one)
    ]
    return printed_page("labels.html", "labels.css", stickers=stickers, more=more, operator=services.settings.cpo_name)


def _told(charge_point: ChargePoint, connector_id: int, label: Label) -> dict[str, Any]:
    names = {"charge_point_id": charge_point.charge_point_id, "connector_id": connector_id}
    return {**names, "version": label.version, "uri": label.uri, "link": label.link}


def _image(path: ConnectorPath, query: CodeQuery, kind: str, media_type: str) -> Response:
    charge_point = find_charge_point(services.storage, path.charge_point_id, path.connector_id)
    text = _text(services.labels.of(charge_point, path.connector_id), query.form)
    code = segno.make_qr(text, error=query.error_correction, boost_error=False)
    image = io.BytesIO()
    code.save(image, kind=kind, scale=query.scale, border=QUIET_ZONE)
    return Response(image.getvalue(), content_type=media_type)


def _inline(label: Label, form: Form) -> Markup:
    code = segno.make_qr(_text(label, form), error="q", boost_error=False)
    return Markup(code.svg_inline(border=QUIET_ZONE, omitsize=True))


def _text(label: Label, form: Form) -> str:
    return {None: label.printed, "link": label.link, "uri": label.uri}[form]
