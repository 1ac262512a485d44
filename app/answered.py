"""What a row of the table of commands learns from."""

from dataclasses import dataclass
from datetime import datetime

from ocpp_server.central_system import Payload


@dataclass(frozen=True, slots=True)
class Answered:
    """A command and its answer, both as they may be written down."""

    charge_point_id: str
    action: str
    request: Payload
    response: Payload
    at: datetime
