"""Files as charge points fetch and bring them: no login, for the link itself is one, and a new one each time."""

from typing import Any

from flask import Response
from flask_openapi3 import Tag
from pydantic import BaseModel

from app.api.answers_files import Received
from app.api.context import services
from app.api.downloads import UNTYPED, attachment
from app.api.policy import public
from app.api.routes import Routes
from app.api.uploads import FileBody, Upload, end_silence, takes_file
from app.domain.files import split_token

api = Routes("charger_files", __name__, url_prefix="/files", abp_tags=[Tag(name="Files of charge points")])

_BINARY: Any = {"content": {UNTYPED: {"schema": {"type": "string", "format": "binary"}}}}


class FirmwareLink(BaseModel):
    token: str
    name: str


class DiagnosticsLink(BaseModel):
    link: str


@api.get("/firmware/<token>/<name>", summary="Firmware, for the charge point it is meant for", responses={200: _BINARY})
@public
def fetch_firmware(path: FirmwareLink) -> Response:
    """Ranges are served, so that a download that broke off can go on."""
    end_silence()
    updates = services.firmware_updates  # taken here, for the answer ends when the request is over already
    update, image, reader = updates.fetch(path.token)
    give_back = services.transfers.begin(update.request_id)

    def ended() -> None:
        give_back()
        if reader.tell():
            updates.sent(update, reader.tell())

    return attachment(reader, image.file_name, image.sha256, ended)


# Charge points put a name behind the link, with one slash, two or none.
@api.put(
    "/diagnostics/<path:link>",
    summary="Bring diagnostics",
    responses={200: Received},
)
@public
@takes_file
def put_diagnostics(path: DiagnosticsLink, raw: FileBody) -> dict[str, Any]:
    """The body is the file, or a form with the part `file`. A link is good for one file."""
    return _receive(path.link)


@api.post(
    "/diagnostics/<path:link>",
    summary="Bring diagnostics by a form",
    responses={200: Received},
)
@public
@takes_file
def post_diagnostics(path: DiagnosticsLink, raw: FileBody) -> dict[str, Any]:
    """Like PUT."""
    return _receive(path.link)


def _receive(link: str) -> dict[str, Any]:
    end_silence()
    token, name = split_token(link)
    request = services.diagnostics.expected(token)
    give_back = services.transfers.begin(request.request_id)
    try:
        upload = Upload(services.settings.diagnostics_max_bytes)
        stored = services.diagnostics.receive(request, upload.pieces(), lambda: upload.file_name or name.strip("/"))
    finally:
        give_back()
    return {"size": stored.size, "sha256": stored.sha256}
