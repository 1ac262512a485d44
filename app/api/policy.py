"""Who may call a route: declared on the view, checked before anything of the request is looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask_jwt_extended import verify_jwt_in_request

from app.acting import Actor, acting
from app.api.context import current_user
from app.domain.roles import Role
from app.errors import Forbidden

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "chargebridge_policy"


@dataclass(frozen=True, slots=True)
class Policy:
    """`role` None means anybody; `refresh` that the refresh token is what is shown.

    `own` says of a route for users whether it is about the caller's own things only, and nobody else's, which look to
    him as if they were not there. A route for staff and above is about anybody's, and so is one for users to whoever
    has the role `anybodys`.
    """

    role: Role | None
    refresh: bool = False
    own: bool | None = None
    anybodys: Role = Role.STAFF


PUBLIC = Policy(None)


def public(view: View) -> View:
    """Declare a route that needs no login."""
    return _declare(view, PUBLIC)


def requires(role: Role, *, own: bool | None = None, anybodys: Role = Role.STAFF) -> Callable[[View], View]:
    """Declare the least role that a route is for; of one for users also whether it is about their own things only, and
    from which role on about anybody's."""
    return lambda view: _declare(view, Policy(role, own=own, anybodys=anybodys))


def requires_refresh_token(view: View) -> View:
    """Declare a route that takes the refresh token."""
    return _declare(view, Policy(Role.USER, refresh=True, own=True))


def _declare(view: View, policy: Policy) -> View:
    setattr(view, _ATTRIBUTE, policy)
    return view


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """Return what an endpoint's view declares."""
    if endpoint == "static":
        return PUBLIC
    return getattr(app.view_functions[endpoint], _ATTRIBUTE, None)


def register(app: Flask) -> None:
    """Check every request against its route's policy; raises LookupError for a route that declares none, or half."""
    declared = [(rule.rule, policy_of(app, rule.endpoint)) for rule in app.url_map.iter_rules()]
    if missing := [rule for rule, policy in declared if policy is None]:
        raise LookupError(f"routes without a policy: {', '.join(missing)}")
    if half := [rule for rule, policy in declared if policy and (policy.role is Role.USER) is (policy.own is None)]:
        raise LookupError(
            f"routes for users, and only those, say whose things they are about, own=…: {', '.join(half)}"
        )
    app.before_request(_check)
    app.teardown_request(_end)


def _check() -> None:
    if request.endpoint is None:
        return
    policy = policy_of(current_app, request.endpoint)
    if policy is None or policy.role is None:
        return
    # Many clients send the access token with whatever they ask, so the one in the body says what is to be refreshed.
    verify_jwt_in_request(refresh=policy.refresh, locations=["json", "headers"] if policy.refresh else None)
    user = current_user()
    if not user.role.at_least(policy.role):
        raise Forbidden(f"this needs the role {policy.role.value}")
    if request.method not in ("GET", "HEAD"):
        acting.set(Actor(user.username, user.role, request.remote_addr or "", g.request_id))


def _end(_error: BaseException | None) -> None:
    # The thread will serve somebody else.
    acting.set(None)
