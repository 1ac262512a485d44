"""What can be sent to a charge point from a page: a form for each command and for each vendor's message."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.command_payloads import require_valid_data
from app.command_table import COMMANDS, Command
from app.domain.capabilities import PROFILES
from app.domain.roles import Role
from app.errors import NotFound
from app.vendor_messages import VENDOR_MESSAGES, VendorMessage
from ocpp_server.schema_variants import Schema
from ocpp_server.schemas import request_schema

SECURITY = "Security"
VENDORS = "Vendors"


@dataclass(frozen=True, slots=True)
class Offer:
    """One form: `to_request` makes what is sent, action and payload, of what was filled in."""

    name: str
    role: Role
    summary: str
    group: str
    action: str
    schema: Schema
    to_request: Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]


def offers() -> list[Offer]:
    """Return all there are, those of one group together."""
    groups = [*dict.fromkeys(PROFILES.values()), SECURITY]
    own = sorted(map(_of_command, COMMANDS.values()), key=lambda offer: groups.index(offer.group))
    return [*own, *map(_of_message, VENDOR_MESSAGES.values())]


def offer_of(role: Role, name: str) -> Offer:
    """Return one by the name of its row; raises NotFound, also when it is for a higher role."""
    for offer in offers():
        if offer.name == name and role.at_least(offer.role):
            return offer
    raise NotFound(f"there is no command {name}")


def _of_command(row: Command) -> Offer:
    group = PROFILES.get(row.action, SECURITY)
    schema = request_schema(row.action)
    return Offer(row.action, row.role, row.summary, group, row.action, schema, lambda payload: (row.action, payload))


def _of_message(message: VendorMessage) -> Offer:
    def to_request(data: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        require_valid_data(message, data)
        return message.data_transfer(data)

    return Offer(message.name, message.role, message.summary, VENDORS, "DataTransfer", message.form, to_request)
