"""What the Central System orders when it orders new firmware."""

import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote, urlsplit

from ocpp_server.simulator.attempts import Attempts
from ocpp_server.simulator.web import Fetched

# What OCPP gives a firmwareVersion room for, and what looks like one in the name of a file.
ROOM = 50
VERSION = re.compile(r"\d+(?:\.\d+)+(?:-[0-9A-Za-z]+)?")


@dataclass(frozen=True, slots=True)
class Signature:
    """The maker's signature (Base64) and the certificate it was made under (PEM)."""

    text: str
    certificate: str


@dataclass(frozen=True, slots=True)
class FirmwareOrder:
    """UpdateFirmware, or with `request_id` and `signature` SignedUpdateFirmware."""

    location: str
    retrieve_at: datetime
    attempts: Attempts
    request_id: int | None = None
    install_at: datetime | None = None
    signature: Signature | None = None

    @property
    def file_name(self) -> str:
        """The last part of the address, which unlike the rest of it may be shown."""
        path = unquote(urlsplit(self.location).path)
        return "".join(c for c in path.rstrip("/").rpartition("/")[2] if c.isprintable())[:ROOM] or "firmware"


def version_of(order: FirmwareOrder, file: Fetched) -> str:
    """Return the version the file's name tells; where it tells none, the name and what tells one file from another."""
    if told := VERSION.search(order.file_name):
        return told[0][:ROOM]
    stem = order.file_name.rpartition(".")[0] or order.file_name
    return f"{stem[: ROOM - 9]}-{file.sha256.hex()[:8]}"
