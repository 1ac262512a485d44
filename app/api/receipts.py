"""Receipts of finished sessions: for programs as JSON, for people as a page to print."""

from datetime import UTC, datetime
from typing import Any, Literal

from flask import Response, request
from flask_openapi3 import Tag
from pydantic import BaseModel, ConfigDict, Field

from app.api.answers_sessions import Receipt
from app.api.context import current_user, services
from app.api.models import SessionPath
from app.api.policy import requires
from app.api.prices import kwh, line_text
from app.api.printed import HTML, printed_page
from app.api.routes import Routes
from app.api.views import receipt_json
from app.domain.charge_points import ChargePoint
from app.domain.costs import cost
from app.domain.currencies import written
from app.domain.roles import Role
from app.domain.sessions import ENDED, Session, energy
from app.domain.tariffs import statement, vat_percent
from app.errors import Conflict

JSON = "application/json"
Format = Literal["json", "html"]

api = Routes("receipts", __name__, url_prefix="/api/sessions", abp_tags=[Tag(name="Sessions")])


class ReceiptQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: Format | None = Field(None, description="html: a page to print; so does Accept.")


class ReceiptOrPage(Receipt):
    model_config = ConfigDict(openapi_extra={"content": {HTML: {"schema": {"type": "string"}}}})  # type: ignore[typeddict-unknown-key]


@api.get("/<session_id>/receipt", summary="A finished session's receipt", responses={200: ReceiptOrPage})
@requires(Role.USER, own=True)
def get_receipt(path: SessionPath, query: ReceiptQuery) -> dict[str, Any] | Response:
    """`cost` has the lines, net, VAT and what is to be paid. As HTML it is a page to print."""
    session = services.sessions.get(current_user(), path.session_id)
    if session.state not in ENDED:
        raise Conflict("session_open", "there is a receipt when the session has ended")
    charge_point = services.storage.charge_points.get(session.charge_point_id)
    if _wanted(query.format) == "html":
        return receipt_page(session, charge_point)
    return receipt_json(session, charge_point)


def _wanted(asked: Format | None) -> Format:
    """Return the format a request is for: the query's word comes before the header `Accept`."""
    if asked is not None:
        return asked
    return "html" if request.accept_mimetypes.best_match([JSON, HTML]) == HTML else "json"


def receipt_page(session: Session, charge_point: ChargePoint | None) -> Response:
    """Return a receipt as a page to print."""
    paid = cost(session, services.now())
    currency = paid.tariff.currency if paid else ""
    response = printed_page(
        "receipt.html",
        "receipt.css",
        session=session,
        charge_point=charge_point,
        seller=services.settings.cpo_name,
        drawn=energy(session),
        cost=paid,
        statement=statement(paid.tariff) if paid else None,
        vat_percent=vat_percent(paid.tariff) if paid else None,
        printed=services.now(),
        refused=session.authorization not in (None, "Accepted"),
        money=lambda amount: written(amount, currency),
        text_of=lambda line: line_text(line, currency),
        kwh=kwh,
        minute=_minute,
    )
    response.vary.add("Accept")
    return response


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "unknown"
