"""The audit log: what people have changed."""

from typing import Any, Literal

import orjson
from flask_openapi3 import Tag

from app.api.answer import Answer, Time, page_of
from app.api.context import current_user, services
from app.api.models import Key, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.domain.roles import Role
from app.domain.times import iso
from app.storage.audit import AuditRecord
from app.storage.collection import Document, equal

api = Routes("audit", __name__, url_prefix="/api", abp_tags=[Tag(name="Audit")])


class AuditQuery(PageQuery):
    username: Key | None = None
    kind: Key | None = None
    key: Key | None = None


class AuditAnswer(Answer):
    """`before` and `after` hold the fields that differ; of what is secret only that it changed."""

    audit_id: str
    at: Time
    username: str
    role: Role
    address: str
    request_id: str
    action: Literal["created", "changed", "deleted"]
    kind: str
    key: str
    before: dict[str, Any]
    after: dict[str, Any]


@api.get("/audit", summary="What people have changed, newest first", responses={200: page_of(AuditAnswer)})
@requires(Role.ADMIN)
def list_audit(query: AuditQuery) -> dict[str, Any]:
    """Who, what, from what to what, from where, for two years. What root did is for root to read. Of a command it tells
    to which charge point it was sent; what became of it is in the list of commands, by its `key`."""
    return page(services.storage.audit, audit_wanted(query.username, query.kind, query.key), query, _shown)


def audit_wanted(username: str | None, kind: str | None, key: str | None) -> Document:
    """Return the filter for what is asked for, as far as it is for who asks."""
    where = equal([("username", username), ("kind", kind), ("key", key)])
    if not current_user().role.at_least(Role.ROOT):
        where["role"] = {"$ne": Role.ROOT.value}
    return where


def _shown(record: AuditRecord) -> dict[str, Any]:
    return {
        "audit_id": record.audit_id,
        "at": iso(record.at),
        "username": record.username,
        "role": record.role.value,
        "address": record.address,
        "request_id": record.request_id,
        "action": record.action,
        "kind": record.kind,
        "key": record.key,
        "before": orjson.loads(record.before),
        "after": orjson.loads(record.after),
    }
