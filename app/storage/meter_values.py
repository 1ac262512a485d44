"""Meter values, every sample as it came and as it reads."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from pymongo.errors import BulkWriteError

from app.domain.meter_values import Reading
from app.domain.sessions import Session
from app.domain.times import CLOCK_SLACK
from app.storage.collection import Collection, Document

_DUPLICATE_KEY = 11000
_LATE = timedelta(days=1)
_READINGS = ("energy_wh", "power_w", "current_a", "voltage_v", "soc")
_SAMPLE_FIELDS = frozenset({"value", "context", "format", "measurand", "phase", "location", "unit"})


@dataclass(frozen=True, slots=True)
class MeterValue:
    """One MeterValue element of one connector; `sampled` is OCPP's sampledValue list, kept as JSON text."""

    meter_value_id: str
    charge_point_id: str
    connector_id: int
    at: datetime
    received_at: datetime
    transaction_id: int | None = None
    energy_wh: float | None = None
    power_w: float | None = None
    current_a: float | None = None
    voltage_v: float | None = None
    soc: float | None = None
    sampled: list[dict[str, str]] | None = None


def _json_text(samples: list[dict[str, Any]]) -> bytes:
    try:
        return orjson.dumps(samples, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:  # a number too large, half a character: it is kept as text, as far as it goes
        spelled = [
            {
                name: str(value).encode("utf-8", "replace").decode()
                for name, value in sample.items()
                if value is not None
            }
            for sample in samples
        ]
        return orjson.dumps(spelled, option=orjson.OPT_SORT_KEYS)


def _samples(text: str) -> list[dict[str, str]]:
    """Return the samples of a record: OCPP's fields, every value as text."""
    return [
        {name: str(value)[:2000] for name, value in sample.items() if value is not None and name in _SAMPLE_FIELDS}
        for sample in orjson.loads(text)
    ]


def to_record(
    charge_point_id: str,
    connector_id: int,
    transaction_id: int | None,
    reading: Reading,
    received_at: datetime,
) -> Document:
    """Return a reading as it is kept. Its id follows from its content, so a message sent again is kept once."""
    sampled = _json_text(reading.raw)
    digest = hashlib.blake2b(b"%d %b" % (transaction_id or 0, sampled), digest_size=9).hexdigest()
    record: Document = {
        "_id": f"{_prefix(charge_point_id, connector_id)}{_moment(reading.at)}/{digest}",
        "charge_point_id": charge_point_id,
        "connector_id": connector_id,
        "at": reading.at,
        "received_at": received_at,
        "sampled": sampled.decode(),
    }
    if transaction_id is not None:
        record["transaction_id"] = transaction_id
    for name in _READINGS:
        if (value := getattr(reading, name)) is not None:
            record[name] = value
    return record


class MeterValues(Collection[MeterValue]):
    """The id begins with charge point, connector and time, so it is also the index that a series is read by."""

    name = "meter_values"
    key = "meter_value_id"
    kind = MeterValue
    readers = {"sampled": _samples}

    def insert_batch(self, records: Sequence[Document]) -> None:
        """Insert many in one durable round trip; those that are there already stay as they are."""
        try:
            self.documents.insert_many(records, ordered=False)
        except BulkWriteError as error:
            refused = [e for e in error.details["writeErrors"] if e["code"] != _DUPLICATE_KEY]
            if refused or error.details["writeConcernErrors"]:
                raise

    def of_session(self, session: Session, now: datetime) -> Document:
        """Return the filter for a session's series by the charger's time: its transaction's values, and those of
        nobody between."""
        begin = session.started_at
        if begin is None:
            return {"_id": {"$exists": False}}
        end = session.stopped_at or now
        prefix = _prefix(session.charge_point_id, session.connector_id)
        return {
            "_id": {
                "$gte": prefix + _moment(begin - CLOCK_SLACK),
                "$lt": prefix + _moment(end + _LATE),
            },
            "$or": [
                {"transaction_id": session.transaction_id},
                {"transaction_id": {"$exists": False}, "at": {"$gte": begin, "$lte": end}},
            ],
        }


def _prefix(charge_point_id: str, connector_id: int) -> str:
    return f"{charge_point_id}/{connector_id}/"


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")[:23]
