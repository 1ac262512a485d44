"""Every route by which an operator changes something writes a line of the audit log, one that is added tomorrow too.

Each is called once, about things that exist; what it needs that the OpenAPI document cannot say is said here.
"""

from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus

from app.domain.roles import Role
from tests.app.charging import set_aside, stop
from tests.app.every_route import ROUTES, Arguments, Route, ask
from tests.app.stories import new_charger
from tests.live import Api, Server, plug_in, until

CHANGING = [route for route in ROUTES if route.method != "GET" and route.policy.role not in (None, Role.USER)]
# Why some are not called here.
ELSEWHERE = {
    "DELETE /api/charge_points/<charge_point_id>/root_certificates/<root_certificate_id>": "it is DeleteCertificate, "
    "which has a route of its own, about a certificate that a charge point has told of",
    "POST /api/command_batches/<batch_id>/cancel": "only what is not over is changed: test_command_batches",
    "POST /api/quarantine/<quarantine_id>/end_session": "only a session that fits is ended: test_quarantine",
}
# What others need still, and what undoing it makes possible again.
LAST = ("charge_points.remove_charge_point", "pending.accept", "unknown_tags.adopt")


def turn(route: Route) -> int:
    """Return when it is a route's turn: things are made, described, changed and taken away."""
    if route.endpoint in LAST:
        return 4
    if route.method == "DELETE":
        return 3
    return 2 if route.names and route.method != "PUT" else len(route.names)


@pytest.fixture(scope="module")
def things(server: Server, root: Api) -> dict[str, Any]:
    """A charge point that was there, and what it has left behind that cannot be made by a request."""
    charger = new_charger(server, root)
    unseen, newcomer = uuid4().hex[:12].upper(), f"NEW-{uuid4().hex[:8]}"
    charger.call("Authorize", {"idTag": unseen})
    stop(charger, 999_999_997)
    (odd,) = set_aside(root, charger)
    charger.close()
    with pytest.raises(InvalidStatus):
        plug_in(server, newcomer, None)
    until(lambda: newcomer in root.get("/api/charge_points/pending").text)
    until(lambda: unseen in root.get("/api/id_tags/unknown").text)
    here = {"charge_point_id": charger.charge_point_id, "connector_id": 1, "quarantine_id": odd["id"]}
    return here | {"pending": {"charge_point_id": newcomer}, "unknown_tags": {"idTag": unseen}}


def test_every_change_by_an_operator_is_in_the_audit_log(server: Server, root: Api, things: dict[str, Any]) -> None:
    place = f"{server.url}/files/made-up"
    fields = {"charge_point_ids": [things["charge_point_id"]], "idTags": [], "location": place, "remoteLocation": place}
    names = {name for route in CHANGING for name in route.names}
    asked = {}
    for route in sorted(CHANGING, key=turn):
        if str(route) in ELSEWHERE:
            continue
        own = things.get(route.endpoint.partition(".")[0], {})
        new = uuid4().hex[:12]
        answer = ask(
            root, route, Arguments(things | own, things | fields | {"name": new, "label": new}, f"idTag\n{new}")
        )
        asked[answer.headers["X-Request-ID"]] = f"{route}: {answer.status_code} {answer.text[:200]}"
        if answer.status_code in (201, 202):
            things = {name: value for name, value in answer.json().items() if name in names} | things
    written = {line["request_id"] for line in root.get("/api/audit", limit=500).json()["items"]}
    assert [told for request_id, told in asked.items() if request_id not in written] == []


def test_only_what_there_is_is_said_to_be_told_elsewhere() -> None:
    assert set(ELSEWHERE) <= {str(route) for route in CHANGING}
