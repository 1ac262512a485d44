"""Chargers at the door that nobody has announced: taken in under their name or another, or ignored."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.api.context import services
from app.api.models import Body, Key
from app.api.pending import Acceptance
from app.api.policy import requires
from app.domain.roles import Role
from app.storage.newcomers import Newcomer
from app.web.forms import shown_on, submitted
from app.web.navigation import OPERATOR
from app.web.onboarding import plug_in

bp = Blueprint("newcomers", __name__, url_prefix=f"{OPERATOR}/newcomers")

SHOWN = 100


class Named(Body):
    """Ids at the door may be anything, also what no path can hold."""

    charge_point_id: Key


class NamedAcceptance(Named, Acceptance):
    pass


@bp.get("")
@requires(Role.ADMIN)
def newcomers() -> str:
    return render_template("pages/newcomers.html", **_newcomers())


@bp.get("/now")
@requires(Role.ADMIN)
def newcomers_now() -> str:
    """The list alone, as it is now."""
    return render_template("parts/newcomers.html", **_newcomers())


@bp.get("/accept")
@requires(Role.ADMIN)
def accept_page() -> str:
    """Of who is there no more the others are listed."""
    newcomer = services.storage.newcomers.get(request.values.get("charge_point_id", ""))
    if newcomer is None:
        return newcomers()
    return render_template(
        "pages/accept.html",
        newcomer=newcomer,
        similar=services.newcomers.similar()(newcomer.charge_point_id),
        places=services.storage.charge_points.places(),
    )


@bp.post("/accept")
@requires(Role.ADMIN)
@shown_on(accept_page)
def accept() -> str:
    form = submitted(NamedAcceptance)
    facts = {k: v for k, v in form.given().items() if k not in ("rename_to", "charge_point_id")}
    charge_point, password = services.newcomers.accept(form.charge_point_id, form.rename_to, facts)
    return plug_in(charge_point, password)


@bp.post("/ignore")
@requires(Role.ADMIN)
@shown_on(newcomers)
def ignore() -> ResponseReturnValue:
    services.newcomers.ignore(submitted(Named).charge_point_id)
    return redirect(url_for("web.newcomers.newcomers"), 303)


@bp.post("/list")
@requires(Role.ADMIN)
@shown_on(newcomers)
def ignore_no_more() -> ResponseReturnValue:
    services.newcomers.ignore_no_more(submitted(Named).charge_point_id)
    return redirect(url_for("web.newcomers.newcomers"), 303)


def _newcomers() -> dict[str, Any]:
    at_the_door = services.storage.newcomers.at_the_door()
    known = services.newcomers.waiting(at_the_door)
    # Those announced meanwhile are at the door no more.
    unknown = [one for one in at_the_door if one.key not in known or known[one.key].pending_until is not None]
    similar = services.newcomers.similar()

    def row(newcomer: Newcomer) -> dict[str, Any]:
        return {
            "is": newcomer,
            "similar": similar(newcomer.charge_point_id),
            "online": services.commands.connected(newcomer.charge_point_id),
        }

    return {
        "newcomers": [row(one) for one in unknown[:SHOWN]],
        "total": len(unknown),
        "ignored": services.storage.newcomers.ignored(SHOWN),
    }
