"""Tariffs: made, changed, tried out, and given to charge points."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from app.api.context import current_user, services
from app.api.models import Body, Key, Text
from app.api.policy import requires
from app.domain.costs import Cost, cost
from app.domain.currencies import MINOR_DIGITS
from app.domain.pauses import Pause
from app.domain.phrases import Phrase
from app.domain.roles import Role
from app.domain.sessions import Session, State
from app.domain.tariffs import Tariff, vat_percent
from app.errors import BadInput
from app.storage.charge_points import Wanted
from app.web.admin.money import price_text, read_number, read_price
from app.web.admin.sessions import COST_LINES
from app.web.forms import shown_on, submitted
from app.web.lists import listed
from app.web.navigation import OPERATOR

bp = Blueprint("tariffs", __name__, url_prefix=f"{OPERATOR}/tariffs")

SHOWN = 50
MOST_BOUND = 200
MOST_AT_PLACE = 1_000
PRICES = {
    "price_per_kwh": _("Per kWh"),
    "price_per_minute": _("Per minute"),
    "session_fee": _("Per session"),
    "idle_fee_per_minute": _("Per minute of idle time"),
}
_LONGEST, _MOST_KWH = Decimal(100_000), Decimal(10_000)
_SAMPLE = {"kwh": "10", "minutes": "45", "idle": "0"}


class TariffForm(Body):
    """Numbers as people write them; a box that is not ticked is not sent."""

    name: Text | None = None
    currency: Key
    price_per_kwh: Key | None = None
    price_per_minute: Key | None = None
    session_fee: Key | None = None
    idle_fee_per_minute: Key | None = None
    idle_grace_minutes: Key | None = None
    vat_percent: Key | None = None
    vat_included: bool = False
    default: bool = False
    kwh: Key | None = None
    minutes: Key | None = None
    idle: Key | None = None

    def facts(self) -> dict[str, Any]:
        """Return what a tariff is made of; raises BadInput."""
        if self.currency not in MINOR_DIGITS:
            raise BadInput("currency", "choose one of the list")
        if self.name is None:
            raise BadInput("name", "is required")
        prices = {name: read_price(name, getattr(self, name), self.currency) for name in PRICES}
        return {
            "name": self.name,
            "currency": self.currency,
            **prices,
            "idle_grace_minutes": _whole("idle_grace_minutes", self.idle_grace_minutes, 1, 10_080),
            "vat_basis_points": _whole("vat_percent", self.vat_percent, 100, 10_000),
            "vat_included": self.vat_included,
            "default": self.default,
        }


class Binding(Body):
    charge_point_ids: str | None = None
    place: Text | None = None


class Unbinding(Body):
    charge_point_id: Key


@bp.get("")
@requires(Role.ADMIN)
def tariffs() -> str:
    found, more = listed(services.storage.tariffs, {}, SHOWN)
    return render_template("pages/tariffs.html", tariffs=found, next=more)


@bp.get("/new")
@requires(Role.ADMIN)
def new_page() -> str:
    return _page(None)


@bp.post("/new")
@requires(Role.ADMIN)
@shown_on(new_page)
def add() -> ResponseReturnValue:
    tariff = services.tariffs.add(submitted(TariffForm).facts(), current_user().username)
    return _on_to(tariff.tariff_id)


@bp.post("/preview")
@requires(Role.ADMIN)
def preview() -> str:
    """What a session would cost by what is in the form at the moment."""
    form = submitted(TariffForm)
    tariff = Tariff(tariff_id="", **{**form.model_copy(update={"name": "preview"}).facts(), "default": False})
    return render_template("parts/tariff_preview.html", cost=_cost(tariff, form), cost_names=COST_LINES)


@bp.get("/<tariff_id>")
@requires(Role.ADMIN)
def tariff_page(tariff_id: str) -> str:
    return _page(services.tariffs.get(tariff_id))


@bp.post("/<tariff_id>")
@requires(Role.ADMIN)
@shown_on(tariff_page)
def change(tariff_id: str) -> ResponseReturnValue:
    before = services.tariffs.get(tariff_id)
    wanted = submitted(TariffForm).facts()
    services.tariffs.change(tariff_id, {k: v for k, v in wanted.items() if getattr(before, k) != v})
    return _on_to(tariff_id)


@bp.post("/<tariff_id>/bind")
@requires(Role.ADMIN)
@shown_on(tariff_page)
def bind(tariff_id: str) -> ResponseReturnValue:
    """Charge points by their numbers, or all of a place."""
    services.tariffs.get(tariff_id)
    form = submitted(Binding)
    ids = (form.charge_point_ids or "").split()
    if form.place is not None:
        ids += _at(form.place)
    if not ids:
        raise BadInput("charge_point_ids", "name the charge points, or a place")
    missing = [one for one in ids if services.storage.charge_points.get(one) is None]
    if missing:
        raise BadInput("charge_point_ids", Phrase("there is no charge point %(which)s", which=", ".join(missing[:5])))
    for one in ids:
        services.fleet.change(one, {"tariff_id": tariff_id})
    return _on_to(tariff_id)


@bp.post("/<tariff_id>/unbind")
@requires(Role.ADMIN)
@shown_on(tariff_page)
def unbind(tariff_id: str) -> ResponseReturnValue:
    services.tariffs.get(tariff_id)
    charge_point = services.fleet.get(submitted(Unbinding).charge_point_id)
    if charge_point.tariff_id == tariff_id:
        services.fleet.change(charge_point.charge_point_id, {"tariff_id": None})
    return _on_to(tariff_id)


@bp.post("/<tariff_id>/remove")
@requires(Role.ADMIN)
@shown_on(tariff_page)
def remove(tariff_id: str) -> ResponseReturnValue:
    services.tariffs.remove(tariff_id)
    return redirect(url_for("web.tariffs.tariffs", done="tariff_removed"), 303)


def _at(place: str) -> list[str]:
    found = services.storage.charge_points.search(Wanted(place=place), [("_id", 1)], 0, MOST_AT_PLACE)
    return [one.charge_point_id for one in found]


def _page(tariff: Tariff | None) -> str:
    bound = services.storage.charge_points.with_tariff(tariff.tariff_id, MOST_BOUND) if tariff else []
    return render_template(
        "pages/tariff.html",
        tariff=tariff,
        prices=[(name, label, _price(tariff, name)) for name, label in PRICES.items()],
        vat=vat_percent(tariff) if tariff else "",
        currencies=sorted(MINOR_DIGITS),
        bound=bound,
        places=services.storage.charge_points.places(),
        sample=_SAMPLE,
        cost=_cost(tariff, None) if tariff else None,
        cost_names=COST_LINES,
    )


def _price(tariff: Tariff | None, name: str) -> str:
    return price_text(getattr(tariff, name), tariff.currency) if tariff else ""


def _cost(tariff: Tariff, form: TariffForm | None) -> Cost | None:
    """Return what a session of so much energy and time would cost, by the very rule that bills."""
    asked = {name: getattr(form, name, None) or usual for name, usual in _SAMPLE.items()}
    minutes, idle = (read_number(name, asked[name]) for name in ("minutes", "idle"))
    end = services.now()
    begin = end - timedelta(minutes=float(min(minutes, _LONGEST)))
    pause = Pause(max(begin, end - timedelta(minutes=float(min(idle, _LONGEST)))), end)
    session = Session(
        session_id="",
        charge_point_id="",
        connector_id=1,
        id_tag="",
        state=State.COMPLETED,
        started_at=begin,
        stopped_at=end,
        meter_start=0,
        meter_stop=int(min(read_number("kwh", asked["kwh"]), _MOST_KWH) * 1000),
        tariff=tariff,
        pauses=(pause,) if idle > 0 else (),
    )
    return cost(session, end)


def _whole(field: str, text: str | None, times: int, most: int) -> int:
    number = read_number(field, text) * times
    if number != number.to_integral_value():
        raise BadInput(field, "must be a whole number" if times == 1 else "must have at most two decimals")
    if not 0 <= number <= most:
        raise BadInput(field, Phrase("must be from 0 to %(most)d", most=most // times))
    return int(number)


def _on_to(tariff_id: str) -> ResponseReturnValue:
    return redirect(url_for("web.tariffs.tariff_page", tariff_id=tariff_id, done="tariff_saved"), 303)
