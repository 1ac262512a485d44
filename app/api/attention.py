"""What an operator should look at: connections refused, transaction messages that could not be booked as they stood."""

from typing import Any

from flask_openapi3 import APIBlueprint, Tag

from app.api.answers import QuarantinedAnswer, RefusalAnswer, page_of
from app.api.context import services
from app.api.models import Key, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.views import quarantined_json, refusal_json
from app.domain.roles import Role
from app.storage.collection import equal

api = APIBlueprint("attention", __name__, url_prefix="/api", abp_tags=[Tag(name="Attention")])


class AttentionQuery(PageQuery):
    charge_point_id: Key | None = None


@api.get(
    "/refusals", summary="Connections refused within the last week, and why", responses={200: page_of(RefusalAnswer)}
)
@requires(Role.STAFF)
def list_refusals(query: AttentionQuery) -> dict[str, Any]:
    where = equal([("charge_point_id", query.charge_point_id)])
    return page(services.storage.refusals, where, query, refusal_json)


@api.get(
    "/quarantine",
    summary="Transaction messages that wait for a person's judgement",
    responses={200: page_of(QuarantinedAnswer)},
)
@requires(Role.STAFF)
def list_quarantine(query: AttentionQuery) -> dict[str, Any]:
    where = equal([("charge_point_id", query.charge_point_id)])
    return page(services.storage.quarantine, where, query, quarantined_json)
