"""Who looks at a page: also on pages for everybody, where nobody need be logged in."""

from contextlib import suppress
from typing import cast

from flask import g
from flask_jwt_extended import get_jwt, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException
from jwt import PyJWTError
from werkzeug.exceptions import RequestEntityTooLarge

from app.api.context import current_user
from app.storage.users import User


def viewer() -> User | None:
    """Return the account whose cookie came with the request, or None: there is none, or its login has ended."""
    if "viewer" not in g:
        g.viewer = _look()
    return cast(User | None, g.viewer)


def _look() -> User | None:
    with suppress(RuntimeError):  # nobody has asked yet, as on pages for everybody
        return current_user()
    try:
        verify_jwt_in_request()
    except (JWTExtendedException, PyJWTError, RequestEntityTooLarge):
        return None
    return current_user()


def csrf_token() -> str:
    """Return what a form has to send back, which only our own pages can know."""
    return str(get_jwt().get("csrf", "")) if viewer() else ""
