"""The store of firmware: images brought with their facts, looked at, deleted."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.api.context import current_user, services
from app.api.firmware import FirmwareFacts
from app.api.policy import requires
from app.api.uploads import Upload, end_silence, takes_file
from app.domain.roles import Role
from app.web.forms import shown_on
from app.web.lists import listed
from app.web.navigation import OPERATOR

bp = Blueprint("firmware", __name__, url_prefix=f"{OPERATOR}/firmware")

SHOWN = 50


@bp.get("")
@requires(Role.ADMIN)
def images() -> str:
    found, more = listed(services.storage.firmware, {}, SHOWN)
    return render_template("pages/firmware.html", images=found, next=more)


@requires(Role.ADMIN)
def upload_failed() -> str:
    """What is wrong with an image; the form that it came from stays as it is."""
    return render_template("parts/firmware_upload.html")


@bp.post("")
@requires(Role.ADMIN)
@takes_file
@shown_on(upload_failed)
def bring() -> Response:
    end_silence()
    upload = Upload(services.settings.firmware_max_bytes)

    def describe() -> dict[str, Any]:
        told = {"file_name": upload.file_name} | upload.fields
        return FirmwareFacts.model_validate({name: text for name, text in told.items() if text}).model_dump()

    services.firmware.add(upload.pieces(), describe, current_user().username)
    return Response(headers={"HX-Redirect": url_for("web.firmware.images", done="firmware_added")})


@bp.post("/<firmware_id>/remove")
@requires(Role.ADMIN)
def remove(firmware_id: str) -> ResponseReturnValue:
    services.firmware.remove(firmware_id)
    return redirect(url_for("web.firmware.images", done="firmware_removed"), 303)
