"""Where a command may send a charge point for a file, or with one: a check of the commands that carry a `location`."""

from app.config import Settings
from app.domain.file_hosts import location_fault
from app.domain.files import without_token
from app.errors import BadInput
from ocpp_server.central_system import Payload


def check_location(payload: Payload, settings: Settings) -> None:
    """Raise BadInput unless `location` is a link to this server's files or is on a host of FILE_HOSTS.

    A URL that a charge point hands to its shell runs there, so not even an admin may send any that comes to mind.
    """
    location = payload.get("location")
    if isinstance(location, str):
        fault = location_fault(location, settings.file_hosts, f"{settings.http_url}/files/")
        if fault is not None:
            raise BadInput("location", fault)


def masked_location(payload: Payload) -> Payload:
    """Return a request as it may be written down: what its URL opens, it shall open for the charge point alone."""
    location = payload.get("location")
    if not isinstance(location, str):
        return payload
    address, question_mark, _query = without_token(location).partition("?")
    return {**payload, "location": f"{address}{question_mark}{'***' if question_mark else ''}"}
