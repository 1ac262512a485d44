"""How often one may try: so that nobody guesses passwords, and nobody locks another out of his account."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter

from app.api.context import current_user
from ocpp_server.throttle import network_of

FAILED_LOGINS = "10 per minute"
FAILED_LOGINS_OF_ADDRESS = "60 per minute"
SIGNUPS_OF_ADDRESS = "120 per minute"
TICKETS = "60 per minute"

View = Callable[..., Any]


def address() -> str:
    """Return what an address is counted by: behind a trusted proxy, the client's."""
    return network_of(request.remote_addr or "")


limiter = Limiter(address, storage_uri="memory://", headers_enabled=True, retry_after="delta-seconds")


def register(app: Flask) -> None:
    """Count from now on; after the policy, for some limits are an account's."""
    limiter.init_app(app)


def account_and_address() -> str:
    """Return what failed logins are counted by: the account as tried from this very address."""
    body = request.get_json(silent=True)
    fields = body if isinstance(body, dict) else request.form
    return f"{address()}|{str(fields.get('username'))[:64].casefold()}"


def account() -> str:
    """Return the account that the request's token belongs to."""
    return current_user().user_id


def login_failed(response: Response) -> bool:
    """Tell whether an attempt counts."""
    return response.status_code == 401


def password_wrong(response: Response) -> bool:
    """Tell whether an attempt to change a password counts."""
    return response.status_code == 422


def logins(view: View) -> View:
    """Bound the failed attempts to log in, by whatever door."""
    of_account = limiter.shared_limit(
        FAILED_LOGINS, scope="logins", key_func=account_and_address, deduct_when=login_failed
    )
    of_address = limiter.shared_limit(FAILED_LOGINS_OF_ADDRESS, scope="logins", deduct_when=login_failed)
    return of_address(of_account(view))


def signups(view: View) -> View:
    """Bound the new accounts, by whatever door."""
    return limiter.shared_limit(SIGNUPS_OF_ADDRESS, scope="signups")(view)


def passwords(view: View) -> View:
    """Bound the guesses at the password of an account that one is logged in to."""
    return limiter.shared_limit(FAILED_LOGINS, scope="passwords", key_func=account, deduct_when=password_wrong)(view)
