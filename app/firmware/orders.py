"""How an update is ordered: the terms an admin gives, and the two commands that carry it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ocpp.v16.enums import Action

from app.domain.times import iso
from app.files.orders import Order
from app.storage.firmware import FirmwareImage, FirmwareUpdate


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`retries` are OCPP's own fields. `signed` None: signed if the image is, plain where the charge point knows no
    other."""

    firmware_id: str
    retrieve_date: datetime | None = None
    install_date: datetime | None = None
    retries: Mapping[str, int] = field(default_factory=dict)
    signed: bool | None = None
    force: bool = False
    allow_downgrade: bool = False


def plain_order(url: str, update: FirmwareUpdate, terms: Terms) -> Order:
    """Return UpdateFirmware (OCPP 1.6 §5.19)."""
    return Action.update_firmware, {"location": url, "retrieveDate": iso(update.retrieve_date), **terms.retries}


def signed_order(url: str, update: FirmwareUpdate, image: FirmwareImage, terms: Terms) -> Order:
    """Return SignedUpdateFirmware (security whitepaper §5.21), with the signing certificate (L01.FR.11)."""
    firmware: dict[str, Any] = {
        "location": url,
        "retrieveDateTime": iso(update.retrieve_date),
        "signingCertificate": image.signing_certificate,
        "signature": image.signature,
    }
    if update.install_date is not None:
        firmware["installDateTime"] = iso(update.install_date)
    return Action.signed_update_firmware, {"requestId": update.ocpp_request_id, "firmware": firmware, **terms.retries}
