"""Diagnostics and logs: asked for, listed and read by admins."""

from typing import Any

from flask import Response
from flask_openapi3 import Tag
from pydantic import BaseModel, Field

from app.api.answer import page_of
from app.api.answers_files import DiagnosticsAnswer, Kind
from app.api.context import current_user, services
from app.api.downloads import UNTYPED, attachment
from app.api.file_requests import Retries, RetryInterval, retries, shown_request
from app.api.models import Body, ChargePointPath, Key, Moment, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.uploads import end_silence
from app.domain.roles import Role
from app.files.diagnostics_orders import Wanted
from app.storage.collection import equal
from app.storage.diagnostics import DiagnosticsRequest

api = Routes("diagnostics", __name__, url_prefix="/api", abp_tags=[Tag(name="Diagnostics")])

_BINARY: Any = {"content": {UNTYPED: {"schema": {"type": "string", "format": "binary"}}}}


class NewDiagnostics(Body):
    kind: Kind = Field("Diagnostics", description="Diagnostics: by GetDiagnostics. The two logs: by GetLog.")
    start_time: Moment | None = None
    stop_time: Moment | None = None
    retries: Retries | None = None
    retry_interval: RetryInterval | None = None


class DiagnosticsPath(BaseModel):
    diagnostics_id: Key


class DiagnosticsQuery(PageQuery):
    charge_point_id: Key | None = None
    kind: Kind | None = None
    status: Key | None = None


@api.post(
    "/charge_points/<charge_point_id>/diagnostics",
    summary="Ask a charge point for its diagnostics",
    responses={201: DiagnosticsAnswer},
)
@requires(Role.ADMIN)
def request_diagnostics(path: ChargePointPath, body: NewDiagnostics) -> tuple[dict[str, Any], int]:
    """The charge point gets a link of its own to bring one file to. `status` NothingToUpload: it named no file."""
    wanted = Wanted(
        kind=body.kind,
        start_time=body.start_time,
        stop_time=body.stop_time,
        retries=retries(body.retries, body.retry_interval),
    )
    charge_point = services.fleet.get(path.charge_point_id)
    request = services.diagnostics.request(charge_point, wanted, requested_by=current_user().username)
    return diagnostics_json(request), 201


@api.get(
    "/diagnostics",
    summary="Diagnostics asked for, newest first",
    responses={200: page_of(DiagnosticsAnswer)},
)
@requires(Role.ADMIN)
def list_diagnostics(query: DiagnosticsQuery) -> dict[str, Any]:
    """`status`: Requested, Accepted, NothingToUpload or Failed; then what the charge point tells: Uploading, Uploaded,
    UploadFailed; of a log also UploadFailure, BadMessage, PermissionDenied, NotSupportedOperation. With `uploaded_at`
    the file is here."""
    where = equal([(name, getattr(query, name)) for name in ("charge_point_id", "kind", "status")])
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


_SHOWN = "kind file_name size sha256 uploaded_at start_time stop_time delete_at"


def diagnostics_json(request: DiagnosticsRequest) -> dict[str, Any]:
    return {"diagnostics_id": request.request_id, **shown_request(request, _SHOWN)}
