"""Start and stop: the two calls that a charging app is about."""

from functools import cache
from typing import Any

from flask_openapi3 import Tag
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.api.answers_sessions import ChargingAnswer
from app.api.context import current_user, services
from app.api.models import Body, ConnectorId, IdTagText, Key, LabelText
from app.api.policy import requires
from app.api.routes import Routes
from app.api.stop_rules import StopAtBody
from app.domain.roles import Role
from app.sessions import Answer
from app.start_charging import StartRequest

api = Routes("charging", __name__, url_prefix="/api", abp_tags=[Tag(name="Charging")])


class StartCharging(Body):
    """`evse_id` is the charge point's id."""

    evse_id: Key = Field(json_schema_extra={"example": "CP001"})
    connector_id: ConnectorId = Field(json_schema_extra={"example": 1})
    vehicle_id: Key | None = Field(None, description="Which of your vehicles; its idTag is used.")
    idTag: IdTagText | None = Field(None, description="One of your own; your account's when left out.")  # noqa: N815
    qr: LabelText | None = Field(
        None,
        description="The label as it was scanned. It must be this connector's, and the cable must be in.",
    )
    charging_profile_id: Key | None = Field(None, description="A TxProfile to start with: staff and above.")
    stop_at: StopAtBody | None = None

    @model_validator(mode="after")
    def _one_way_to_say_who(self) -> "StartCharging":
        if self.vehicle_id is not None and self.idTag is not None:
            raise ValueError("give either vehicle_id or idTag")
        return self


class IdempotencyHeader(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)

    idempotency_key: str | None = Field(
        None, alias="Idempotency-Key", min_length=1, max_length=100, description="Sent again, replays the first answer."
    )

    @classmethod
    def model_json_schema(cls, *arguments: Any, **options: Any) -> dict[str, Any]:
        """Return the schema as it was made once: the framework asks for it with every request."""
        return _schema_of_header(*arguments, **options)


@cache
def _schema_of_header(*arguments: Any, **options: Any) -> dict[str, Any]:
    return super(IdempotencyHeader, IdempotencyHeader).model_json_schema(*arguments, **options)


class StopCharging(Body):
    """Either `session_id`, or `evse_id` and `connector_id`."""

    session_id: Key | None = None
    evse_id: Key | None = Field(None, json_schema_extra={"example": "CP001"})
    connector_id: ConnectorId | None = Field(None, json_schema_extra={"example": 1})

    @model_validator(mode="after")
    def _one_way_to_say_which(self) -> "StopCharging":
        by_place = self.evse_id is not None and self.connector_id is not None
        if (self.session_id is not None) == by_place or (self.evse_id is None) != (self.connector_id is None):
            raise ValueError("give either session_id, or evse_id and connector_id")
        return self


@api.post("/start_charging", summary="Start charging", responses={200: ChargingAnswer})
@requires(Role.USER, own=True)
def start_charging(header: IdempotencyHeader, body: StartCharging) -> dict[str, Any]:
    """Answers with what the charge point said: `Accepted` or `Rejected`. Follow the session for what happens next."""
    request = StartRequest(
        body.evse_id,
        body.connector_id,
        body.idTag,
        header.idempotency_key,
        body.charging_profile_id,
        body.vehicle_id,
        body.stop_at.rules() if body.stop_at else None,
        body.qr,
    )
    return _answer(services.starts.start(current_user(), request))


@api.post("/stop_charging", summary="Stop charging", responses={200: ChargingAnswer})
@requires(Role.USER, own=True)
def stop_charging(body: StopCharging) -> dict[str, Any]:
    """While the charge point is not connected the answer is 409 `charge_point_offline`; with `stop_remembered` it is
    asked as soon as it is back, if the session still runs: the session's `reason_code` is `stop_pending` until then.
    `PATCH /api/sessions/<session_id> {"stop_at": null}` takes that back."""
    answer = services.sessions.stop(
        current_user(),
        session_id=body.session_id,
        evse_id=body.evse_id,
        connector_id=body.connector_id,
    )
    if answer.unsent is not None:
        raise answer.unsent
    return _answer(answer)


def _answer(answer: Answer) -> dict[str, Any]:
    told = {"status": answer.status, "session_id": answer.session.session_id}
    return told | ({"hint": answer.session.hint} if answer.session.hint else {})
