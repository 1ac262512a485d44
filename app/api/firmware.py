"""Firmware images that admins upload."""

from typing import Annotated, Any

from flask import abort
from flask_openapi3 import Tag
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app.api.answer import page_of
from app.api.answers_files import FirmwareAnswer
from app.api.context import current_user, services
from app.api.file_requests import shown
from app.api.models import Key, PageQuery, Printable, Text, shaped
from app.api.paging import page
from app.api.policy import requires
from app.api.problems import on_invalid_input
from app.api.routes import Routes
from app.api.uploads import FileBody, Upload, end_silence, takes_file
from app.domain.roles import Role
from app.storage.firmware import FirmwareImage

api = Routes("firmware", __name__, url_prefix="/api", abp_tags=[Tag(name="Firmware")])

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), Printable]
Sha256 = Annotated[str, AfterValidator(shaped("[0-9A-Fa-f]{64}", "must be 64 hexadecimal digits"))]


class FirmwareQuery(BaseModel):
    """What an image is: in the query, or in the fields of the form that brings it."""

    model_config = ConfigDict(extra="forbid")

    name: Text | None = Field(None, description="Required, here or in the form.")
    version: Short | None = Field(None, description="Required, here or in the form.")
    vendor: Short | None = Field(None, description="Whose charge points it is for; any when left out.")
    model: Short | None = None
    file_name: Text | None = Field(None, description="What charge points see it as.")
    sha256: Sha256 | None = Field(None, description="As the maker tells it; the upload is refused if it differs.")
    signature: Annotated[str, Field(max_length=800)] | None = Field(None, description="The maker's, in Base64.")
    signing_certificate: Annotated[str, Field(max_length=5500)] | None = Field(None, description="PEM.")


class FirmwareFacts(FirmwareQuery):
    model_config = ConfigDict(extra="ignore")

    name: Text
    version: Short


class FirmwarePath(BaseModel):
    firmware_id: Key


@api.post(
    "/firmware",
    summary="Upload a firmware image",
    responses={201: FirmwareAnswer},
)
@requires(Role.ADMIN)
@takes_file
def add_firmware(query: FirmwareQuery, raw: FileBody) -> tuple[dict[str, Any], int]:
    """The body is the file, or a form with the part `file`. Its SHA-256 and size are in the answer."""
    end_silence()
    upload = Upload(services.settings.firmware_max_bytes)

    def describe() -> dict[str, Any]:
        told = {"file_name": upload.file_name} | upload.fields | query.model_dump(exclude_none=True)
        try:
            return FirmwareFacts.model_validate({k: v for k, v in told.items() if v}).model_dump()
        except ValidationError as error:
            abort(on_invalid_input(error))

    if not upload.is_form:
        describe()  # before much is uploaded in vain
    return firmware_json(services.firmware.add(upload.pieces(), describe, current_user().username)), 201


@api.get(
    "/firmware",
    summary="Firmware images, newest first",
    responses={200: page_of(FirmwareAnswer)},
)
@requires(Role.ADMIN)
def list_firmware(query: PageQuery) -> dict[str, Any]:
    return page(services.storage.firmware, {}, query, firmware_json)


@api.get(
    "/firmware/<firmware_id>",
    summary="One firmware image",
    responses={200: FirmwareAnswer},
)
@requires(Role.ADMIN)
def get_firmware(path: FirmwarePath) -> dict[str, Any]:
    return firmware_json(services.firmware.get(path.firmware_id))


@api.delete(
    "/firmware/<firmware_id>",
    summary="Delete a firmware image",
    responses={204: None},
)
@requires(Role.ADMIN)
def remove_firmware(path: FirmwarePath) -> tuple[str, int]:
    """Downloads of it end; the updates stay listed."""
    services.firmware.remove(path.firmware_id)
    return "", 204


_IMAGE = (
    "firmware_id name version vendor model file_name size sha256 signature signing_certificate uploaded_by uploaded_at"
)


def firmware_json(image: FirmwareImage) -> dict[str, Any]:
    return shown(image, _IMAGE)
