"""The OCPP messages between the server and a charge point, for staff who wonder what was said."""

from typing import Any, Literal

from flask import Response
from flask_openapi3 import Tag
from pydantic import ConfigDict, Field

from app.api.answer import Answer, Time
from app.api.context import current_user, services
from app.api.exports import DOCUMENTED, Format, export, wanted_format
from app.api.models import ChargePointPath, Key, Moment, PageQuery
from app.api.paging import not_a_cursor, read_cursor, write_cursor
from app.api.policy import requires
from app.api.routes import Routes
from app.api.uploads import end_silence
from app.domain.roles import Role
from app.domain.times import iso
from app.frames.messages import Place, Wanted, messages, moment_of, page_of_messages, payload_text
from app.storage.frames import KeptFrame
from ocpp_server.frames import CALL, CALL_ERROR, CALL_RESULT

api = Routes("messages", __name__, url_prefix="/api/charge_points", abp_tags=[Tag(name="Charge points")])

TYPES = {CALL: "CALL", CALL_RESULT: "CALLRESULT", CALL_ERROR: "CALLERROR"}
_COLUMNS = (
    "at",
    "direction",
    "message_type",
    "message_id",
    "action",
    "outcome",
    "latency_ms",
    "payload",
    "size",
    "truncated",
    "connection_id",
)
LIST = "messages"


class MessageQuery(PageQuery):
    action: Key | None = None
    direction: Literal["in", "out"] | None = Field(None, description="in: from the charge point.")
    message_id: str | None = Field(None, max_length=255)
    outcome: Key | None = Field(
        None, description="answered, unanswered, late, unsolicited, ignored, or the code of a CALLERROR."
    )
    attention: bool = Field(False, description="Only what went wrong: whatever was not simply answered.")
    since: Moment | None = None
    until: Moment | None = None
    transaction_id: int | None = Field(None, description="Messages that name it, and their answers.")
    format: Format | None = Field(None, description="ndjson and csv give all of them as a file; so does Accept.")


class MessageAnswer(Answer):
    """`payload` is JSON text: a CALLERROR's is `[code, description, details]`, a malformed frame's the frame itself.

    `outcome`: answered, unanswered, late, unsolicited, ignored, or the code of the CALLERROR.
    """

    at: Time
    direction: Literal["in", "out"]
    message_type: Literal["CALL", "CALLRESULT", "CALLERROR", "malformed"]
    message_id: str | None = None
    action: str | None = None
    outcome: str
    latency_ms: float | None = None
    payload: str
    size: int = Field(description="Bytes of the whole frame.")
    truncated: bool = Field(description="Only the beginning of the payload was kept.")
    connection_id: str


class MessagePage(Answer):
    model_config = ConfigDict(openapi_extra={"content": DOCUMENTED})  # type: ignore[typeddict-unknown-key]

    items: list[MessageAnswer]
    next: str | None


@api.get(
    "/<charge_point_id>/messages",
    summary="OCPP messages to and from a charge point, newest first",
    responses={200: MessagePage},
)
@requires(Role.STAFF)
def list_messages(path: ChargePointPath, query: MessageQuery) -> dict[str, Any] | Response:
    """What is kept for FRAMES_KEPT_DAYS, without keys and links. A CALL is here when its outcome is known. A page may
    have few items, or none, and still a `next`, where much has to be looked through."""
    charge_point = services.fleet.get(path.charge_point_id)
    wanted = Wanted(
        charge_point_id=charge_point.charge_point_id,
        action=query.action,
        sent=None if query.direction is None else query.direction == "out",
        message_id=query.message_id,
        outcome=query.outcome,
        attention=query.attention,
        since=query.since,
        until=query.until,
        transaction_id=query.transaction_id,
    )
    after = place_in(query.cursor)
    if (file_format := wanted_format(query.format)) != "json":
        end_silence()
        found = messages(services.storage, wanted, after)
        groups = ([message_json(frame) for frame in frames] for _second, frames in found)
        ended = services.transfers.begin(f"user {current_user().user_id}")
        return export(groups, _COLUMNS, file_format, f"{charge_point.charge_point_id}-messages", ended)
    some, place = page_of_messages(services.storage, wanted, after, query.limit)
    return {"items": [message_json(frame) for frame in some], "next": write_cursor(LIST, *place) if place else None}


def message_json(frame: KeptFrame) -> dict[str, Any]:
    known = {
        "message_id": frame.message_id,
        "action": frame.action,
        "latency_ms": None if frame.latency is None else frame.latency / 1000,
    }
    return {
        "at": iso(moment_of(frame.at)),
        "direction": "out" if frame.sent else "in",
        "message_type": TYPES.get(frame.message_type, "malformed"),
        "outcome": frame.outcome,
        "payload": payload_text(frame),
        "size": frame.size,
        "truncated": frame.is_cut,
        "connection_id": frame.connection_id,
    } | {name: value for name, value in known.items() if value is not None}


def place_in(cursor: str | None) -> Place | None:
    """Return the place that a cursor is for; raises BadInput for one of another list."""
    match read_cursor(LIST, cursor) if cursor else None:
        case None:
            return None
        case [int() as at, str() as place]:
            return at, place
    raise not_a_cursor()
