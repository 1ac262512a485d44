"""Where a command may send a charge point for a file, or with one: a check of the commands that carry a location."""

from typing import Any

from app.config import Settings
from app.domain.file_hosts import location_fault
from app.domain.files import without_token
from app.errors import BadInput
from ocpp_server.central_system import Payload

# Where in a payload it stands: UpdateFirmware and GetDiagnostics, SignedUpdateFirmware, GetLog.
_PATHS = (("location",), ("firmware", "location"), ("log", "remoteLocation"))


def check_location(payload: Payload, settings: Settings) -> None:
    """Raise BadInput unless every location is a link to this server's files or is on a host of FILE_HOSTS.

    A URL that a charge point hands to its shell runs there, so not even an admin may send any that comes to mind.
    """

    for path in _PATHS:
        location = _at(payload, path)
        fault = location_fault(location, settings.file_hosts, f"{settings.http_url}/files/") if location else None
        if fault is not None:
            raise BadInput(".".join(path), fault)


def masked_location(payload: Payload) -> Payload:
    """Return a request as it may be written down: what its URL opens, it shall open for the charge point alone."""
    for path in _PATHS:
        if location := _at(payload, path):
            payload = _with(payload, path, _masked(location))
    return payload


def _masked(location: str) -> str:
    address, question_mark, _query = without_token(location).partition("?")
    return f"{address}{question_mark}{'***' if question_mark else ''}"


def _at(payload: Payload, path: tuple[str, ...]) -> str | None:
    """Return the text at a path, if there is one."""
    value: Any = payload
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _with(payload: Payload, path: tuple[str, ...], text: str) -> Payload:
    name, *rest = path
    return {**payload, name: _with(payload[name], tuple(rest), text) if rest else text}
