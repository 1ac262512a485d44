"""Firmware campaigns: one image to many charge points, a few at a time."""

from typing import Annotated, Any

from flask_openapi3 import Tag
from pydantic import BaseModel, Field, StrictInt

from app.api.answer import page_of
from app.api.answers_campaigns import CampaignAnswer, CampaignDetailAnswer, CampaignTargetAnswer
from app.api.context import current_user, services
from app.api.file_requests import retries, shown
from app.api.firmware_updates import Ordered
from app.api.models import Key, Moment, Nothing, PageQuery, Text
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.domain.campaigns import Campaign, CampaignState, Target, TargetState
from app.domain.file_hints import file_hint
from app.domain.roles import Role
from app.storage.collection import equal

api = Routes(
    "firmware_campaigns", __name__, url_prefix="/api/firmware_campaigns", abp_tags=[Tag(name="Firmware campaigns")]
)


class NewCampaign(Ordered):
    """The charge points by their ids, or all of a vendor, a model."""

    charge_point_ids: Annotated[list[Key], Field(min_length=1, max_length=1000)] | None = None
    vendor: Text | None = None
    model: Text | None = None
    at_once: Annotated[StrictInt, Field(ge=1, le=100, description="Updates under way at a time.")] = 5
    max_failures: Annotated[StrictInt, Field(ge=0, le=10_000, description="One more, and it stops.")] = 0
    time_limit: Annotated[StrictInt, Field(ge=1, le=86_400, description="Seconds an update may take.")] = 7200
    deadline: Moment | None = Field(
        None, description="Until when offline charge points are waited for; 7 days when left out."
    )


class CampaignPath(BaseModel):
    campaign_id: Key


class CampaignQuery(PageQuery):
    state: CampaignState | None = None


class TargetQuery(PageQuery):
    state: TargetState | None = None


@api.post("", summary="Begin a firmware campaign", responses={201: CampaignDetailAnswer})
@requires(Role.ADMIN)
def begin_campaign(body: NewCampaign) -> tuple[dict[str, Any], int]:
    """Charge points are updated as they are connected, at most `at_once` at a time. Whether the image fits and is not
    older is looked at when a charge point's turn comes."""
    campaign = services.campaigns.begin(
        body.firmware_id,
        body.charge_point_ids,
        vendor=body.vendor,
        model=body.model,
        deadline=body.deadline,
        created_by=current_user().username,
        at_once=body.at_once,
        max_failures=body.max_failures,
        time_limit=body.time_limit,
        retries=retries(body.retries, body.retry_interval),
        signed=body.signed,
        force=body.force,
        allow_downgrade=body.allow_downgrade,
    )
    return _detail(campaign), 201


@api.get("", summary="Firmware campaigns, newest first", responses={200: page_of(CampaignAnswer)})
@requires(Role.ADMIN)
def list_campaigns(query: CampaignQuery) -> dict[str, Any]:
    return page(services.storage.campaigns, equal([("state", query.state)]), query, campaign_json)


@api.get("/<campaign_id>", summary="One firmware campaign", responses={200: CampaignDetailAnswer})
@requires(Role.ADMIN)
def get_campaign(path: CampaignPath) -> dict[str, Any]:
    return _detail(services.campaigns.get(path.campaign_id))


@api.get(
    "/<campaign_id>/charge_points",
    summary="What has become of each charge point in a campaign",
    responses={200: page_of(CampaignTargetAnswer)},
)
@requires(Role.ADMIN)
def list_targets(path: CampaignPath, query: TargetQuery) -> dict[str, Any]:
    campaign = services.campaigns.get(path.campaign_id)
    where = equal([("campaign_id", campaign.campaign_id), ("state", query.state)])
    return page(services.storage.campaign_targets, where, query, target_json)


@api.post("/<campaign_id>/cancel", summary="Cancel a firmware campaign", responses={200: CampaignDetailAnswer})
@requires(Role.ADMIN)
def cancel_campaign(path: CampaignPath, body: Nothing) -> dict[str, Any]:
    """No more charge points are begun with. An update that is under way goes on: OCPP 1.6 cannot call it back."""
    return _detail(services.campaigns.cancel(path.campaign_id))


def _detail(campaign: Campaign) -> dict[str, Any]:
    return {**campaign_json(campaign), "charge_points": dict(services.campaigns.counts(campaign))}


def campaign_json(campaign: Campaign) -> dict[str, Any]:
    names = (
        "campaign_id firmware_id version state reason at_once max_failures time_limit deadline signed force "
        "allow_downgrade created_by created_at finished_at"
    )
    return _with_hint(shown(campaign, names))


def target_json(target: Target) -> dict[str, Any]:
    return _with_hint(shown(target, "charge_point_id state reason firmware_update_id ordered_at ended_at"))


def _with_hint(fields: dict[str, Any]) -> dict[str, Any]:
    hint = file_hint(fields.get("reason"))
    return fields | ({"hint": hint} if hint else {})
