"""What a view may reach for: the services of this process and the user who asks."""

from typing import cast

from flask import current_app
from flask_jwt_extended import get_current_user
from werkzeug.local import LocalProxy

from app.services import Services
from app.storage.users import User

EXTENSION = "chargebridge"


def _services() -> Services:
    return cast(Services, current_app.extensions[EXTENSION])


services = cast(Services, LocalProxy(_services))


def current_user() -> User:
    """Return the account that the request's token belongs to, as it is in the database now."""
    return cast(User, get_current_user())
