"""Charging profiles as objects, which admins keep; app/api/smart_charging.py sends them to charge points."""

from typing import Annotated, Any

from flask_openapi3 import Tag
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt

from app.api.answer import page_of
from app.api.answers_smart_charging import ChargingProfileAnswer, Kind, Purpose, Recurrency, Unit
from app.api.context import current_user, services
from app.api.file_requests import shown
from app.api.models import Body, Key, Moment, PageQuery, Text
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.domain.charging_profiles import MAX_PERIODS, ChargingProfile, Period
from app.domain.roles import Role
from app.storage.collection import equal

api = Routes("charging_profiles", __name__, url_prefix="/api", abp_tags=[Tag(name="Smart charging")])

# A lorry's charging park draws less than this many W.
Rate = Annotated[StrictFloat, Field(ge=0, le=100_000_000)]
Seconds = Annotated[StrictInt, Field(ge=0, le=366 * 86_400)]
StackLevel = Annotated[StrictInt, Field(ge=0, le=1000)]


class PeriodBody(BaseModel):
    """`start_period` seconds after the schedule's start; without `number_phases` three are meant."""

    model_config = ConfigDict(extra="forbid")

    start_period: Seconds
    limit: Rate = Field(description="At most one decimal.", json_schema_extra={"example": 16.0})
    number_phases: Annotated[StrictInt, Field(ge=1, le=3)] | None = None


Periods = Annotated[list[PeriodBody], Field(min_length=1, max_length=MAX_PERIODS)]


class NewChargingProfile(Body):
    """`unit` A limits each phase, W the sum of all. A Relative schedule begins with the transaction."""

    name: Text
    purpose: Purpose
    stack_level: StackLevel = Field(0, description="Of two profiles of one purpose the higher one rules.")
    kind: Kind
    recurrency: Recurrency | None = Field(None, description="Of a Recurring profile.")
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    unit: Unit
    min_rate: Rate | None = Field(None, description="What the vehicle needs to charge well.")
    start_schedule: Moment | None = Field(None, description="Of an Absolute or Recurring profile.")
    duration: Annotated[StrictInt, Field(ge=1, le=366 * 86_400)] | None = Field(None, description="Seconds.")
    periods: Periods


class ChangedChargingProfile(Body):
    """What is left out stays; null takes away what may be missing."""

    name: Text | None = None
    purpose: Purpose | None = None
    stack_level: StackLevel | None = None
    kind: Kind | None = None
    recurrency: Recurrency | None = None
    valid_from: Moment | None = None
    valid_to: Moment | None = None
    unit: Unit | None = None
    min_rate: Rate | None = None
    start_schedule: Moment | None = None
    duration: Annotated[StrictInt, Field(ge=1, le=366 * 86_400)] | None = None
    periods: Periods | None = None


class ChargingProfilePath(BaseModel):
    charging_profile_id: Key


class ChargingProfileQuery(PageQuery):
    purpose: Key | None = None


@api.post("/charging_profiles", summary="Add a charging profile", responses={201: ChargingProfileAnswer})
@requires(Role.ADMIN)
def add_charging_profile(body: NewChargingProfile) -> tuple[dict[str, Any], int]:
    """It is checked by OCPP's own rules here, and by a charge point's limits when it is sent to one."""
    facts = facts_of(body.model_dump(exclude={"token"}))
    return profile_json(services.charging_profiles.add(facts, current_user().username)), 201


@api.get(
    "/charging_profiles", summary="Charging profiles, newest first", responses={200: page_of(ChargingProfileAnswer)}
)
@requires(Role.ADMIN)
def list_charging_profiles(query: ChargingProfileQuery) -> dict[str, Any]:
    return page(services.storage.charging_profiles, equal([("purpose", query.purpose)]), query, profile_json)


@api.get(
    "/charging_profiles/<charging_profile_id>", summary="One charging profile", responses={200: ChargingProfileAnswer}
)
@requires(Role.ADMIN)
def get_charging_profile(path: ChargingProfilePath) -> dict[str, Any]:
    return profile_json(services.charging_profiles.get(path.charging_profile_id))


@api.patch(
    "/charging_profiles/<charging_profile_id>",
    summary="Change a charging profile",
    responses={200: ChargingProfileAnswer},
)
@requires(Role.ADMIN)
def change_charging_profile(path: ChargingProfilePath, body: ChangedChargingProfile) -> dict[str, Any]:
    """Charge points go on with what they were sent; send it again to change that."""
    return profile_json(services.charging_profiles.change(path.charging_profile_id, facts_of(body.given())))


@api.delete("/charging_profiles/<charging_profile_id>", summary="Delete a charging profile", responses={204: None})
@requires(Role.ADMIN)
def remove_charging_profile(path: ChargingProfilePath) -> tuple[str, int]:
    """Charge points go on with what they were sent; clear it there."""
    services.charging_profiles.remove(path.charging_profile_id)
    return "", 204


def facts_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return fields as the use case takes them; null takes away only what may be missing."""
    optional = ("recurrency", "valid_from", "valid_to", "min_rate", "start_schedule", "duration")
    facts = {name: value for name, value in given.items() if value is not None or name in optional}
    if "periods" in facts:
        facts["periods"] = [Period(**{**period, "limit": float(period["limit"])}) for period in facts["periods"]]
    if facts.get("min_rate") is not None:
        facts["min_rate"] = float(facts["min_rate"])
    return facts


_PROFILE = (
    "charging_profile_id name purpose stack_level kind recurrency valid_from valid_to unit min_rate start_schedule "
    "duration created_by created_at"
)


def profile_json(profile: ChargingProfile) -> dict[str, Any]:
    return {**shown(profile, _PROFILE), "periods": [_period_json(period) for period in profile.periods]}


def _period_json(period: Period) -> dict[str, Any]:
    return shown(period, "start_period limit number_phases")
