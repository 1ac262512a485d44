"""Smart charging on a charge point: send it charging profiles, clear them, ask what a connector may draw."""

from typing import Annotated, Any

from flask_openapi3 import Tag
from pydantic import BaseModel, ConfigDict, Field, StrictInt, model_validator

from app.api.answer import page_of
from app.api.answers_smart_charging import ClearedAnswer, CompositeAnswer, InstallationAnswer, Purpose, Unit
from app.api.charging_profiles import StackLevel
from app.api.context import current_user, services
from app.api.file_requests import shown
from app.api.models import Body, ChargePointPath, Key, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.domain.composite_schedules import Composite, series
from app.domain.profile_installations import ACCEPTED, FAILED, REQUESTED, ProfileInstallation
from app.domain.profile_limits import why_refused
from app.domain.roles import Role
from app.smart_charging.record import installed
from app.storage.collection import equal

api = Routes("smart_charging", __name__, url_prefix="/api", abp_tags=[Tag(name="Smart charging")])

AnyConnector = Annotated[StrictInt, Field(ge=0, le=100)]
Force = Annotated[bool, Field(strict=True, description="Send what does not fit this charge point, too.")]
NO_SCHEDULE = "The charge point gave no schedule: it may not know the connector, or not calculate in this unit."


class SendProfile(Body):
    """Connector 0 is the whole charge point. A TxProfile is for what is charging on the connector."""

    charging_profile_id: Key
    connector_id: AnyConnector
    session_id: Key | None = Field(None, description="Of a TxProfile: only if this very session is charging there.")
    force: Force = False


class ClearProfiles(Body):
    """Either `ocpp_profile_id` alone, or any of the others; without any field, all profiles of the charge point."""

    ocpp_profile_id: Annotated[StrictInt, Field(ge=-(2**31), le=2**31 - 1)] | None = None
    connector_id: AnyConnector | None = None
    purpose: Purpose | None = None
    stack_level: StackLevel | None = None
    force: Force = False

    @model_validator(mode="after")
    def _one_way_to_say_which(self) -> "ClearProfiles":
        others = (self.connector_id, self.purpose, self.stack_level)
        if self.ocpp_profile_id is not None and any(value is not None for value in others):
            raise ValueError("give ocpp_profile_id alone, or the other fields without it")
        return self


class InstallationQuery(PageQuery):
    connector_id: int | None = Field(None, ge=0, le=100)
    status: Key | None = None
    installed: bool | None = Field(None, description="true: only what the charge point is believed to have.")


class CompositeQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    connector_id: int = Field(0, ge=0, le=100, description="0: the whole charge point.")
    duration: int = Field(86_400, ge=1, le=31 * 86_400, description="Seconds from now on.")
    unit: Unit | None = Field(None, description="The charge point's choice when left out.")
    force: bool = Field(False, description="Ask even one that is known not to support it.")


@api.post(
    "/charge_points/<charge_point_id>/charging_profiles",
    summary="Send a charging profile to a charge point",
    responses={201: InstallationAnswer},
)
@requires(Role.ADMIN)
def send_charging_profile(path: ChargePointPath, body: SendProfile) -> tuple[dict[str, Any], int]:
    """`status` is its answer. What is beyond its known limits is 409 `beyond_charge_point_limits`, field by field."""
    charge_point = services.fleet.get(path.charge_point_id)
    sent = services.smart_charging.send(
        charge_point,
        body.charging_profile_id,
        body.connector_id,
        session_id=body.session_id,
        force=body.force,
        requested_by=current_user().username,
    )
    answer = installation_json(sent)
    if sent.status not in (ACCEPTED, REQUESTED, FAILED):
        answer["hint"] = why_refused(services.smart_charging.limits(charge_point))
    return answer, 201


@api.get(
    "/charge_points/<charge_point_id>/charging_profiles",
    summary="Charging profiles sent to a charge point, newest first",
    responses={200: page_of(InstallationAnswer)},
)
@requires(Role.STAFF)
def list_installations(path: ChargePointPath, query: InstallationQuery) -> dict[str, Any]:
    """`installed=true`: what it is believed to have. OCPP cannot ask it; what others install there is not known."""
    charge_point_id = services.fleet.get(path.charge_point_id).charge_point_id
    installed(services.storage, charge_point_id, services.now())  # writes down what went with its transaction
    where = equal(
        [("charge_point_id", charge_point_id), ("connector_id", query.connector_id), ("status", query.status)]
    )
    there = {"status": ACCEPTED, "removed_at": {"$exists": False}}
    if query.installed is not None:
        where = {"$and": [where, there]} if query.installed else {"$and": [where, {"$nor": [there]}]}
    return page(services.storage.profile_installations, where, query, installation_json)


@api.post(
    "/charge_points/<charge_point_id>/charging_profiles/clear",
    summary="Clear charging profiles of a charge point",
    responses={200: ClearedAnswer},
)
@requires(Role.ADMIN)
def clear_charging_profiles(path: ChargePointPath, body: ClearProfiles) -> dict[str, Any]:
    """By `ocpp_profile_id` alone, by what they have in common, or all of them."""
    names = {
        "id": body.ocpp_profile_id,
        "connectorId": body.connector_id,
        "chargingProfilePurpose": body.purpose,
        "stackLevel": body.stack_level,
    }
    request = {name: value for name, value in names.items() if value is not None}
    charge_point = services.fleet.get(path.charge_point_id)
    outcome = services.smart_charging.clear(
        charge_point, request, force=body.force, requested_by=current_user().username
    )
    return {"command_id": outcome.command_id, "status": outcome.status}


@api.get(
    "/charge_points/<charge_point_id>/composite_schedule",
    summary="Ask a charge point what a connector may draw",
    responses={200: CompositeAnswer},
)
@requires(Role.STAFF)
def get_composite_schedule(path: ChargePointPath, query: CompositeQuery) -> dict[str, Any]:
    """It merges all its profiles, those of others too. `status` Rejected: it gives no schedule."""
    charge_point = services.fleet.get(path.charge_point_id)
    outcome, composite = services.smart_charging.composite(
        charge_point,
        query.connector_id,
        duration=query.duration,
        unit=query.unit,
        force=query.force,
        requested_by=current_user().username,
    )
    answer = {"command_id": outcome.command_id, "status": outcome.status, "connector_id": query.connector_id}
    if composite is None:
        return {**answer, "hint": NO_SCHEDULE, "periods": [], "series": []}
    empty = {} if composite.spans else {"hint": NO_SCHEDULE}
    return {**answer, **empty, **composite_json(composite)}


_INSTALLATION = (
    "installation_id charge_point_id connector_id ocpp_profile_id charging_profile_id name purpose stack_level "
    "session_id profile status installed reason command_id requested_by requested_at answered_at removed_at "
    "removed_because"
)


def installation_json(one: ProfileInstallation) -> dict[str, Any]:
    return shown(one, _INSTALLATION)


def composite_json(composite: Composite) -> dict[str, Any]:
    return {
        **shown(composite, "unit start_at end_at min_rate energy_wh"),
        "periods": [
            {**shown(span, "start_at end_at limit number_phases power_w"), "unit": composite.unit}
            for span in composite.spans
        ],
        "series": [{"at": at, "limit": limit, "power_w": power} for at, limit, power in series(composite)],
    }
