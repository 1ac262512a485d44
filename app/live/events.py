"""What is told of a change, and to whom: drivers hear of charge points and of their own sessions, staff of all.

| type                   | data                             | when                                                     |
|------------------------|----------------------------------|----------------------------------------------------------|
| `session.created`      | the session                      | a start was pressed, or a transaction began              |
| `session.updated`      | the session                      | its state, its meter or anything else of it changed      |
| `session.ended`        | the session                      | it ended; again, when a late StopTransaction corrects it |
| `connector.status`     | the connector, `charge_point_id` | a connector reported its status                          |
| `charge_point.online`  | the charge point                 | it connected                                             |
| `charge_point.offline` | the charge point                 | its connection ended                                     |
| `charge_point.updated` | the charge point                 | it was added or changed                                  |
| `charge_point.removed` | its `id`                         | it was removed; for drivers: was in service and left it  |
"""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson
from ocpp.v16.enums import RegistrationStatus

from app.domain.charge_points import ChargePoint
from app.domain.roles import Role
from app.domain.sessions import ENDED, Session
from app.domain.times import iso
from app.storage.charge_points import LEFT_SERVICE
from app.storage.users import User, user_key
from ocpp_server.live import Event

Document = dict[str, Any]

STAFF, DRIVERS = "staff", "drivers"
ONLINE = "online"
_CONNECTOR = "connectors."
# What drivers are shown of a charge point besides its connectors and whether it is online.
_FOR_DRIVERS = frozenset({"created", "name", "place", "registration"})
# What nobody is shown.
_FOR_NOBODY = frozenset({"changed", "deleted", "password_hash", "log_status", LEFT_SERVICE})


class Views(Protocol):
    """How documents look in the answers of the API."""

    def session(self, session: Session) -> Document: ...
    def charge_point(self, charge_point: ChargePoint, *, staff: bool) -> Document: ...


def channels_of(user: User) -> frozenset[str]:
    """Return what an account may hear."""
    return frozenset({STAFF} if user.role.at_least(Role.STAFF) else {DRIVERS, _channel_of(user.username)})


def _channel_of(username: str) -> str:
    return f"user:{user_key(username)}"


def session_event(views: Views, session: Session, done: Collection[str]) -> Event:
    """Return what is told of a session to which this was done."""
    kind = "session.created" if "created" in done else "session.updated"
    if session.state in ENDED and ("created" in done or "state" in done):
        kind = "session.ended"
    body = _body(kind, views.session(session))
    return {STAFF: body} | ({_channel_of(session.username): body} if session.username else {})


def charge_point_events(
    views: Views, charge_point_id: str, charge_point: ChargePoint | None, done: Collection[str]
) -> Iterable[Event]:
    """Return what is told of a charge point to which this was done; None: it is not there any more."""
    removed = _body("charge_point.removed", {"id": charge_point_id})
    if charge_point is None:
        return [{on: removed for on, why in ((STAFF, "deleted"), (DRIVERS, LEFT_SERVICE)) if why in done}]
    shown = {STAFF: views.charge_point(charge_point, staff=True)}
    in_service = charge_point.registration == RegistrationStatus.accepted
    if in_service:
        shown[DRIVERS] = views.charge_point(charge_point, staff=False)
    events: list[Event] = []
    fields = {name for name in done if not name.startswith(_CONNECTOR)} - _FOR_NOBODY - {ONLINE}
    if fields:
        told_drivers = bool(fields & _FOR_DRIVERS)
        events.append(
            {on: _body("charge_point.updated", data) for on, data in shown.items() if on == STAFF or told_drivers}
        )
    if LEFT_SERVICE in done and not in_service:
        events.append({DRIVERS: removed})
    if ONLINE in done:
        kind = "charge_point.online" if shown[STAFF]["online"] else "charge_point.offline"
        events.append({on: _body(kind, data) for on, data in shown.items()})
    for number in sorted(name.removeprefix(_CONNECTOR) for name in done if name.startswith(_CONNECTOR)):
        if event := _connector_event(shown, charge_point_id, int(number)):
            events.append(event)
    return events


def _connector_event(shown: dict[str, Document], charge_point_id: str, connector_id: int) -> Event:
    event = {}
    for on, data in shown.items():
        for connector in data["connectors"]:
            if connector["connector_id"] == connector_id:
                told = {"charge_point_id": charge_point_id, "online": data["online"], **connector}
                event[on] = _body("connector.status", told)
    return event


def _body(kind: str, data: Document) -> bytes:
    return orjson.dumps({"type": kind, "at": iso(datetime.now(UTC)), "data": data})
