"""The operator's first page: how the charge points are doing, and what somebody has to see to."""

from datetime import datetime, time
from typing import Any, cast

from flask import Blueprint, render_template
from flask_babel import get_timezone

from app.api.context import current_user, services
from app.api.policy import requires
from app.domain.roles import Role
from app.overview import About
from app.web.navigation import OPERATOR

bp = Blueprint("overview", __name__, url_prefix=OPERATOR)

_FOR_ADMINS = (About.CAMPAIGN, About.NEWCOMER)


@bp.get("")
@requires(Role.STAFF)
def overview_page() -> str:
    return render_template("pages/overview.html", **_overview())


@bp.get("/now")
@requires(Role.STAFF)
def overview_now() -> str:
    """The figures and what to see to, as they are now."""
    return render_template("parts/overview.html", **_overview())


def _overview() -> dict[str, Any]:
    since = midnight(services.now())
    found = services.overviews.look(since)
    may_solve_all = current_user().role.at_least(Role.ADMIN)
    concerns = [one for one in found.concerns if may_solve_all or one.about not in _FOR_ADMINS]
    return {"overview": found, "concerns": concerns, "midnight": since}


def midnight(now: datetime) -> datetime:
    """Return when today has begun where the reader is."""
    zone = cast(Any, get_timezone())
    return cast(datetime, zone.localize(datetime.combine(now.astimezone(zone).date(), time())))
