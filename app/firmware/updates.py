"""Updates: a charge point is told to fetch an image, signed where it can be, and fetches it."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from ocpp.v16.enums import Action

from app.command_outcomes import Outcome
from app.commands import Commands
from app.config import Settings
from app.configuration.capabilities import KnownCapabilities
from app.domain.capabilities import Supported
from app.domain.charge_points import ChargePoint
from app.domain.file_progress import ACCEPTED
from app.domain.files import token_digest
from app.domain.firmware import misfit, older
from app.errors import BadInput, Conflict, NotFound
from app.files.orders import Links, give_order, require_not_rejected
from app.firmware.images import Firmware
from app.firmware.orders import Terms, plain_order, signed_order
from app.storage.database import Storage
from app.storage.files import FileGone, Reader
from app.storage.firmware import FirmwareImage, FirmwareUpdate


class FirmwareUpdates:
    """The use cases."""

    def __init__(
        self,
        storage: Storage,
        firmware: Firmware,
        commands: Commands,
        capabilities: KnownCapabilities,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._storage = storage
        self._firmware = firmware
        self._commands = commands
        self._capabilities = capabilities
        self._now = now
        self._links = Links(settings)

    def order(
        self,
        charge_point: ChargePoint,
        terms: Terms,
        *,
        requested_by: str,
        update_id: str | None = None,
        campaign_id: str | None = None,
    ) -> FirmwareUpdate:
        """Tell a charge point to fetch an image by a link of its own; the update returned tells how it was taken.

        Raises NotFound; BadInput; Conflict when the image does not fit, is older, or is not sound; CommandFailed.
        """
        image = self._firmware.get(terms.firmware_id)
        require_not_rejected(charge_point)
        signed = self._signed(image, charge_point, terms)
        _require_fitting(image, charge_point, terms)
        self._firmware.require_sound(image)
        now = self._now()
        begins = max(now, terms.retrieve_date or now)
        link = self._links.new("firmware", image.file_name, begins)
        update = FirmwareUpdate(
            request_id=update_id or uuid4().hex,
            charge_point_id=charge_point.charge_point_id,
            requested_by=requested_by,
            requested_at=now,
            token_digest=link.digest,
            expires_at=link.expires_at,
            ocpp_request_id=self._storage.counters.next_request_id() if signed else None,
            firmware_id=image.firmware_id,
            version=image.version,
            retrieve_date=begins,
            install_date=terms.install_date,
            size=image.size,
            signed=signed,
            campaign_id=campaign_id,
        )
        plain = plain_order(link.url, update, terms)
        if signed:
            otherwise = plain if terms.signed is None and terms.install_date is None else None
            orders = (signed_order(link.url, update, image, terms), otherwise)
        else:
            orders = (plain, None)
        self._answered(update, give_order(self._commands, self._storage.firmware_updates, update, *orders))
        return self._storage.firmware_updates.get(update.request_id) or update

    def _signed(self, image: FirmwareImage, charge_point: ChargePoint, terms: Terms) -> bool:
        """Return whether the update is to be a signed one; raises Conflict, BadInput when it cannot be."""
        has_signature = image.signature is not None and image.signing_certificate is not None
        if terms.signed and not has_signature:
            raise Conflict("firmware_not_signed", "the firmware was uploaded without a signature and its certificate")
        signed = has_signature if terms.signed is None else terms.signed
        if terms.install_date is not None and not signed:
            raise BadInput("install_date", "only a signed update has one")
        if not signed or terms.signed or terms.install_date is not None:
            return signed
        (verdict,) = self._capabilities.judge(charge_point, Action.signed_update_firmware)
        return verdict.supported is not Supported.NO

    def _answered(self, update: FirmwareUpdate, outcome: Outcome) -> None:
        """Keep that a plain update was taken, all that its answer says; a signed one's is learnt with the command."""
        if outcome.action != Action.update_firmware:
            return
        self._storage.firmware_updates.settle(update.request_id, {"status": ACCEPTED})
        if update.signed:
            self._storage.firmware_updates.update(update.request_id, {"signed": False, "ocpp_request_id": None})

    def fetch(self, token: str) -> tuple[FirmwareUpdate, FirmwareImage, Reader]:
        """Return what a one-time link leads to; raises NotFound for any that does not or no longer does."""
        update = self._storage.firmware_updates.by_token(token_digest(token), self._now())
        image = self._storage.firmware.get(update.firmware_id) if update else None
        if update is None or image is None:
            raise NotFound("there is no such file")
        try:
            return update, image, self._storage.files.open(image.file_id)
        except FileGone:
            raise NotFound("there is no such file") from None

    def sent(self, update: FirmwareUpdate, bytes_sent: int) -> None:
        """Note how far into the image a charge point has read."""
        self._storage.firmware_updates.sent(update.request_id, bytes_sent)


def _require_fitting(image: FirmwareImage, charge_point: ChargePoint, terms: Terms) -> None:
    wrong = misfit(image.vendor, image.model, charge_point)
    if wrong is not None and not terms.force:
        raise Conflict("firmware_does_not_fit", f"{wrong}; `force` sends it all the same")
    installed = charge_point.firmware_version
    if installed is not None and older(image.version, installed) and not terms.allow_downgrade:
        raise Conflict(
            "firmware_is_older",
            f"the charge point has version {installed}, and {image.version} is older; `allow_downgrade` permits it",
        )
