"""Why a tag may charge at a connector, or not: every rule of a start in words, for whoever is on the phone."""

from typing import Any

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _
from pydantic import ValidationError

from app.api.authorization import ExplainQuery
from app.api.context import services
from app.api.policy import requires
from app.domain.local_lists import ListState
from app.domain.roles import Role
from app.tags.explaining import explain
from app.web.check_words import RULES, check_words
from app.web.lists import asked_for
from app.web.navigation import OPERATOR
from app.web.words import Texts

bp = Blueprint("why", __name__, url_prefix=f"{OPERATOR}/tags/why")

LISTS: Texts = {
    ListState.UNMANAGED: _("Its own list of tags is not kept from here."),
    ListState.PENDING: _("Its own list of tags is about to be brought up to date."),
    ListState.IN_SYNC: _("Its own list of tags is up to date."),
    ListState.NOT_SUPPORTED: _("It has no list of tags of its own."),
    ListState.FAILED: _("It has not taken its list of tags."),
    ListState.TOO_LONG: _("Its list of tags is longer than it takes."),
}


@bp.get("")
@requires(Role.STAFF)
def why() -> str:
    """Nothing is asked of the charge point, and nothing changes."""
    asked = asked_for("id_tag", "at", "connector")
    told: dict[str, Any] = {"told": None, "wrong": False}
    if asked["id_tag"] and asked["at"]:
        told = _told(asked)
    return render_template("pages/why.html", asked=asked, rules=RULES, lists=LISTS, check_words=check_words, **told)


def _told(asked: dict[str, str]) -> dict[str, Any]:
    fields = {"idTag": asked["id_tag"], "charge_point_id": asked["at"], "connector_id": asked["connector"] or "1"}
    try:
        query = ExplainQuery.model_validate_strings(fields)
    except ValidationError:
        return {"told": None, "wrong": True}
    told = explain(
        services.storage,
        services.commands.connected,
        services.now(),
        charge_point_id=query.charge_point_id,
        connector_id=query.connector_id,
        id_tag=query.idTag,
    )
    return {"told": told, "wrong": False}
