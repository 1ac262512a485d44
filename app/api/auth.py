"""Who is asking: JWTs made and checked, an app's in a header, a browser's in a cookie that no script can read.

What the account may do is read anew with each request.
"""

from datetime import timedelta
from typing import Any

from flask import Flask, Response
from flask_jwt_extended import JWTManager, create_access_token, create_refresh_token, set_access_cookies

from app.accounts import LOGIN_LASTS, LoggedIn
from app.api.context import services
from app.api.problems import problem
from app.storage.users import User

ACCESS_LASTS = timedelta(minutes=15)
REFRESH_LASTS = timedelta(days=30)
LOGIN_CLAIM = "login"
ONCE_CLAIM = "once"


def configure(app: Flask, secret: str, *, https: bool) -> None:
    """Set up token checks on the application: every defect of a token is a 401.

    With `https`, browsers send the cookie over TLS alone.
    """
    app.config.update(
        JWT_SECRET_KEY=secret,
        JWT_ALGORITHM="HS256",
        JWT_TOKEN_LOCATION=["headers", "json", "cookies"],
        JWT_JSON_KEY="token",
        JWT_REFRESH_JSON_KEY="refresh_token",
        JWT_ACCESS_TOKEN_EXPIRES=ACCESS_LASTS,
        JWT_REFRESH_TOKEN_EXPIRES=REFRESH_LASTS,
        JWT_ERROR_MESSAGE_KEY="detail",
        JWT_ACCESS_COOKIE_NAME="chargebridge_login",
        JWT_ACCESS_CSRF_COOKIE_NAME="chargebridge_csrf",
        JWT_ACCESS_CSRF_HEADER_NAME="X-CSRF-Token",
        JWT_CSRF_CHECK_FORM=True,
        JWT_COOKIE_SAMESITE="Lax",
        JWT_COOKIE_SECURE=https,
    )
    jwt = JWTManager(app)
    jwt.user_lookup_loader(_user_of)
    jwt.unauthorized_loader(lambda why: _refuse("log in first: send `Authorization: Bearer <access_token>`"))
    jwt.invalid_token_loader(lambda why: _refuse("this token is not valid"))
    jwt.expired_token_loader(lambda header, payload: _refuse("this token has expired"))
    jwt.user_lookup_error_loader(lambda header, payload: _refuse("this login has ended"))


def _user_of(_header: dict[str, Any], payload: dict[str, Any]) -> User | None:
    login_id = payload.get(LOGIN_CLAIM)
    if not isinstance(login_id, str):
        return None
    return services.accounts.logged_in(payload["sub"], login_id)


def _refuse(detail: str) -> Response:
    response = problem(401, "not_authenticated", detail)
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


def keep_in_cookie(response: Response, logged_in: LoggedIn) -> None:
    """Let a browser stay logged in for as long as the login lasts."""
    claims = {LOGIN_CLAIM: logged_in.login.login_id}
    token = create_access_token(logged_in.user.user_id, additional_claims=claims, expires_delta=LOGIN_LASTS)
    set_access_cookies(response, token, max_age=int(LOGIN_LASTS.total_seconds()))


def tokens_for(logged_in: LoggedIn) -> dict[str, Any]:
    """Return what a successful login answers with (the article's field names)."""
    user, login = logged_in.user, logged_in.login
    claims = {LOGIN_CLAIM: login.login_id}
    return {
        "access_token": create_access_token(user.user_id, additional_claims=claims),
        "refresh_token": create_refresh_token(user.user_id, additional_claims={**claims, ONCE_CLAIM: login.refresh_id}),
        "expires_in": int(ACCESS_LASTS.total_seconds()),
        "idTag": user.id_tag,
        "role": user.role.value,
        "username": user.username,
    }
