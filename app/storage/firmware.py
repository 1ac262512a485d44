"""Firmware images, and the updates of charge points with them."""

from dataclasses import dataclass
from datetime import datetime

from app.storage.audit import Audited
from app.storage.collection import Order
from app.storage.file_requests import FileRequest, FileRequests


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareImage:
    """An image; without a vendor or model it is for any. `signature` and `signing_certificate` are the maker's."""

    firmware_id: str
    name: str
    version: str
    file_id: str
    file_name: str
    size: int
    sha256: str
    uploaded_by: str
    uploaded_at: datetime
    vendor: str | None = None
    model: str | None = None
    signature: str | None = None
    signing_certificate: str | None = None


class FirmwareImages(Audited[FirmwareImage]):
    called = "firmware"
    name = "firmware"
    key = "firmware_id"
    kind = FirmwareImage
    order = Order("uploaded_at", -1)
    indexes = (order.index(),)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareUpdate(FileRequest):
    """An update under way or over; `bytes_sent` is how far into the image the charge point has read.

    `signed` tells whether it was ordered by SignedUpdateFirmware, `campaign_id` which campaign it is part of.
    """

    firmware_id: str
    version: str
    retrieve_date: datetime
    size: int
    signed: bool = False
    install_date: datetime | None = None
    campaign_id: str | None = None
    bytes_sent: int = 0


class FirmwareUpdates(FileRequests[FirmwareUpdate]):
    name = "firmware_updates"
    kind = FirmwareUpdate
    told_as = "firmware_update_id"

    def sent(self, request_id: str, bytes_sent: int) -> None:
        """Note how far a charge point has read."""
        self.documents.update_one({"_id": {"$eq": request_id}}, {"$max": {"bytes_sent": bytes_sent}})
