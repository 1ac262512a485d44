"""What the data of vendors' messages look like, as JSON schemas."""

from typing import Any

from ocpp_server.schema_variants import Schema

_MOMENT: Schema = {"type": "string", "format": "date-time"}
_MONEY: Schema = {"type": "number", "minimum": 0, "maximum": 1e9}
_WORDS: Schema = {"type": "string", "minLength": 1, "maxLength": 512}
_TRANSACTION: Schema = {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1}


def _object(required: tuple[str, ...] = (), **properties: Any) -> Schema:
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return made | ({"required": list(required)} if required else {})


_TRANSLATIONS: Schema = {
    "type": "array",
    "maxItems": 20,
    "items": _object(
        ("format", "content"),
        format={"type": "string", "enum": ["ASCII", "HTML", "URI", "UTF8"]},
        language={"type": "string", "minLength": 2, "maxLength": 8},
        content=_WORDS,
    ),
}
_CHARGING_PRICE: Schema = _object(kWhPrice=_MONEY, hourPrice=_MONEY, flatFee=_MONEY)
_IDLE_PRICE: Schema = _object(graceMinutes={"type": "integer", "minimum": 0, "maximum": 100_000}, hourPrice=_MONEY)

SET_USER_PRICE = _object(
    ("idToken", "priceText"),
    idToken={"type": "string", "minLength": 1, "maxLength": 20},
    priceText=_WORDS,
    priceTextExtra=_TRANSLATIONS,
)
RUNNING_COST = _object(
    ("transactionId", "timestamp", "meterValue", "cost", "state"),
    transactionId=_TRANSACTION,
    timestamp=_MOMENT,
    meterValue={"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    cost=_MONEY,
    state={"type": "string", "enum": ["Charging", "Idle"]},
    chargingPrice=_CHARGING_PRICE,
    idlePrice=_IDLE_PRICE,
    nextPeriod=_object(("atTime",), atTime=_MOMENT, chargingPrice=_CHARGING_PRICE, idlePrice=_IDLE_PRICE),
    triggerMeterValue=_object(
        atTime=_MOMENT,
        atEnergykWh={"type": "number", "minimum": 0, "maximum": 1e6},
        atPowerkW={"type": "number", "minimum": 0, "maximum": 1e6},
    ),
)
FINAL_COST = _object(
    ("transactionId", "cost", "priceText"),
    transactionId=_TRANSACTION,
    cost=_MONEY,
    priceText=_WORDS,
    priceTextExtra=_TRANSLATIONS,
    qrCodeText=_WORDS,
)
