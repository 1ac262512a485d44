"""Charge points that nobody has announced, for an admin to take in or to ignore."""

from typing import Any

from flask_openapi3 import Tag
from pydantic import Field

from app.api.answer import Answer, Time, page_of
from app.api.answers_charge_points import NewChargePointAnswer
from app.api.charge_points import SecurityProfile, charger_url
from app.api.context import services
from app.api.models import Body, ChargePointPath, Key, Nothing, PageQuery, Text
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.views import charge_point_for_staff, newcomer_json
from app.domain.roles import Role
from app.storage.collection import equal
from app.storage.newcomers import Newcomer

api = Routes("pending", __name__, url_prefix="/api/charge_points/pending", abp_tags=[Tag(name="Unknown charge points")])


class PendingQuery(PageQuery):
    ignored: bool = Field(False, description="List those that are ignored instead.")


class Acceptance(Body):
    rename_to: Key | None = Field(None, description="The id it shall have, if not the one it came with.")
    security_profile: SecurityProfile | None = Field(
        None, description="Left out: as it came, if it waits with a password of its own, else 1."
    )
    name: Text | None = None
    place: Text | None = None


class NewcomerAnswer(Answer):
    """What an unknown charge point showed when it was last here. `waiting`: it was let in, and gets `Pending` for an
    answer to its boots. `did_you_mean`: charge points whose ids are like this one."""

    id: str
    remote_address: str
    reason: str
    subprotocols: list[str]
    username: str | None = None
    secure: bool = Field(description="It came over TLS.")
    vendor: str | None = None
    model: str | None = None
    serial_number: str | None = None
    firmware_version: str | None = None
    waiting: bool
    online: bool
    ignored: bool
    first_at: Time
    last_at: Time
    count: int
    did_you_mean: list[str]


@api.get("", summary="Unknown charge points seen within a week", responses={200: page_of(NewcomerAnswer)})
@requires(Role.ADMIN)
def list_pending(query: PendingQuery) -> dict[str, Any]:
    found: list[Newcomer] = []

    def gather(newcomer: Newcomer) -> dict[str, Any]:
        found.append(newcomer)
        return {}

    answer = page(services.storage.newcomers, equal([("ignored", query.ignored)]), query, gather)
    known, similar = services.newcomers.waiting(found), services.newcomers.similar()
    # Those announced meanwhile are pending no more.
    pending = [one for one in found if one.key not in known or known[one.key].pending_until is not None]
    items = [newcomer_json(one, known.get(one.key)) | {"did_you_mean": similar(one.charge_point_id)} for one in pending]
    return {**answer, "items": items}


@api.post("/<charge_point_id>/accept", summary="Take one in", responses={200: NewChargePointAnswer})
@requires(Role.ADMIN)
def accept(path: ChargePointPath, body: Acceptance) -> dict[str, Any]:
    """`url` is what to enter in the charge point. The password, if one was made, is in this answer and never again."""
    facts = {name: value for name, value in body.given().items() if name != "rename_to" and value is not None}
    charge_point, password = services.newcomers.accept(path.charge_point_id, body.rename_to, facts)
    secret = {"password": password} if password is not None else {}
    return charge_point_for_staff(charge_point) | {"url": charger_url(charge_point)} | secret


@api.post("/<charge_point_id>/ignore", summary="List one no more, and let it in no more", responses={204: None})
@requires(Role.ADMIN)
def ignore(path: ChargePointPath, body: Nothing) -> tuple[str, int]:
    services.newcomers.ignore(path.charge_point_id)
    return "", 204


@api.delete("/<charge_point_id>/ignore", summary="List one again", responses={204: None})
@requires(Role.ADMIN)
def ignore_no_more(path: ChargePointPath) -> tuple[str, int]:
    services.newcomers.ignore_no_more(path.charge_point_id)
    return "", 204
