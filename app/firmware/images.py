"""Firmware images that admins bring: checked, kept, handed to charge points."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from cryptography.x509 import Certificate

from app.config import Settings
from app.domain.files import safe_name
from app.domain.phrases import Phrase
from app.errors import BadInput, Conflict, NotFound
from app.firmware.signatures import check_signature, read_signature
from app.storage.database import Storage
from app.storage.firmware import FirmwareImage

_OTHER_SUM = "is not the file's, which is %(sha256)s: it was damaged on the way"


class Firmware:
    """The use cases; `roots` are the manufacturers whose signatures are taken, any when there are none."""

    def __init__(
        self, storage: Storage, settings: Settings, now: Callable[[], datetime], roots: Sequence[Certificate]
    ) -> None:
        self._storage = storage
        self._settings = settings
        self._now = now
        self._roots = roots

    def add(
        self, pieces: Iterable[bytes], describe: Callable[[], Mapping[str, Any]], uploaded_by: str
    ) -> FirmwareImage:
        """Keep an image; `describe` tells what it is once its bytes are read: a form's fields may follow the file.

        Raises BadInput, also when it is not the image whose `sha256` was told or whose `signature` it is; TooLarge.
        """
        stored = self._storage.files.write(pieces, self._settings.firmware_max_bytes, self._now())
        try:
            facts = describe()
            if stored.size == 0:
                raise BadInput("file", "is empty")
            if (facts.get("sha256") or stored.sha256).casefold() != stored.sha256:
                raise BadInput("sha256", Phrase(_OTHER_SUM, sha256=stored.sha256))
            signature = read_signature(facts.get("signature"), facts.get("signing_certificate"))
            if signature is not None:
                check_signature(signature, stored.sha256, self._roots, self._now())
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
                vendor=facts.get("vendor"),
                model=facts.get("model"),
                signature=signature.text if signature else None,
                signing_certificate=signature.certificates if signature else None,
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

    def require_sound(self, image: FirmwareImage) -> None:
        """Raise Conflict unless the file is still what was uploaded and its signature, if it has one, still good."""
        try:
            signature = read_signature(image.signature, image.signing_certificate)
            if signature is not None:
                check_signature(signature, image.sha256, self._roots, self._now())
        except BadInput as fault:
            raise Conflict(
                "firmware_signature_invalid", f"the firmware is not sent any more: {fault.message}"
            ) from fault
        if not self._storage.files.intact(image.file_id, image.sha256):
            raise Conflict("firmware_damaged", "the stored file is not what was uploaded any more; upload it again")
