"""What an operator should look at: refused connections, security events, messages that could not be booked."""

from http import HTTPStatus
from typing import Any, Literal

from flask_openapi3 import Tag
from pydantic import Field

from app.api.answer import page_of
from app.api.answers_charge_points import QuarantinedAnswer, RefusalAnswer, SecurityEventAnswer
from app.api.context import services
from app.api.models import ChargePointPath, Key, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.views import event_json, quarantined_json, refusal_json
from app.domain.charge_points import charge_point_key
from app.domain.roles import Role
from app.security_events import KIND
from app.storage.collection import equal
from app.storage.refusals import Refusal

api = Routes("attention", __name__, url_prefix="/api", abp_tags=[Tag(name="Attention")])


class AttentionQuery(PageQuery):
    charge_point_id: Key | None = None


class QuarantineQuery(AttentionQuery):
    settled: bool | None = Field(None, description="What somebody has settled, or nobody yet.")


class SecurityEventQuery(AttentionQuery):
    critical: bool | None = Field(None, description="What the security whitepaper calls critical, or the rest.")
    type: Key | None = None


class RefusalQuery(AttentionQuery):
    remote_address: Key | None = None
    kind: Literal["refused", "dropped"] | None = None


class RefusalsOfOneQuery(PageQuery):
    kind: Literal["refused", "dropped"] | None = None


@api.get(
    "/refusals",
    summary="Connections refused or dropped within the last week, and why",
    responses={200: page_of(RefusalAnswer)},
)
@requires(Role.STAFF)
def list_refusals(query: RefusalQuery) -> dict[str, Any]:
    """`status` 0 and no id: the TLS handshake failed, before anybody could say who it was."""
    return _refusals(query.charge_point_id, query, remote_address=query.remote_address, kind=query.kind)


@api.get(
    "/charge_points/<charge_point_id>/refusals",
    summary="A charge point's connections refused or dropped within the last week",
    responses={200: page_of(RefusalAnswer)},
)
@requires(Role.STAFF)
def list_refusals_of_one(path: ChargePointPath, query: RefusalsOfOneQuery) -> dict[str, Any]:
    return _refusals(services.fleet.get(path.charge_point_id).charge_point_id, query, kind=query.kind)


def _refusals(charge_point_id: str | None, query: PageQuery, **wanted: str | None) -> dict[str, Any]:
    key = charge_point_key(charge_point_id) if charge_point_id is not None else None
    similar = services.newcomers.similar()

    def show(refusal: Refusal) -> dict[str, Any]:
        unknown = refusal.status == HTTPStatus.NOT_FOUND
        return refusal_json(refusal, similar(refusal.charge_point_id) if unknown else [])

    return page(services.storage.refusals, equal([("key", key), *wanted.items()]), query, show)


@api.get(
    "/quarantine",
    summary="Transaction messages that wait for a person's judgement",
    responses={200: page_of(QuarantinedAnswer)},
)
@requires(Role.STAFF)
def list_quarantine(query: QuarantineQuery) -> dict[str, Any]:
    where = equal([("charge_point_id", query.charge_point_id)])
    if query.settled is not None:
        where |= services.storage.quarantine.settled(is_settled=query.settled)
    return page(services.storage.quarantine, where, query, quarantined_json)


@api.get(
    "/security_events",
    summary="Security events that charge points told, newest first",
    responses={200: page_of(SecurityEventAnswer)},
)
@requires(Role.STAFF)
def list_security_events(query: SecurityEventQuery) -> dict[str, Any]:
    """What is critical is so by the list of OCPP's security whitepaper, a start of the charge point included."""
    where = equal([("kind", KIND), ("charge_point_id", query.charge_point_id), ("detail.type", query.type)])
    # Either of both, and not just any, is what the index is in order by.
    where["critical"] = {"$in": [True, False] if query.critical is None else [query.critical]}
    return page(services.storage.events, where, query, event_json)
