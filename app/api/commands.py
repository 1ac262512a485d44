"""Commands to charge points: one route per row of the table, OCPP verbatim in and out."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from flask_openapi3 import Tag
from ocpp.v16.enums import Action
from pydantic import BaseModel, ConfigDict, Field, RootModel, StrictInt, create_model, model_validator

from app.api.answer import page_of
from app.api.answers_commands import CommandAnswer, CommandRecordAnswer
from app.api.command_batches import BatchProgressAnswer, progress_json
from app.api.context import current_user, services
from app.api.models import Body, ChargePointPath, CommandPath, Key, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.sent import only_sender, sent_command
from app.api.views import command_json
from app.command_batches import BatchOrder
from app.command_payloads import require_valid_data
from app.command_table import COMMANDS, Command
from app.domain.roles import Role
from app.errors import NotFound
from app.storage.collection import equal
from app.vendor_messages import VENDOR_MESSAGES, VendorMessage
from ocpp_server.schemas import request_schema

ToRequest = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]

MOST_CHARGE_POINTS = 1000
AtOnce = Annotated[StrictInt, Field(ge=1, le=100)]

api = Routes("commands", __name__, url_prefix="/api", abp_tags=[Tag(name="Commands")])


class Payload(RootModel[dict[str, Any]]):
    """The request's payload, verbatim OCPP. Its shape is checked against OCPP's own schema, its sense is not."""

    @model_validator(mode="before")
    @classmethod
    def _ocpp_alone(cls, value: Any) -> Any:
        """Nothing is an empty object; an access token sent along in the body is not the charge point's."""
        return {k: v for k, v in value.items() if k != "token"} if isinstance(value, dict) else value or {}


class NewBatch(Body):
    charge_point_ids: list[Key] = Field(min_length=1, max_length=MOST_CHARGE_POINTS)
    action: Key = Field(json_schema_extra={"example": "GetConfiguration"})
    payload: dict[str, Any] = Field(default_factory=dict, description="The request's payload, verbatim OCPP.")
    at_once: AtOnce = Field(10, description="So many charge points are asked at a time, at most.")
    force: bool = Field(False, strict=True, description="Ask those too that are known not to support it.")


class CommandQuery(PageQuery):
    charge_point_id: Key | None = None
    action: Key | None = None
    outcome: Key | None = None
    batch_id: Key | None = None


class ForceQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    force: bool = Field(False, description="Send it though the charge point is known not to support it.")


def _payload_model(name: str, schema: Mapping[str, Any]) -> type[Payload]:
    """Return a body model that shows a schema as it is, limits and enumerations included."""
    known = {k: v for k, v in schema.items() if k not in ("$schema", "$id", "id", "title")}

    def show(shown: dict[str, Any]) -> None:
        shown.clear()
        shown.update(known, title=f"{name}.req")

    class Shown(Payload):
        model_config = ConfigDict(json_schema_extra=show)

    return create_model(f"{name}Request", __base__=Shown)


def _offer(path: str, role: Role, summary: str, model: type[Payload], to_request: ToRequest) -> None:
    """Make the route of one row; `to_request` turns its body into what is sent, action and payload."""

    def send(path: ChargePointPath, query: ForceQuery, body: Any) -> dict[str, Any]:
        action, payload = to_request(body.root)
        outcome = services.commands.send_verbatim(
            path.charge_point_id, action, payload, requested_by=current_user().username, force=query.force
        )
        return {
            "command_id": outcome.command_id,
            "action": outcome.action,
            "status": outcome.status,
            "response": outcome.response,
        }

    send.__name__ = f"send_{path.replace('/', '_')}"
    send.__annotations__["body"] = model
    route = f"/charge_points/<charge_point_id>/commands/{path}"
    api.post(route, summary=summary, responses={200: CommandAnswer})(requires(role)(send))


def _offer_command(command: Command) -> None:
    model = _payload_model(command.action, request_schema(command.action))
    _offer(command.action, command.role, command.summary, model, lambda payload: (command.action, payload))


def _offer_vendor_message(message: VendorMessage) -> None:
    def to_request(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        require_valid_data(message, data)
        return message.data_transfer(data)

    model = _payload_model(message.name, message.form)
    _offer(f"{Action.data_transfer}/{message.name}", message.role, message.summary, model, to_request)


for _command in COMMANDS.values():
    _offer_command(_command)
for _message in VENDOR_MESSAGES.values():
    _offer_vendor_message(_message)


@api.get(
    "/commands",
    summary="Commands sent, newest first; your own unless you are an admin",
    responses={200: page_of(CommandRecordAnswer)},
)
@requires(Role.USER, own=True, anybodys=Role.ADMIN)
def list_commands(query: CommandQuery) -> dict[str, Any]:
    where = equal(
        [
            ("charge_point_id", query.charge_point_id),
            ("action", query.action),
            ("outcome", query.outcome),
            ("batch_id", query.batch_id),
            ("requested_by", only_sender()),
        ]
    )
    return page(services.storage.commands, where, query, command_json)


@api.post("/commands", summary="Send a command to many charge points", responses={202: BatchProgressAnswer})
@requires(Role.STAFF)
def send_to_many(body: NewBatch) -> tuple[dict[str, Any], int]:
    """The action's own role applies. The answer comes at once; follow the batch by its `batch_id`. Each charge point's
    command has one outcome in the end. Nothing is sent if one of the ids is unknown."""
    order = BatchOrder(body.charge_point_ids, body.action, body.payload, body.at_once, body.force)
    user = current_user()
    return progress_json(services.command_batches.begin(user.role, order, user.username)), 202


@api.get("/commands/<command_id>", summary="One command and its outcome", responses={200: CommandRecordAnswer})
@requires(Role.USER, own=True, anybodys=Role.ADMIN)
def get_command(path: CommandPath) -> dict[str, Any]:
    """Your own; an admin reads everybody's. `outcome`: answered, call_error, timeout, offline, disconnected or refused,
    of a batch's also cancelled; absent while it is under way or waits."""
    record = sent_command(path.command_id)
    if record is None:
        raise NotFound("there is no such command among yours")
    return command_json(record)
