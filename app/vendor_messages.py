"""THE TABLE of vendors' messages: DataTransfers whose data have a form of their own, checked before they are sent."""

from dataclasses import dataclass

import orjson
from ocpp.v16.enums import Action

from app.domain.roles import Role
from app.vendor_forms import FINAL_COST, RUNNING_COST, SET_USER_PRICE
from ocpp_server.central_system import Payload
from ocpp_server.schema_variants import Schema


@dataclass(frozen=True, slots=True)
class VendorMessage:
    """One message a Central System may send within DataTransfer (OCPP 1.6 §4.3).

    From this row follow its route, role gate, documentation and the check of its data: `form` is a JSON schema of an
    object, which is sent as JSON text in the field `data`.
    """

    name: str
    vendor_id: str
    message_id: str
    role: Role
    summary: str
    form: Schema

    def data_transfer(self, data: Payload) -> tuple[str, Payload]:
        """Return the action and the payload that carry the message."""
        text = orjson.dumps(data).decode()
        return Action.data_transfer, {"vendorId": self.vendor_id, "messageId": self.message_id, "data": text}


# The Open Charge Alliance's application note "OCPP & California Pricing Requirements": prices and costs on a display.
_COST_MESSAGES = "org.openchargealliance.costmsg"

VENDOR_MESSAGES = {
    row.name: row
    for row in (
        VendorMessage(
            "SetUserPrice",
            _COST_MESSAGES,
            "SetUserPrice",
            Role.STAFF,
            "Show a driver's own price on the charge point's display",
            SET_USER_PRICE,
        ),
        VendorMessage(
            "RunningCost",
            _COST_MESSAGES,
            "RunningCost",
            Role.STAFF,
            "Show what a transaction has cost so far",
            RUNNING_COST,
        ),
        VendorMessage(
            "FinalCost",
            _COST_MESSAGES,
            "FinalCost",
            Role.STAFF,
            "Show what a transaction has cost in the end",
            FINAL_COST,
        ),
    )
}
