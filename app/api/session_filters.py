"""Which sessions a list or a file is of."""

from typing import Any

from pydantic import ConfigDict, Field

from app.api.models import Key, Moment
from app.api.owned import OwnedFilter, owned
from app.domain.sessions import ENDED, OPEN, State
from app.storage.collection import Document


class SessionFilter(OwnedFilter):
    """`from` and `to` are about when a session was asked for or, where nobody asked, when its start was told."""

    model_config = ConfigDict(populate_by_name=True)

    vehicle_id: Key | None = None
    state: State | None = None
    open: bool | None = Field(None, description="Those that have not ended, or those that have.")
    transaction_id: int | None = Field(None, ge=1, lt=2**31)
    begin: Moment | None = Field(None, alias="from", description="Made at this time or later.")
    end: Moment | None = Field(None, alias="to", description="Made before this time.")


def sessions_wanted(query: SessionFilter) -> Document:
    """Return the filter for what is asked for among what the user may see."""
    more = (("state", query.state), ("transaction_id", query.transaction_id), ("vehicle_id", query.vehicle_id))
    where = owned(query, *more)
    if query.open is not None:
        # Beside a state both are asked for, which may leave nothing.
        where["$and"] = [{"state": {"$in": list(OPEN if query.open else ENDED)}}]
    bounds: dict[str, Any] = {"$gte": query.begin, "$lt": query.end}
    if made := {operator: moment for operator, moment in bounds.items() if moment is not None}:
        where["created_at"] = made
    return where
