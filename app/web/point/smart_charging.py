"""What a charge point may draw: what it says itself, the profiles it is believed to have, and those to send it."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from pydantic import Field

from app.api.context import current_user, services
from app.api.models import Body, Key
from app.api.policy import requires
from app.domain.charge_points import ChargePoint
from app.domain.composite_schedules import Composite
from app.domain.connectors import MAX_CONNECTORS, connector_numbers
from app.domain.profile_limits import why_refused
from app.domain.roles import Role
from app.smart_charging.record import installed
from app.storage.collection import equal
from app.web.forms import shown_on, submitted
from app.web.lists import listed
from app.web.point.tabs import PREFIX, point_page

bp = Blueprint("point_smart_charging", __name__, url_prefix=f"{PREFIX}/smart-charging")

SHOWN = 20
MOST_PROFILES = 200


class Question(Body):
    """Connector 0 is the whole charge point."""

    connector_id: int = Field(0, ge=0, le=MAX_CONNECTORS)
    hours: int = Field(24, ge=1, le=168)
    unit: str | None = Field(None, pattern="^[AW]$")


class Order(Body):
    charging_profile_id: Key
    connector_id: int = Field(ge=0, le=MAX_CONNECTORS)
    force: bool = False


class Clearing(Body):
    ocpp_profile_id: int | None = Field(None, ge=-(2**31), lt=2**31)


@dataclass(frozen=True, slots=True)
class Told:
    """What a charge point has answered about one connector; None: it gives no schedule."""

    connector_id: int
    composite: Composite | None

    @property
    def steps(self) -> dict[str, Any]:
        """Return what a chart draws: instants, and the limit from there on."""
        spans = self.composite.spans if self.composite else []
        ends = [spans[-1].end_at] if spans else []
        limits = [span.limit for span in spans]
        return {
            "at": [moment.timestamp() for moment in [*(span.start_at for span in spans), *ends]],
            "limits": [*limits, *limits[-1:]],
            "unit": self.composite.unit if self.composite else "",
            "clock": True,
        }


@bp.get("")
@requires(Role.STAFF)
def smart_charging(charge_point_id: str) -> str:
    return _page(services.fleet.get(charge_point_id))


@bp.post("/ask")
@requires(Role.STAFF)
@shown_on(smart_charging)
def ask(charge_point_id: str) -> str:
    """The answer is on this page: it is true for now, and kept only as a command among others."""
    charge_point = services.fleet.get(charge_point_id)
    form = submitted(Question)
    _outcome, composite = services.smart_charging.composite(
        charge_point,
        form.connector_id,
        duration=form.hours * 3600,
        unit=form.unit,
        force=False,
        requested_by=current_user().username,
    )
    return _page(charge_point, Told(form.connector_id, composite))


@bp.get("/admin")
@requires(Role.ADMIN)
def for_admins(charge_point_id: str) -> str:
    """The same page, as what an admin's forms are on."""
    return _page(services.fleet.get(charge_point_id))


@bp.post("/send")
@requires(Role.ADMIN)
@shown_on(for_admins)
def send(charge_point_id: str) -> ResponseReturnValue:
    charge_point = services.fleet.get(charge_point_id)
    form = submitted(Order)
    services.smart_charging.send(
        charge_point,
        form.charging_profile_id,
        form.connector_id,
        session_id=None,
        force=form.force,
        requested_by=current_user().username,
    )
    return redirect(url_for("web.point_smart_charging.smart_charging", charge_point_id=charge_point_id), 303)


@bp.post("/clear")
@requires(Role.ADMIN)
@shown_on(for_admins)
def clear(charge_point_id: str) -> ResponseReturnValue:
    """One profile by its number at the charge point, or all of them."""
    charge_point = services.fleet.get(charge_point_id)
    form = submitted(Clearing)
    which = {} if form.ocpp_profile_id is None else {"id": form.ocpp_profile_id}
    services.smart_charging.clear(charge_point, which, force=False, requested_by=current_user().username)
    return redirect(url_for("web.point_smart_charging.smart_charging", charge_point_id=charge_point_id), 303)


def _page(charge_point: ChargePoint, told: Told | None = None) -> str:
    charge_point_id = charge_point.charge_point_id
    installed(services.storage, charge_point_id, services.now())  # writes down what went with its transaction
    where = equal([("charge_point_id", charge_point_id)])
    sent, more = listed(services.storage.profile_installations, where, SHOWN)
    store = services.storage.charging_profiles.page({}, None, MOST_PROFILES)
    return point_page(
        "pages/point_smart_charging.html",
        charge_point,
        told=told,
        sent=sent,
        next=more,
        store=[(one.charging_profile_id, f"{one.name} ({one.purpose})") for one in store],
        numbers=[0, *connector_numbers(charge_point)],
        why_refused=why_refused(services.smart_charging.limits(charge_point)),
        asked=request.form,
    )
