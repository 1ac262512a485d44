"""The account as its owner keeps it: name, e-mail, language, password; and the way out."""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_jwt_extended import get_jwt, unset_jwt_cookies

from app.api import limits
from app.api.account import Farewell, PasswordChange, Profile
from app.api.auth import LOGIN_CLAIM
from app.api.context import current_user, services
from app.api.policy import requires
from app.domain.roles import Role
from app.web.forms import shown_on, submitted

bp = Blueprint("profile", __name__, url_prefix="/profile")


@bp.get("")
@requires(Role.USER, own=True)
def profile_page() -> str:
    return render_template("pages/profile.html", user=current_user())


@bp.post("")
@requires(Role.USER, own=True)
@shown_on(profile_page)
def change_profile() -> ResponseReturnValue:
    emptied = dict.fromkeys(("name", "email"))
    services.accounts.set_profile(current_user(), emptied | submitted(Profile).given())
    return redirect(url_for("web.profile.profile_page", done="profile_saved"), 303)


@bp.post("/password")
@requires(Role.USER, own=True)
@limits.passwords
@shown_on(profile_page)
def change_password() -> ResponseReturnValue:
    form = submitted(PasswordChange)
    services.accounts.change_password(current_user(), form.old_password, form.new_password, get_jwt()[LOGIN_CLAIM])
    return redirect(url_for("web.profile.profile_page", done="password_changed"), 303)


@bp.get("/delete")
@requires(Role.USER, own=True)
def farewell_page() -> str:
    return render_template("pages/farewell.html")


@bp.post("/delete")
@requires(Role.USER, own=True)
@limits.passwords
@shown_on(farewell_page)
def delete_account() -> ResponseReturnValue:
    services.erasure.erase_own(current_user(), submitted(Farewell).password)
    response = make_response(redirect(url_for("web.home.home", done="account_deleted"), 303))
    unset_jwt_cookies(response)
    return response
