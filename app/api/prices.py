"""How prices and costs look from outside."""

from typing import Any

from flask import g

from app.api.context import services
from app.domain.charge_points import ChargePoint
from app.domain.costs import Cost, Line
from app.domain.currencies import written
from app.domain.tariffs import Tariff, statement

_UNITS = {"energy": "kWh", "time": "min", "idle": "min", "session": "session"}
_NAMES = {"energy": "Energy", "time": "Time", "idle": "Idle time", "session": "Session fee"}


def price_json(tariff: Tariff) -> dict[str, Any]:
    return {
        "name": tariff.name,
        "currency": tariff.currency,
        "price_per_kwh": tariff.price_per_kwh,
        "price_per_minute": tariff.price_per_minute,
        "session_fee": tariff.session_fee,
        "idle_fee_per_minute": tariff.idle_fee_per_minute,
        "idle_grace_minutes": tariff.idle_grace_minutes,
        "vat_percent": tariff.vat_basis_points / 100,
        "vat_included": tariff.vat_included,
        "text": statement(tariff),
    }


def price_at(charge_point: ChargePoint) -> dict[str, Any] | None:
    """Return what a session that begins there now is paid by; a list of charge points asks once for each tariff."""
    known: dict[str | None, Tariff | None] = g.setdefault("tariffs", {})
    if charge_point.tariff_id not in known:
        known[charge_point.tariff_id] = services.tariffs.for_charge_point(charge_point)
    tariff = known[charge_point.tariff_id]
    return price_json(tariff) if tariff else None


def cost_json(cost: Cost | None) -> dict[str, Any] | None:
    if cost is None:
        return None
    tariff = cost.tariff
    return {
        "amount": cost.total,
        "currency": tariff.currency,
        "text": written(cost.total, tariff.currency),
        "net": cost.net,
        "vat": cost.vat,
        "vat_percent": tariff.vat_basis_points / 100,
        "vat_included": tariff.vat_included,
        "lines": [_line_json(line, tariff.currency) for line in cost.lines],
        "provisional": cost.provisional,
        "estimated": cost.estimated,
    }


def _line_json(line: Line, currency: str) -> dict[str, Any]:
    return {
        "kind": line.kind,
        "quantity": line.quantity,
        "unit": line.unit,
        "price": line.price,
        "amount": line.amount,
        "text": line_text(line, currency),
    }


def line_text(line: Line, currency: str) -> str:
    """Return a line in words: what, how much of it, at which price."""
    price = f"{written(line.price, currency)} per {_UNITS[line.kind]}"
    match line.unit:
        case "Wh":
            return f"{_NAMES[line.kind]}: {kwh(line.quantity)} at {price}"
        case "s":
            return f"{_NAMES[line.kind]}: {line.quantity // 60}:{line.quantity % 60:02} min at {price}"
    return _NAMES[line.kind]


def kwh(watt_hours: int) -> str:
    return f"{watt_hours // 1000}.{watt_hours % 1000:03} kWh"
