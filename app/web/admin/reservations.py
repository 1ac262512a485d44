"""Everybody's reservations: found, and let go of."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from app.api.context import current_user, services
from app.api.models import Body, ReservationPath
from app.api.policy import requires
from app.domain.reservations import OPEN
from app.domain.roles import Role
from app.storage.collection import Document, equal
from app.web.forms import shown_on, submitted
from app.web.lists import asked_for, charge_point_of, listed, user_or_tag
from app.web.navigation import OPERATOR, with_query
from app.web.point.words import RESERVATIONS

bp = Blueprint("all_reservations", __name__, url_prefix=f"{OPERATOR}/reservations")

SHOWN = 50
# A choice beside the states themselves.
NOT_ENDED = "open"


class Which(ReservationPath, Body):
    """One reservation."""


@bp.get("")
@requires(Role.STAFF)
def reservations() -> str:
    """Whatever the address asks for that there is not is left out of account."""
    asked = asked_for("at", "who", "state")
    found, more = listed(services.storage.reservations, _wanted(asked), SHOWN)
    return render_template(
        "pages/all_reservations.html",
        reservations=[(one, one.state in OPEN) for one in found],
        next=more,
        asked=asked,
        is_filtered=any(asked.values()),
        states=[(NOT_ENDED, _("Not ended")), *RESERVATIONS.items()],
    )


@bp.post("/cancel")
@requires(Role.STAFF)
@shown_on(reservations)
def cancel() -> ResponseReturnValue:
    services.reservations.cancel(current_user(), submitted(Which).reservation_id)
    return redirect(f"{url_for('web.all_reservations.reservations')}?{with_query()}", 303)


def _wanted(asked: dict[str, str]) -> Document:
    username, id_tag = user_or_tag(asked["who"])
    where = equal(
        [
            ("charge_point_id", charge_point_of(asked["at"])),
            ("username", username),
            ("id_tag", id_tag),
            ("state", asked["state"] if asked["state"] in RESERVATIONS else None),
        ]
    )
    if asked["state"] == NOT_ENDED:
        where["state"] = {"$in": [state.value for state in OPEN]}
    return where
