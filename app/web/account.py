"""Come in and go: log in, sign up, log out; and the language everything is in."""

from typing import Literal

from flask import Blueprint, Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_jwt_extended import get_jwt, unset_jwt_cookies

from app.accounts import LoggedIn
from app.api import limits
from app.api.account import Login, Signup, new_account
from app.api.auth import LOGIN_CLAIM, keep_in_cookie
from app.api.context import services
from app.api.models import Body
from app.api.policy import public, requires
from app.domain.roles import Role
from app.web.addresses import next_address
from app.web.forms import shown_on, submitted
from app.web.languages import LANGUAGE_COOKIE, language
from app.web.viewer import viewer

bp = Blueprint("account", __name__)

YEAR = 365 * 86_400


class LanguageChoice(Body):
    language: Literal["en", "th"]


def _on_to(address: str) -> Response:
    return make_response(redirect(address, 303))


def _welcome(logged_in: LoggedIn) -> Response:
    response = _on_to(next_address())
    keep_in_cookie(response, logged_in)
    return response


@bp.get("/login")
@public
def login_page() -> ResponseReturnValue:
    return _on_to(next_address()) if viewer() else render_template("pages/login.html", next=next_address())


@bp.post("/login")
@public
@limits.logins
@shown_on(login_page)
def log_in() -> ResponseReturnValue:
    form = submitted(Login)
    return _welcome(services.accounts.log_in(form.username, form.password))


@bp.get("/signup")
@public
def signup_page() -> ResponseReturnValue:
    return _on_to(next_address()) if viewer() else render_template("pages/signup.html", next=next_address())


@bp.post("/signup")
@public
@limits.signups
@shown_on(signup_page)
def sign_up() -> ResponseReturnValue:
    return _welcome(new_account(submitted(Signup), language=language()))


@bp.post("/logout")
@requires(Role.USER, own=True)
def log_out() -> ResponseReturnValue:
    services.accounts.log_out(get_jwt()[LOGIN_CLAIM])
    response = _on_to(url_for("web.home.home"))
    unset_jwt_cookies(response)
    return response


@bp.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """For this device, and for the account of who is logged in."""
    chosen = submitted(LanguageChoice).language
    response = _on_to(next_address())
    response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=YEAR, samesite="Lax")
    if user := viewer():
        services.accounts.set_profile(user, {"language": chosen})
    return response
