"""Firmware: images that admins bring, and updates of charge points with them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from ocpp.v16.enums import Action

from app.commands import Commands
from app.config import Settings
from app.domain.charge_points import ChargePoint
from app.domain.file_progress import ACCEPTED
from app.domain.files import safe_name, token_digest
from app.domain.firmware import misfit, older
from app.domain.times import iso
from app.errors import BadInput, Conflict, NotFound
from app.files import Links, give_order
from app.storage.database import Storage
from app.storage.files import FileGone, Reader
from app.storage.firmware import FirmwareImage, FirmwareUpdate

OPTIONAL = ("vendor", "model", "signature", "signing_certificate")


class Firmware:
    """The use cases."""

    def __init__(self, storage: Storage, commands: Commands, settings: Settings, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._commands = commands
        self._settings = settings
        self._now = now
        self._links = Links(settings)

    def add(
        self, pieces: Iterable[bytes], describe: Callable[[], Mapping[str, Any]], uploaded_by: str
    ) -> FirmwareImage:
        """Keep an image; `describe` tells what it is once its bytes are read: a form's fields may follow the file.

        Raises BadInput, also when it is not the image whose `sha256` was told; TooLarge.
        """
        stored = self._storage.files.write(pieces, self._settings.firmware_max_bytes, self._now())
        try:
            facts = describe()
            if stored.size == 0:
                raise BadInput("file", "is empty")
            if (facts.get("sha256") or stored.sha256).casefold() != stored.sha256:
                raise BadInput("sha256", f"is not the file's, which is {stored.sha256}: it was damaged on the way")
            image = FirmwareImage(
                firmware_id=uuid4().hex,
                name=facts["name"],
                version=facts["version"],
                file_id=stored.file_id,
                file_name=safe_name(facts.get("file_name"), "firmware.bin"),
                size=stored.size,
                sha256=stored.sha256,
                uploaded_by=uploaded_by,
                uploaded_at=self._now(),
                **{field: facts.get(field) for field in OPTIONAL},
            )
            self._storage.firmware.insert(image)
        except BaseException:
            self._storage.files.delete(stored.file_id)
            raise
        self._storage.files.keep(stored.file_id)
        return image

    def get(self, firmware_id: str) -> FirmwareImage:
        image = self._storage.firmware.get(firmware_id)
        if image is None:
            raise NotFound("there is no such firmware")
        return image

    def remove(self, firmware_id: str) -> None:
        """Delete an image; downloads of it end."""
        self._storage.files.delete(self.get(firmware_id).file_id)
        self._storage.firmware.delete(firmware_id)

    def update(
        self,
        charge_point: ChargePoint,
        firmware_id: str,
        *,
        retrieve_date: datetime | None,
        retries: Mapping[str, int],
        force: bool,
        allow_downgrade: bool,
        requested_by: str,
    ) -> FirmwareUpdate:
        """Tell a charge point to fetch an image by a link of its own; `retries` is OCPP's `retries`, `retryInterval`.

        Raises NotFound; Conflict when the image does not fit, is older, or is damaged; CommandFailed.
        """
        image = self.get(firmware_id)
        self._require_fitting(image, charge_point, force=force, allow_downgrade=allow_downgrade)
        now = self._now()
        begins = max(now, retrieve_date or now)
        link = self._links.new("firmware", image.file_name, begins)
        update = FirmwareUpdate(
            request_id=uuid4().hex,
            charge_point_id=charge_point.charge_point_id,
            requested_by=requested_by,
            requested_at=now,
            token_digest=link.digest,
            expires_at=link.expires_at,
            firmware_id=image.firmware_id,
            version=image.version,
            retrieve_date=begins,
            size=image.size,
        )
        updates = self._storage.firmware_updates
        order = {"location": link.url, "retrieveDate": iso(begins), **retries}
        give_order(self._commands, updates, update, (Action.update_firmware, order))
        updates.settle(update.request_id, {"status": ACCEPTED})
        return updates.get(update.request_id) or update

    def _require_fitting(
        self, image: FirmwareImage, charge_point: ChargePoint, *, force: bool, allow_downgrade: bool
    ) -> None:
        wrong = misfit(image.vendor, image.model, charge_point)
        if wrong is not None and not force:
            raise Conflict("firmware_does_not_fit", f"{wrong}; `force` sends it all the same")
        installed = charge_point.firmware_version
        if installed is not None and older(image.version, installed) and not allow_downgrade:
            raise Conflict(
                "firmware_is_older",
                f"the charge point has version {installed}, and {image.version} is older; `allow_downgrade` permits it",
            )
        if not self._storage.files.intact(image.file_id, image.sha256):
            raise Conflict("firmware_damaged", "the stored file is not what was uploaded any more; upload it again")

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
