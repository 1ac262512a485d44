"""Who may call what: every route of the URL map × every role, as declared, as documented and as it is."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask

from app import create_app
from app.api import policy
from app.api.documentation import document
from app.api.policy import Policy, policy_of, public
from app.domain.roles import Role
from tests.live import Api, Server

APP = create_app(secret="0" * 32)
ROUTES = sorted(
    (rule.rule, method, rule.endpoint)
    for rule in APP.url_map.iter_rules()
    for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
)


def declared(endpoint: str) -> Policy:
    found = policy_of(APP, endpoint)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def people(server: Server, root: Api) -> Iterator[dict[Role | None, Api]]:
    everybody: dict[Role | None, Api] = {None: server.anonymous(), Role.ROOT: server.root()}
    for role in (Role.USER, Role.STAFF, Role.ADMIN):
        created = root.post("/api/users", username=f"matrix-{role}", password="long enough", role=role)
        assert created.status_code == 201, created.text
        everybody[role] = server.log_in(f"matrix-{role}", "long enough")
    yield everybody
    for api in everybody.values():
        api.close()


def status_of(api: Api, rule: str, method: str) -> int:
    """Ask with nothing in the body, of things that do not exist: who is let in gets to hear just that."""
    path = re.sub(r"<[^>]+>", "no-such-thing", rule)
    return api.http.request(method, path, json={} if method != "GET" else None).status_code


@pytest.mark.parametrize(("rule", "method", "endpoint"), ROUTES)
def test_a_route_lets_in_whom_it_declares(
    people: dict[Role | None, Api], rule: str, method: str, endpoint: str
) -> None:
    least = declared(endpoint)
    for role, api in people.items():
        if endpoint == "account.logout" and role is not None:
            continue  # it would end the login that the other rows use
        status = status_of(api, rule, method)
        if least.role is None:
            assert status not in (401, 403), role
        elif role is None or least.refresh:
            assert status == 401, role
        elif role.at_least(least.role):
            assert status not in (401, 403), role
        else:
            assert status == 403, role
        assert status < 500


def test_the_document_names_the_role_of_each_operation() -> None:
    paths = document(APP)["paths"]
    for rule, method, endpoint in ROUTES:
        operation = paths.get(re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule), {}).get(method.lower())
        if operation is None:
            assert declared(endpoint).role is None, f"{method} {rule} is not documented"
            continue
        role = declared(endpoint).role
        assert operation.get("x-role") == (role.value if role else None), f"{method} {rule}"
        assert operation["security"] == ([{"bearer": []}] if role else [])


def test_only_the_door_and_the_signposts_are_open_to_everybody() -> None:
    assert {rule for rule, _method, endpoint in ROUTES if declared(endpoint).role is None} == {
        # It leads to the documentation.
        "/",
        "/api/login",
        "/api/signup",
        "/docs",
        "/docs/<path:name>",
        # The link itself is the credential of these two.
        "/files/diagnostics/<path:link>",
        "/files/firmware/<token>/<name>",
        "/healthz",
        "/openapi.json",
        "/readyz",
    }


def test_a_route_without_a_policy_keeps_the_application_from_being_built() -> None:
    app = Flask("one of many")
    app.add_url_rule("/open", view_func=public(lambda: "declared"), endpoint="open")
    app.add_url_rule("/forgotten", view_func=lambda: "not declared", endpoint="forgotten")
    with pytest.raises(LookupError, match="/forgotten"):
        policy.register(app)
