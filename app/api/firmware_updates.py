"""Updates of charge points with firmware images, and how far each has come."""

from typing import Any

from flask_openapi3 import Tag
from pydantic import Field

from app.api.answer import page_of
from app.api.answers_files import FirmwareUpdateAnswer
from app.api.context import current_user, services
from app.api.file_requests import Retries, RetryInterval, retries, shown_request
from app.api.models import Body, ChargePointPath, Key, Moment, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.domain.roles import Role
from app.firmware.orders import Terms
from app.storage.collection import equal
from app.storage.firmware import FirmwareUpdate

api = Routes("firmware_updates", __name__, url_prefix="/api", abp_tags=[Tag(name="Firmware")])


class Ordered(Body):
    """How an image is to be sent."""

    firmware_id: Key
    retries: Retries | None = None
    retry_interval: RetryInterval | None = None
    signed: bool | None = Field(
        None,
        strict=True,
        description="True: by SignedUpdateFirmware. False: by UpdateFirmware. Left out: signed if the image is, plain "
        "where the charge point does not know the other.",
    )
    force: bool = Field(False, strict=True, description="Send it to another vendor's or model's charge point.")
    allow_downgrade: bool = Field(False, strict=True, description="Send an older version than it has.")

    def given_terms(self) -> dict[str, Any]:
        same = {name: getattr(self, name) for name in ("firmware_id", "signed", "force", "allow_downgrade")}
        return {**same, "retries": retries(self.retries, self.retry_interval)}


class NewUpdate(Ordered):
    retrieve_date: Moment | None = Field(None, description="Not before; at once when left out.")
    install_date: Moment | None = Field(None, description="Not before; of a signed update.")


class UpdateQuery(PageQuery):
    charge_point_id: Key | None = None
    firmware_id: Key | None = None
    campaign_id: Key | None = None
    status: Key | None = None


@api.post(
    "/charge_points/<charge_point_id>/firmware_updates",
    summary="Update a charge point's firmware",
    responses={201: FirmwareUpdateAnswer},
)
@requires(Role.ADMIN)
def update_firmware(path: ChargePointPath, body: NewUpdate) -> tuple[dict[str, Any], int]:
    """The charge point gets a link of its own, good for this update alone. Follow `status` in the list of updates.
    `status` Failed: it refused, `reason` and `hint` say why."""
    terms = Terms(**body.given_terms(), retrieve_date=body.retrieve_date, install_date=body.install_date)
    charge_point = services.fleet.get(path.charge_point_id)
    return update_json(services.firmware_updates.order(charge_point, terms, requested_by=current_user().username)), 201


@api.get(
    "/firmware_updates",
    summary="Firmware updates, newest first",
    responses={200: page_of(FirmwareUpdateAnswer)},
)
@requires(Role.ADMIN)
def list_updates(query: UpdateQuery) -> dict[str, Any]:
    """`status`: Requested, Accepted or Failed; then what the charge point tells: Downloading, Downloaded, Installing,
    Installed, DownloadFailed, InstallationFailed; of a signed one also DownloadScheduled, DownloadPaused,
    SignatureVerified, InvalidSignature, InstallScheduled, InstallRebooting, InstallVerificationFailed. Canceled: given
    up for a newer one. `bytes_sent` of `size` is how far it has read."""
    names = ("charge_point_id", "firmware_id", "campaign_id", "status")
    where = equal([(name, getattr(query, name)) for name in names])
    return page(services.storage.firmware_updates, where, query, update_json)


_UPDATE = "firmware_id version signed campaign_id bytes_sent size retrieve_date install_date"


def update_json(update: FirmwareUpdate) -> dict[str, Any]:
    return {"firmware_update_id": update.request_id, **shown_request(update, _UPDATE)}
