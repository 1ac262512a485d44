"""Lists of what belongs to drivers: each sees his own, staff sees everybody's."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from app.api.context import current_user, services
from app.api.models import IdTagText, Key, PageQuery
from app.domain.id_tags import normalise_id_tag
from app.domain.roles import Role
from app.storage.collection import Document, equal


class OwnedFilter(BaseModel):
    model_config = ConfigDict(extra="forbid")

    charge_point_id: Key | None = None
    connector_id: int | None = Field(None, ge=0, le=100)
    idTag: IdTagText | None = None  # noqa: N815
    username: Key | None = Field(None, description="For staff: whose.")


class OwnedQuery(OwnedFilter, PageQuery):
    """A page of what is asked for."""


def owned(query: OwnedFilter, *more: tuple[str, Any]) -> Document:
    """Return the filter for what is asked for among what the user may see; a charge point's id in any case."""
    user = current_user()
    charge_point = services.storage.charge_points.get(query.charge_point_id) if query.charge_point_id else None
    return equal(
        [
            ("charge_point_id", charge_point.charge_point_id if charge_point else query.charge_point_id),
            ("connector_id", query.connector_id),
            ("id_tag", normalise_id_tag(query.idTag) if query.idTag else None),
            ("username", query.username if user.role.at_least(Role.STAFF) else user.username),
            *more,
        ]
    )
