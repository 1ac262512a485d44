"""Firmware campaigns: begun, followed charge point by charge point, canceled."""

import re
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from pydantic import Field

from app.api.context import current_user, services
from app.api.models import Body, Key, Text
from app.api.policy import requires
from app.domain.campaigns import CampaignState, TargetState
from app.domain.phrases import Phrase
from app.domain.roles import Role
from app.errors import BadInput
from app.storage.collection import equal
from app.web.forms import shown_on, submitted
from app.web.lists import listed
from app.web.moments import read_moment
from app.web.navigation import OPERATOR
from app.web.words import Texts

bp = Blueprint("campaigns", __name__, url_prefix=f"{OPERATOR}/firmware-campaigns")

SHOWN = 50
SHOWN_TARGETS = 100
MOST_IMAGES = 200
MOST_NAMED = 1000
AT_ONCE = 5
# Seconds an update may take.
TIME_LIMIT = 7200

STATES: Texts = {
    CampaignState.RUNNING: _("Under way"),
    CampaignState.COMPLETED: _("Finished"),
    CampaignState.STOPPED: _("Stopped"),
    CampaignState.CANCELED: _("Cancelled"),
}
OUTCOMES: Texts = {
    TargetState.WAITING: _("Waiting"),
    TargetState.UNDER_WAY: _("Updating"),
    TargetState.SUCCEEDED: _("Updated"),
    TargetState.FAILED: _("Failed"),
    TargetState.SKIPPED: _("Left out"),
    TargetState.MISSED: _("Not there in time"),
    TargetState.CANCELED: _("Not begun with"),
}
TONES: Mapping[str, str] = {
    CampaignState.RUNNING: "busy",
    CampaignState.COMPLETED: "good",
    CampaignState.STOPPED: "bad",
    TargetState.UNDER_WAY: "busy",
    TargetState.SUCCEEDED: "good",
    TargetState.FAILED: "bad",
}
WAYS: Mapping[str, bool | None] = {"": None, "signed": True, "plain": False}
_OPEN = (TargetState.WAITING, TargetState.UNDER_WAY)


class CampaignForm(Body):
    """As in the API, but that charge points are named line by line and times are the reader's."""

    firmware_id: Key
    charge_point_ids: str | None = Field(None, max_length=60_000)
    vendor: Text | None = None
    model: Text | None = None
    at_once: int = Field(AT_ONCE, ge=1, le=100)
    max_failures: int = Field(0, ge=0, le=10_000)
    deadline: Key | None = None
    way: Key = ""
    force: bool = False
    allow_downgrade: bool = False

    def named(self) -> list[str] | None:
        named = [one.strip() for one in re.split(r"[\n,;]", self.charge_point_ids or "") if one.strip()]
        if len(named) > MOST_NAMED:
            raise BadInput("charge_point_ids", Phrase("at most %(most)d", most=MOST_NAMED))
        return named or None


@bp.get("")
@requires(Role.ADMIN)
def campaigns() -> str:
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    found, more = listed(services.storage.campaigns, equal([("state", state or None)]), SHOWN)
    return render_template("pages/campaigns.html", campaigns=found, next=more, state=state, states=STATES, tones=TONES)


@bp.get("/new")
@requires(Role.ADMIN)
def new_page() -> str:
    """With the image that the address names come those it is for."""
    images = services.storage.firmware.page({}, None, MOST_IMAGES)
    chosen = next((one for one in images if one.firmware_id == request.args.get("firmware_id")), None)
    return render_template(
        "pages/new_campaign.html",
        images=[(one.firmware_id, f"{one.name} {one.version}") for one in images],
        chosen=chosen,
        at_once=AT_ONCE,
    )


@bp.post("/new")
@requires(Role.ADMIN)
@shown_on(new_page)
def begin() -> ResponseReturnValue:
    form = submitted(CampaignForm)
    deadline = read_moment(form.deadline) if form.deadline else None
    if form.deadline and deadline is None:
        raise BadInput("deadline", "must be a date and time")
    if form.way not in WAYS:
        raise BadInput("way", "choose one of the list")
    named = form.named()
    campaign = services.campaigns.begin(
        form.firmware_id,
        named,
        vendor=None if named else form.vendor,
        model=None if named else form.model,
        deadline=deadline,
        created_by=current_user().username,
        at_once=form.at_once,
        max_failures=form.max_failures,
        time_limit=TIME_LIMIT,
        retries={},
        signed=WAYS[form.way],
        force=form.force,
        allow_downgrade=form.allow_downgrade,
    )
    return redirect(url_for("web.campaigns.campaign_page", campaign_id=campaign.campaign_id), 303)


@bp.get("/<campaign_id>")
@requires(Role.ADMIN)
def campaign_page(campaign_id: str) -> str:
    return render_template("pages/campaign.html", **_campaign(campaign_id))


@bp.get("/<campaign_id>/now")
@requires(Role.ADMIN)
def campaign_now(campaign_id: str) -> str:
    """The campaign alone, as it is now."""
    return render_template("parts/campaign.html", **_campaign(campaign_id))


@bp.post("/<campaign_id>/cancel")
@requires(Role.ADMIN)
@shown_on(campaign_page)
def cancel(campaign_id: str) -> ResponseReturnValue:
    services.campaigns.cancel(campaign_id)
    return redirect(url_for("web.campaigns.campaign_page", campaign_id=campaign_id), 303)


def _campaign(campaign_id: str) -> dict[str, Any]:
    campaign = services.campaigns.get(campaign_id)
    counts = services.campaigns.counts(campaign)
    state = request.args.get("state", "")
    state = state if state in OUTCOMES else ""
    where = equal([("campaign_id", campaign_id), ("state", state or None)])
    targets, more = listed(services.storage.campaign_targets, where, SHOWN_TARGETS)
    total = sum(counts.values())
    return {
        "campaign": campaign,
        "image": services.storage.firmware.get(campaign.firmware_id),
        "is_over": campaign.finished_at is not None,
        "is_running": campaign.state is CampaignState.RUNNING,
        "counts": counts,
        "total": total,
        "done": total - sum(counts[each] for each in _OPEN),
        "targets": targets,
        "next": more,
        "state": state,
        "states": STATES,
        "outcomes": OUTCOMES,
        "tones": TONES,
    }
