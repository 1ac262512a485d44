"""One transaction as the charge point keeps it, and the requests that tell of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ocpp.v16 import call, call_result
from ocpp.v16.datatypes import MeterValue
from ocpp.v16.enums import Reason

from ocpp_server.simulator.meter import timestamp

# What to put where the Central System never gave the transaction a number (errata to OCPP 1.6, §3.18).
NO_ID = -1


@dataclass(slots=True)
class Transaction:
    """A transaction; `transaction_id` is None until the Central System has answered StartTransaction."""

    connector_id: int
    id_tag: str
    started_at: datetime
    meter_start: int
    transaction_id: int | None = None
    id_tag_status: str | None = None
    reservation_id: int | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """How a transaction ended; `id_tag` only where a tag was shown to end it."""

    at: datetime
    meter_stop: int
    reason: Reason
    id_tag: str | None
    data: tuple[MeterValue, ...] = ()


def id_tag_status(answer: call_result.Authorize | call_result.StartTransaction) -> str:
    """Return the verdict on the idTag."""
    # The library leaves nested objects of an answer as dicts, whatever its types say.
    info: Any = answer.id_tag_info
    return str(info["status"])


def parent_id_tag(answer: call_result.Authorize) -> str | None:
    """Return the tag's parent, if it is told."""
    info: Any = answer.id_tag_info
    parent = info.get("parent_id_tag") or info.get("parentIdTag")
    return str(parent) if parent else None


def start_request(transaction: Transaction) -> call.StartTransaction:
    """Return the request; the same at every retry, for it depends only on what never changes."""
    return call.StartTransaction(
        connector_id=transaction.connector_id,
        id_tag=transaction.id_tag,
        meter_start=transaction.meter_start,
        timestamp=timestamp(transaction.started_at),
        reservation_id=transaction.reservation_id,
    )


def stop_request(transaction: Transaction, ending: Ending) -> call.StopTransaction:
    """Return the request; built when sent, for only then is the transaction's number known."""
    return call.StopTransaction(
        transaction_id=NO_ID if transaction.transaction_id is None else transaction.transaction_id,
        meter_stop=ending.meter_stop,
        timestamp=timestamp(ending.at),
        reason=ending.reason,
        id_tag=ending.id_tag,
        transaction_data=list(ending.data) or None,
    )


def meter_values_request(connector_id: int, value: MeterValue, transaction: Transaction | None) -> call.MeterValues:
    """Return the request; built when sent, for only then is the transaction's number known."""
    return call.MeterValues(
        connector_id=connector_id,
        meter_value=[value],
        transaction_id=transaction.transaction_id if transaction else None,
    )
