"""Who may call what: every route of the URL map × every role, as declared, as documented and as it is.

A route that is new is called here without a word about it: its arguments are made from its OpenAPI schema.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from app.api import policy
from app.api.documentation import document
from app.api.policy import public, requires
from app.domain.roles import Role
from tests.app.every_route import APP, ROUTES, Arguments, Route, ask
from tests.app.reservation_stories import reserve
from tests.app.stories import begin, finish, new_charger, press_start
from tests.live import Api, Server

PASSWORD = "long enough"
# It ends the login that asks, so it gets one of its own.
ENDS_THE_LOGIN = "account.logout"
OUT = (401, 403, 404)

ABOUT_THINGS = [route for route in ROUTES if route.policy.role is Role.USER and route.names]
OWN_THINGS = [route for route in ABOUT_THINGS if route.policy.own]


@pytest.fixture(scope="module")
def people(server: Server, root: Api) -> Iterator[dict[Role | str, Api]]:
    """One of each role, and who had a login when he was disabled or deleted."""
    everybody: dict[Role | str, Api] = {"anonymous": server.anonymous()}
    for who in (*Role, "disabled", "deleted"):
        username = f"matrix-{who}-{uuid4().hex[:6]}"
        role = who if isinstance(who, Role) else Role.ROOT
        assert root.post("/api/users", username=username, password=PASSWORD, role=role).status_code == 201
        everybody[who] = server.log_in(username, PASSWORD)
    assert root.patch(f"/api/users/{everybody['disabled'].username}", disabled=True).status_code == 200
    assert root.delete(f"/api/users/{everybody['deleted'].username}").status_code == 204
    yield everybody
    # Other tests are about the last root.
    assert root.delete(f"/api/users/{everybody[Role.ROOT].username}").status_code == 204
    for api in everybody.values():
        api.close()


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[Api]:
    api = server.sign_up()
    yield api
    api.close()


@pytest.fixture(scope="module")
def things(server: Server, root: Api, owner: Api) -> dict[str, Any]:
    """Things of the owner's that exist, by the path parameter that names such a thing; his charge point is offline."""
    charger = new_charger(server, root, status="Preparing")
    session_id = press_start(owner, charger, 1).json()["session_id"]
    finish(charger, begin(charger, owner.id_tag, 1)["transactionId"])
    reservation = reserve(owner, charger, 2)
    assert owner.http.put(f"/api/me/favourites/{charger.charge_point_id}").status_code == 204
    charger.close()
    return {
        "charge_point_id": charger.charge_point_id,
        "session_id": session_id,
        "reservation_id": reservation["reservation_id"],
        "command_id": reservation["command_id"],
        "idTag": owner.id_tag,
        "username": owner.username,
    }


def named_by(route: Route, things: dict[str, Any], owner: Api) -> dict[str, Any]:
    """Return the things of the owner's that a route is about; what nobody has made yet is made as the document says."""
    for name in route.names:
        if name not in things:
            parent = route.path.partition(f"/{{{name}}}")[0]
            makers = [one for one in ROUTES if (one.path, one.method) == (parent, "POST")]
            assert makers, f"say in `things` how somebody gets a {name}"
            made = ask(owner, makers[0], Arguments(things))
            assert made.status_code == 201, f"say in `things` how somebody gets a {name}: {made.text}"
            things[name] = made.json()[name]
    return {name: things[name] for name in route.names}


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_a_route_lets_in_whom_it_declares(
    server: Server, people: dict[Role | str, Api], owner: Api, things: dict[str, Any], route: Route
) -> None:
    """Who is not let in names things that exist, who is let in things that do not: nothing is lost by asking."""
    least = route.policy
    known = {"username": owner.username, "password": "a driver's"}
    for who, api in people.items():
        may = isinstance(who, Role) and least.role is not None and who.at_least(least.role)
        arguments = Arguments({} if may else things, known)
        if route.endpoint == ENDS_THE_LOGIN and may:
            login = server.log_in(api.username, PASSWORD)
            status = ask(login, route, arguments).status_code
            login.close()
        else:
            status = ask(api, route, arguments).status_code
        if least.role is None:
            assert status not in (401, 403), who
        elif not isinstance(who, Role) or least.refresh:
            assert status == 401, who
        else:
            assert (status not in (401, 403)) if may else status == 403, f"{who}: {status}"
        assert status < 500, who


@pytest.mark.parametrize("route", OWN_THINGS, ids=str)
def test_what_is_somebody_elses_looks_as_if_it_were_not_there(
    people: dict[Role | str, Api], owner: Api, things: dict[str, Any], route: Route
) -> None:
    named = named_by(route, things, owner)
    answers = [ask(people[Role.USER], route, Arguments(each)) for each in (named, {})]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json()["code"] == answers[1].json()["code"]
    assert ask(owner, route, Arguments(named)).status_code not in OUT


@pytest.mark.parametrize(
    ("route", "name"),
    [
        (route, name)
        for route in ROUTES
        if route.policy.own and route.method != "GET"
        for name in sorted(route.fields & {"idTag", "session_id", "vehicle_id", "reservation_id"})
    ],
    ids=str,
)
def test_what_is_somebody_elses_cannot_be_named_in_a_body_either(
    people: dict[Role | str, Api], things: dict[str, Any], route: Route, name: str
) -> None:
    place = {"evse_id": things["charge_point_id"]} if name != "session_id" else {}
    answers = [
        people[Role.USER].http.request(route.method, route.path, json=body)
        for body in (
            {**place, **({"connector_id": 1} if place else {}), name: value}
            for value in (things.get(name, "theirs"), "NO-SUCH-THING")
        )
    ]
    assert [answer.status_code for answer in answers] == [404, 404], answers[0].text
    assert answers[0].json()["code"] == answers[1].json()["code"]


@pytest.mark.parametrize("route", [r for r in ABOUT_THINGS if "/me/" not in r.rule and r.method == "GET"], ids=str)
def test_operators_see_everybodys_things_and_what_is_for_everybody_is_seen_by_all(
    people: dict[Role | str, Api], owner: Api, things: dict[str, Any], route: Route
) -> None:
    named = named_by(route, things, owner)
    for who in (Role.STAFF, Role.ADMIN):
        status = 200 if who.at_least(route.policy.anybodys) else 404
        assert ask(people[who], route, Arguments(named)).status_code == status, who
    if not route.policy.own:
        assert ask(people[Role.USER], route, Arguments(named)).status_code == 200


@pytest.mark.parametrize("route", [r for r in ROUTES if r.policy.role is Role.USER and r.method == "GET"], ids=str)
def test_no_list_for_users_tells_of_somebody_else(
    people: dict[Role | str, Api], things: dict[str, Any], route: Route
) -> None:
    stranger = people[Role.USER]
    charge_point = {"charge_point_id": things["charge_point_id"]}
    told = [ask(stranger, route, Arguments(charge_point))]
    queries = route.operation.parameters_in("query") if route.operation and not route.names else ()
    told += [stranger.get(route.path, **{q.name: things[q.name]}) for q in queries if q.name in things]
    for answer in told:
        for name in ("session_id", "idTag", "username"):
            assert str(things[name]) not in answer.text, str(answer.request.url)
        assert not {"serial_number", "vendor", "security_profile", "password", "parent_id_tag"} & set(answer.json())


def test_the_document_names_the_role_of_each_operation() -> None:
    paths = document(APP)["paths"]
    for route in ROUTES:
        role = route.policy.role
        if route.operation is None:
            assert role is None, f"{route} is not documented"
            continue
        operation = paths[route.path][route.method.lower()]
        assert operation.get("x-role") == (role.value if role else None), str(route)
        assert operation["security"] == ([{"bearer": []}] if role else [])


def test_only_the_door_and_the_signposts_are_open_to_everybody() -> None:
    assert {route.rule for route in ROUTES if route.policy.role is None} == {
        "/api/login",
        "/api/signup",
        "/docs",
        "/docs/<path:name>",
        # The link itself is the credential of these two.
        "/files/diagnostics/<path:link>",
        "/files/firmware/<token>/<name>",
        "/healthz",
        # A token of its own.
        "/metrics",
        "/openapi.json",
        "/q/<charge_point_id>/<connector>",
        "/readyz",
    }


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (lambda: "not declared", "without a policy: /forgotten"),
        (requires(Role.USER)(lambda: "whose?"), "own=…: /forgotten"),
        (requires(Role.STAFF, own=True)(lambda: "anybody's"), "own=…: /forgotten"),
    ],
)
def test_a_route_that_declares_nothing_or_half_keeps_the_application_from_being_built(view: Any, told: str) -> None:
    app = Flask("one of many")
    app.add_url_rule("/open", view_func=public(lambda: "declared"), endpoint="open")
    app.add_url_rule("/own", view_func=requires(Role.USER, own=True)(lambda: "declared"), endpoint="own")
    app.add_url_rule("/forgotten", view_func=view, endpoint="forgotten")
    with pytest.raises(LookupError, match=told):
        policy.register(app)
