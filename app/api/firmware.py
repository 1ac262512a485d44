"""Firmware: images that admins upload, and updates of charge points with them."""

from typing import Annotated, Any

from flask import abort
from flask_openapi3 import APIBlueprint, Tag
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints, ValidationError

from app.api.answers import FirmwareAnswer, FirmwareUpdateAnswer, page_of
from app.api.context import current_user, services
from app.api.models import Body, ChargePointPath, Key, Moment, PageQuery, Printable, Text, shaped
from app.api.paging import page
from app.api.policy import requires
from app.api.problems import on_invalid_input
from app.api.uploads import FileBody, Upload, end_silence, takes_file
from app.domain.roles import Role
from app.storage.collection import equal
from app.storage.firmware import FirmwareImage, FirmwareUpdate

api = APIBlueprint("firmware", __name__, url_prefix="/api", abp_tags=[Tag(name="Firmware")])

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), Printable]
Sha256 = Annotated[str, AfterValidator(shaped("[0-9A-Fa-f]{64}", "must be 64 hexadecimal digits"))]
Retries = Annotated[StrictInt, Field(ge=0, le=100)]
RetryInterval = Annotated[StrictInt, Field(ge=0, le=86_400, description="Seconds.")]


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


class NewUpdate(Body):
    firmware_id: Key
    retrieve_date: Moment | None = Field(None, description="Not before; at once when left out.")
    retries: Retries | None = None
    retry_interval: RetryInterval | None = None
    force: bool = Field(False, strict=True, description="Send it to another vendor's or model's charge point.")
    allow_downgrade: bool = Field(False, strict=True, description="Send an older version than it has.")


class UpdateQuery(PageQuery):
    charge_point_id: Key | None = None
    firmware_id: Key | None = None
    status: Key | None = None


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


@api.post(
    "/charge_points/<charge_point_id>/firmware_updates",
    summary="Update a charge point's firmware",
    responses={201: FirmwareUpdateAnswer},
)
@requires(Role.ADMIN)
def update_firmware(path: ChargePointPath, body: NewUpdate) -> tuple[dict[str, Any], int]:
    """The charge point gets a link of its own, good for this update alone. Follow `status` in the list of updates."""
    update = services.firmware.update(
        services.fleet.get(path.charge_point_id),
        body.firmware_id,
        retrieve_date=body.retrieve_date,
        retries=retries(body.retries, body.retry_interval),
        force=body.force,
        allow_downgrade=body.allow_downgrade,
        requested_by=current_user().username,
    )
    return update_json(update), 201


@api.get(
    "/firmware_updates",
    summary="Firmware updates, newest first",
    responses={200: page_of(FirmwareUpdateAnswer)},
)
@requires(Role.ADMIN)
def list_updates(query: UpdateQuery) -> dict[str, Any]:
    """`status`: Requested, Accepted or Failed; then what the charge point tells: Downloading, Downloaded, Installing,
    Installed, DownloadFailed, InstallationFailed. `bytes_sent` of `size` is how far it has read."""
    names = ("charge_point_id", "firmware_id", "status")
    where = equal([(name, getattr(query, name)) for name in names])
    return page(services.storage.firmware_updates, where, query, update_json)


def retries(times: int | None, interval: int | None) -> dict[str, int]:
    """Return the fields under OCPP's names, those that are given."""
    return {k: v for k, v in (("retries", times), ("retryInterval", interval)) if v is not None}


_IMAGE = (
    "firmware_id name version vendor model file_name size sha256 signature signing_certificate uploaded_by uploaded_at"
)
_UPDATE = (
    "charge_point_id firmware_id version status status_at reason command_id bytes_sent size requested_by requested_at "
    "retrieve_date expires_at history"
)


def firmware_json(image: FirmwareImage) -> dict[str, Any]:
    return shown(image, _IMAGE)


def update_json(update: FirmwareUpdate) -> dict[str, Any]:
    return {"firmware_update_id": update.request_id, **shown(update, _UPDATE)}


def shown(record: object, names: str) -> dict[str, Any]:
    """Return a record's fields that are known."""
    return {name: value for name in names.split() if (value := getattr(record, name)) is not None}
