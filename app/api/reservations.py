"""Reservations: a connector held for a driver until he comes."""

from typing import Any

from flask_openapi3 import Tag
from pydantic import Field, StrictInt, model_validator

from app.api.answer import page_of
from app.api.answers_sessions import ReservationAnswer
from app.api.context import current_user, services
from app.api.models import Body, IdTagText, Key, Moment, ReservationPath
from app.api.owned import OwnedQuery, owned
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.views import reservation_json
from app.domain.reservations import ReservationState
from app.domain.roles import Role
from app.reservations.booking import ReserveRequest

api = Routes("reservations", __name__, url_prefix="/api/reservations", abp_tags=[Tag(name="Reservations")])


class NewReservation(Body):
    """`evse_id` is the charge point's id. Give `minutes`, `expires_at` or neither."""

    evse_id: Key = Field(json_schema_extra={"example": "CP001"})
    connector_id: StrictInt = Field(ge=0, le=100, description="0: any of them.", json_schema_extra={"example": 1})
    idTag: IdTagText | None = Field(None, description="One of your own; your account's when left out.")  # noqa: N815
    minutes: StrictInt | None = Field(None, ge=1, le=44_640)
    expires_at: Moment | None = None

    @model_validator(mode="after")
    def _one_end(self) -> "NewReservation":
        if self.minutes is not None and self.expires_at is not None:
            raise ValueError("give either minutes or expires_at")
        return self


class ReservationQuery(OwnedQuery):
    state: ReservationState | None = None


@api.post("", summary="Reserve a connector", responses={201: ReservationAnswer})
@requires(Role.USER, own=True)
def reserve(body: NewReservation) -> tuple[dict[str, Any], int]:
    """Staff may name any known idTag. `state` is `reserved`, or `refused` with a `hint` when the charge point does not
    want to. After a 504 nobody knows: follow the reservation that the answer names. One may be open per account."""
    wanted = ReserveRequest(body.evse_id, body.connector_id, body.idTag, body.expires_at, body.minutes)
    return reservation_json(services.reservations.reserve(current_user(), wanted)), 201


@api.get("", summary="Your reservations, newest first; all for staff", responses={200: page_of(ReservationAnswer)})
@requires(Role.USER, own=True)
def list_reservations(query: ReservationQuery) -> dict[str, Any]:
    where = owned(query, ("state", query.state))
    return page(services.storage.reservations, where, query, reservation_json)


@api.get("/<reservation_id>", summary="One reservation", responses={200: ReservationAnswer})
@requires(Role.USER, own=True)
def get_reservation(path: ReservationPath) -> dict[str, Any]:
    """`state` runs requested, reserved, then used (by `session_id`), cancelled, expired or ended; or it is refused or
    failed at once. `reason` says why, `hint` what to do. `version` grows with every change."""
    return reservation_json(services.reservations.get(current_user(), path.reservation_id))


@api.delete("/<reservation_id>", summary="Cancel a reservation", responses={200: ReservationAnswer})
@requires(Role.USER, own=True)
def cancel_reservation(path: ReservationPath) -> dict[str, Any]:
    """`cancel_status` is the charge point's answer. After `Rejected` the reservation is not `cancelled`: the charge
    point did not know it any more."""
    return reservation_json(services.reservations.cancel(current_user(), path.reservation_id))
