"""What is kept of a person, handed out to him."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson
from flask import Response, stream_with_context
from flask_openapi3 import Tag

from app.api.answer import Answer, Time
from app.api.answers_accounts import IdTagAnswer, UserAnswer
from app.api.answers_commands import CommandRecordAnswer
from app.api.answers_sessions import ReservationAnswer, SessionAnswer
from app.api.context import current_user, services
from app.api.favourites import FavouriteAnswer, favourite_json
from app.api.json_text import to_json
from app.api.policy import requires
from app.api.routes import Routes
from app.api.vehicles import VehicleAnswer, vehicle_json
from app.api.views import command_json, id_tag_json, reservation_json, session_json, user_json
from app.domain.roles import Role
from app.domain.times import iso
from app.storage.audit import AuditRecord
from app.storage.collection import Collection, Document
from app.storage.users import Login, User

api = Routes("personal_data", __name__, url_prefix="/api", abp_tags=[Tag(name="Account")])

_READ_AT_A_TIME = 50
Section = tuple[str, Collection[Any], Document, Callable[[Any], dict[str, Any]]]


class LoginAnswer(Answer):
    began_at: Time
    ends_at: Time


class OwnAuditAnswer(Answer):
    """`by` is the own user name, or the role of who did it."""

    at: Time
    by: str
    address: str | None = None
    action: str
    kind: str
    key: str
    before: dict[str, Any]
    after: dict[str, Any]


class ExportAnswer(Answer):
    exported_at: Time
    profile: UserAnswer
    id_tags: list[IdTagAnswer]
    vehicles: list[VehicleAnswer]
    favourites: list[FavouriteAnswer]
    sessions: list[SessionAnswer]
    reservations: list[ReservationAnswer]
    commands: list[CommandRecordAnswer]
    logins: list[LoginAnswer]
    audit: list[OwnAuditAnswer]


@api.get("/me/export", summary="Everything kept about you, as a file", responses={200: ExportAnswer})
@requires(Role.USER, own=True)
def export_me() -> Response:
    """Profile, idTags, vehicles, favourites, sessions, reservations, the commands you caused, logins, and what was
    changed by you or about you. A session's meter values are at `/api/sessions/<session_id>/meter_values`."""
    user = current_user()
    head = {"exported_at": iso(services.now()), "profile": user_json(user)}
    ended = services.transfers.begin(f"user {user.user_id}")
    pieces = stream_with_context(_written(head, _sections(user)))
    response = Response(pieces, content_type="application/json")
    response.call_on_close(ended)
    response.headers.set("Content-Disposition", "attachment", filename="my-data.json")
    return response


def _sections(user: User) -> list[Section]:
    storage, mine = services.storage, {"username": {"$eq": user.username}}
    about = {"$or": [mine, {"kind": "user", "key": {"$eq": user.user_id}}]}
    return [
        ("id_tags", storage.id_tags, mine, id_tag_json),
        ("vehicles", storage.vehicles, mine, vehicle_json),
        ("favourites", storage.favourites, mine, favourite_json),
        ("sessions", storage.sessions, mine, session_json),
        ("reservations", storage.reservations, mine, reservation_json),
        ("commands", storage.commands, {"requested_by": {"$eq": user.username}}, command_json),
        ("logins", storage.logins, {"user_id": {"$eq": user.user_id}}, _login_json),
        ("audit", storage.audit, about, lambda record: _audit_json(record, user)),
    ]


def _written(head: dict[str, Any], sections: list[Section]) -> Iterator[bytes]:
    yield to_json(head).removesuffix(b"}")
    for name, collection, where, show in sections:
        yield b',"%s":[' % name.encode()
        after: tuple[Any, Any] | None = None
        while found := collection.page(where, after, _READ_AT_A_TIME):
            comma = b"," if after else b""
            yield comma + b",".join(to_json(show(one)) for one in found)
            after = getattr(found[-1], _sorted_by(collection)), collection.id_of(getattr(found[-1], collection.key))
        yield b"]"
    yield b"}"


def _sorted_by(collection: Collection[Any]) -> str:
    return collection.key if collection.order.field == "_id" else collection.order.field


def _login_json(login: Login) -> dict[str, Any]:
    return {"began_at": iso(login.created_at), "ends_at": iso(login.expires_at)}


def _audit_json(record: AuditRecord, user: User) -> dict[str, Any]:
    own = record.username == user.username
    told = {
        "at": iso(record.at),
        "by": record.username if own else record.role.value,
        "address": record.address if own else None,
        "action": record.action,
        "kind": record.kind,
        "key": record.key,
        "before": orjson.loads(record.before),
        "after": orjson.loads(record.after),
    }
    return {name: value for name, value in told.items() if value is not None}
