"""Tariffs: what charging costs, kept by admins; charge points are given one by their own routes."""

from decimal import Decimal
from typing import Annotated, Any

from flask_openapi3 import Tag
from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, StrictBool, StrictFloat, StrictInt

from app.api.answer import page_of
from app.api.answers_tariffs import TariffAnswer
from app.api.context import current_user, services
from app.api.file_requests import shown
from app.api.models import Body, Key, PageQuery, Text
from app.api.paging import page
from app.api.policy import requires
from app.api.prices import price_json
from app.api.routes import Routes
from app.domain.currencies import MINOR_DIGITS
from app.domain.roles import Role
from app.domain.tariffs import Tariff

api = Routes("tariffs", __name__, url_prefix="/api/tariffs", abp_tags=[Tag(name="Tariffs")])


def _known_currency(code: str) -> str:
    if code not in MINOR_DIGITS:
        raise ValueError("must be a currency's code of ISO 4217, such as EUR")
    return code


def _at_most_two_decimals(percent: float) -> float:
    if Decimal(str(percent)) % Decimal("0.01"):
        raise ValueError("must have at most two decimals")
    return percent


def _whole(price: Any) -> Any:
    if isinstance(price, float):
        raise ValueError("must be a whole number of the currency's smallest unit: 59 for 0.59 EUR")
    return price


Currency = Annotated[
    str,
    AfterValidator(_known_currency),
    Field(json_schema_extra={"example": "EUR", "minLength": 3, "maxLength": 3}),
]
Price = Annotated[StrictInt, Field(ge=0, le=1_000_000_000), BeforeValidator(_whole)]
Percent = Annotated[StrictFloat, Field(ge=0, le=100), AfterValidator(_at_most_two_decimals)]


class Prices(Body):
    """Prices are whole numbers of the currency's smallest unit: 59 of EUR is 0.59 EUR."""

    price_per_kwh: Price = Field(0, json_schema_extra={"example": 59})
    price_per_minute: Price = Field(0, description="Of all time that is not paid as idle.")
    session_fee: Price = 0
    idle_fee_per_minute: Price = Field(
        0, description="Of the time that the vehicle draws nothing (SuspendedEV, Finishing), beyond the grace time."
    )
    idle_grace_minutes: Annotated[StrictInt, Field(ge=0, le=10_080)] = 0
    vat_percent: Percent = Field(0.0, description="At most two decimals.", json_schema_extra={"example": 19.0})
    vat_included: StrictBool = Field(True, description="In the prices; else it is added to their sum.")
    default: StrictBool = Field(False, description="For all charge points without one; the last that was made it is.")


class NewTariff(Prices):
    name: Text
    currency: Currency


class TariffChange(Prices):
    """What is left out stays."""

    name: Text = Field(default_factory=str)
    currency: Currency = Field(default_factory=str)


class TariffPath(BaseModel):
    tariff_id: Key


@api.post("", summary="Add a tariff", responses={201: TariffAnswer})
@requires(Role.ADMIN)
def add_tariff(body: NewTariff) -> tuple[dict[str, Any], int]:
    return tariff_json(services.tariffs.add(_facts(body), current_user().username)), 201


@api.get("", summary="Tariffs, newest first", responses={200: page_of(TariffAnswer)})
@requires(Role.ADMIN)
def list_tariffs(query: PageQuery) -> dict[str, Any]:
    return page(services.storage.tariffs, {}, query, tariff_json)


@api.get("/<tariff_id>", summary="One tariff", responses={200: TariffAnswer})
@requires(Role.ADMIN)
def get_tariff(path: TariffPath) -> dict[str, Any]:
    return tariff_json(services.tariffs.get(path.tariff_id))


@api.patch("/<tariff_id>", summary="Change a tariff", responses={200: TariffAnswer})
@requires(Role.ADMIN)
def change_tariff(path: TariffPath, body: TariffChange) -> dict[str, Any]:
    """What has begun, or been asked for, is paid by the tariff as it was then."""
    return tariff_json(services.tariffs.change(path.tariff_id, _facts(body)))


@api.delete("/<tariff_id>", summary="Delete a tariff", responses={204: None})
@requires(Role.ADMIN)
def remove_tariff(path: TariffPath) -> tuple[str, int]:
    """One that charge points have, or that is the default, is kept: 409 `tariff_in_use` says where."""
    services.tariffs.remove(path.tariff_id)
    return "", 204


def _facts(body: Prices) -> dict[str, Any]:
    facts = body.given()
    if "vat_percent" in facts:
        facts["vat_basis_points"] = int(Decimal(str(facts.pop("vat_percent"))) * 100)
    return facts


def tariff_json(tariff: Tariff) -> dict[str, Any]:
    return price_json(tariff) | shown(tariff, "tariff_id default created_by created_at")
