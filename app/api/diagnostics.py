"""Diagnostics: asked for, listed and read by admins."""

from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel

from app.api.answers import DiagnosticsAnswer, page_of
from app.api.context import current_user, services
from app.api.downloads import UNTYPED, attachment
from app.api.firmware import Retries, RetryInterval, retries, shown
from app.api.models import Body, ChargePointPath, Key, Moment, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.uploads import end_silence
from app.domain.roles import Role
from app.storage.collection import equal
from app.storage.diagnostics import DiagnosticsRequest

api = APIBlueprint("diagnostics", __name__, url_prefix="/api", abp_tags=[Tag(name="Diagnostics")])

_BINARY: Any = {"content": {UNTYPED: {"schema": {"type": "string", "format": "binary"}}}}


class NewDiagnostics(Body):
    start_time: Moment | None = None
    stop_time: Moment | None = None
    retries: Retries | None = None
    retry_interval: RetryInterval | None = None


class DiagnosticsPath(BaseModel):
    diagnostics_id: Key


class DiagnosticsQuery(PageQuery):
    charge_point_id: Key | None = None
    status: Key | None = None


@api.post(
    "/charge_points/<charge_point_id>/diagnostics",
    summary="Ask a charge point for its diagnostics",
    responses={201: DiagnosticsAnswer},
)
@requires(Role.ADMIN)
def request_diagnostics(path: ChargePointPath, body: NewDiagnostics) -> tuple[dict[str, Any], int]:
    """The charge point gets a link of its own to bring one file to. `status` NothingToUpload: it named no file."""
    request = services.diagnostics.request(
        services.fleet.get(path.charge_point_id),
        start_time=body.start_time,
        stop_time=body.stop_time,
        retries=retries(body.retries, body.retry_interval),
        requested_by=current_user().username,
    )
    return diagnostics_json(request), 201


@api.get(
    "/diagnostics",
    summary="Diagnostics asked for, newest first",
    responses={200: page_of(DiagnosticsAnswer)},
)
@requires(Role.ADMIN)
def list_diagnostics(query: DiagnosticsQuery) -> dict[str, Any]:
    """`status`: Requested, Accepted, NothingToUpload or Failed; then what the charge point tells: Uploading, Uploaded,
    UploadFailed. With `uploaded_at` the file is here."""
    where = equal([("charge_point_id", query.charge_point_id), ("status", query.status)])
    return page(services.storage.diagnostics, where, query, diagnostics_json)


@api.get(
    "/diagnostics/<diagnostics_id>",
    summary="One request for diagnostics",
    responses={200: DiagnosticsAnswer},
)
@requires(Role.ADMIN)
def get_diagnostics(path: DiagnosticsPath) -> dict[str, Any]:
    return diagnostics_json(services.diagnostics.get(path.diagnostics_id))


@api.get(
    "/diagnostics/<diagnostics_id>/content", summary="The file that a charge point brought", responses={200: _BINARY}
)
@requires(Role.ADMIN)
def get_content(path: DiagnosticsPath) -> Response:
    end_silence()
    request, reader, name = services.diagnostics.content(path.diagnostics_id)
    return attachment(reader, name, request.sha256 or "", services.transfers.begin(f"user {current_user().user_id}"))


_SHOWN = (
    "charge_point_id status status_at reason command_id file_name size sha256 uploaded_at start_time stop_time "
    "requested_by requested_at expires_at delete_at history"
)


def diagnostics_json(request: DiagnosticsRequest) -> dict[str, Any]:
    return {"diagnostics_id": request.request_id, **shown(request, _SHOWN)}
