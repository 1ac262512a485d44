"""Accounts as admins keep them: found, created, disabled, given a role, deleted."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _

from app.api.context import current_user, services
from app.api.models import Body, Key
from app.api.policy import requires
from app.api.users import NewUser, UserFields
from app.domain.roles import Role, may_manage
from app.errors import BadInput
from app.storage.collection import equal
from app.storage.users import user_key
from app.web.forms import shown_on, submitted
from app.web.lists import asked_for, listed
from app.web.navigation import OPERATOR
from app.web.words import Texts

bp = Blueprint("users", __name__, url_prefix=f"{OPERATOR}/users")

SHOWN = 50

ROLES: Texts = {Role.USER: _("Driver"), Role.STAFF: _("Staff"), Role.ADMIN: _("Admin"), Role.ROOT: _("Root")}
_DISABLED = {"yes": True, "no": False}


class UserForm(UserFields):
    """As in the API, but that a box that is not ticked is not sent."""

    disabled: bool = False


class Confirmation(Body):
    confirm: Key


@bp.get("")
@requires(Role.ADMIN)
def users() -> str:
    """Whatever the address asks for that there is not is left out of account."""
    asked = asked_for("q", "role", "disabled")
    role = asked["role"] if asked["role"] in ROLES else None
    where = equal([("role", role), ("disabled", _DISABLED.get(asked["disabled"]))])
    found, more = listed(services.storage.users, where | services.storage.users.like(asked["q"]), SHOWN)
    return render_template(
        "pages/users.html", users=found, next=more, asked=asked, is_filtered=any(asked.values()), roles=ROLES
    )


@bp.get("/new")
@requires(Role.ADMIN)
def new_page() -> str:
    return render_template("pages/new_user.html", roles=_roles_to_give())


@bp.post("/new")
@requires(Role.ADMIN)
@shown_on(new_page)
def create() -> ResponseReturnValue:
    form = submitted(NewUser)
    profile = {name: value for name, value in form.given().items() if name in ("email", "name")}
    user = services.accounts.create_as(current_user(), form.username, form.password, form.role, profile)
    return redirect(url_for("web.users.user_page", username=user.username, done="user_saved"), 303)


@bp.get("/<username>")
@requires(Role.ADMIN)
def user_page(username: str) -> str:
    user = services.accounts.named(username)
    return render_template(
        "pages/user.html",
        user=user,
        roles=_roles_to_give(),
        role=ROLES[user.role],
        may_change=may_manage(current_user().role, user.role),
        is_own=user.user_id == current_user().user_id,
        tags=services.storage.id_tags.of(user.username),
        vehicles=services.storage.vehicles.of(user.username),
    )


@bp.post("/<username>")
@requires(Role.ADMIN)
@shown_on(user_page)
def change(username: str) -> ResponseReturnValue:
    before: dict[str, object] = {"name": None, "email": None, "disabled": False}
    user = services.accounts.change_as(current_user(), username, before | submitted(UserForm).given())
    return redirect(url_for("web.users.user_page", username=user.username, done="user_saved"), 303)


@bp.post("/<username>/delete")
@requires(Role.ADMIN)
@shown_on(user_page)
def delete(username: str) -> ResponseReturnValue:
    if user_key(submitted(Confirmation).confirm) != user_key(username):
        raise BadInput("confirm", "must be the user name")
    services.erasure.erase_as(current_user(), username)
    return redirect(url_for("web.users.users", done="user_deleted"), 303)


def _roles_to_give() -> list[tuple[str, object]]:
    return [(role.value, ROLES[role]) for role in Role if may_manage(current_user().role, role)]
