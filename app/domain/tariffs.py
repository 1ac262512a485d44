"""Tariffs: what charging costs, as whole minor units of a currency."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from app.domain.currencies import written


@dataclass(frozen=True, slots=True)
class Tariff:
    """Prices are minor units of `currency`, the rate of VAT hundredths of a per cent (1900 is 19 %).

    Each minute of a session is paid once: as idle, when the vehicle has drawn nothing for longer than the grace time
    in all, else as time. `default` is the one tariff for all charge points that have none of their own.
    """

    tariff_id: str
    name: str
    currency: str
    price_per_kwh: int = 0
    price_per_minute: int = 0
    session_fee: int = 0
    idle_fee_per_minute: int = 0
    idle_grace_minutes: int = 0
    vat_basis_points: int = 0
    vat_included: bool = True
    default: bool = False
    created_by: str | None = None
    created_at: datetime | None = None

    def frozen(self) -> "Tariff":
        """Return what of it a session keeps: the prices, whatever becomes of the tariff later."""
        return replace(self, default=False, created_by=None, created_at=None)


def vat_percent(tariff: Tariff) -> str:
    """Return the rate as people write it: `19`, `8.1`."""
    return f"{(Decimal(tariff.vat_basis_points) / 100).normalize():f}"


def statement(tariff: Tariff) -> str:
    """Return a tariff in one line for people."""
    prices = [
        f"{written(price, tariff.currency)} per {unit}"
        for price, unit in (
            (tariff.price_per_kwh, "kWh"),
            (tariff.price_per_minute, "minute"),
            (tariff.session_fee, "session"),
        )
        if price
    ]
    if tariff.idle_fee_per_minute:
        grace = f" beyond {tariff.idle_grace_minutes} min" if tariff.idle_grace_minutes else ""
        prices.append(f"{written(tariff.idle_fee_per_minute, tariff.currency)} per minute of idle time{grace}")
    if not prices:
        return "free of charge"
    if not tariff.vat_basis_points:
        return ", ".join(prices)
    vat = f"{vat_percent(tariff)} % VAT"
    return f"{', '.join(prices)}, {vat} included" if tariff.vat_included else f"{', '.join(prices)}, plus {vat}"
