"""What requests for firmware updates and for diagnostics have in common over HTTP."""

from typing import Annotated, Any

from pydantic import Field, StrictInt

from app.domain.file_hints import file_hint
from app.storage.file_requests import FileRequest

Retries = Annotated[StrictInt, Field(ge=0, le=100)]
RetryInterval = Annotated[StrictInt, Field(ge=0, le=86_400, description="Seconds.")]


def retries(times: int | None, interval: int | None) -> dict[str, int]:
    """Return the fields under OCPP's names, those that are given."""
    return {k: v for k, v in (("retries", times), ("retryInterval", interval)) if v is not None}


def shown(record: object, names: str) -> dict[str, Any]:
    """Return a record's fields that are known."""
    return {name: value for name in names.split() if (value := getattr(record, name)) is not None}


def shown_request(request: FileRequest, names: str) -> dict[str, Any]:
    """Return a request's fields that are known, and what its reason means."""
    hint = file_hint(request.reason)
    return shown(request, f"{_REQUEST} {names}") | ({"hint": hint} if hint else {})


_REQUEST = (
    "charge_point_id status status_at reason ocpp_request_id command_id requested_by requested_at expires_at history"
)
