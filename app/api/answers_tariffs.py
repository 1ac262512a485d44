"""What prices and costs look like; every amount is a whole number of the currency's smallest unit."""

from typing import Literal

from pydantic import Field

from app.api.answer import Answer, Time


class PriceAnswer(Answer):
    """Prices in minor units of `currency` (ISO 4217); `text` says them in words. Each minute is paid once: as idle,
    when the vehicle has drawn nothing for longer than the grace time in all, else as time."""

    name: str
    currency: str
    price_per_kwh: int
    price_per_minute: int
    session_fee: int
    idle_fee_per_minute: int
    idle_grace_minutes: int
    vat_percent: float
    vat_included: bool
    text: str


class TariffAnswer(PriceAnswer):
    tariff_id: str
    default: bool = Field(description="It is that of all charge points that have none of their own.")
    created_by: str | None = None
    created_at: Time | None = None


class LineAnswer(Answer):
    """`quantity` in `unit`; `price` per kWh, per minute or per session."""

    kind: Literal["energy", "time", "idle", "session"]
    quantity: int
    unit: Literal["Wh", "s", "session"]
    price: int
    amount: int
    text: str


class CostAnswer(Answer):
    """`amount` is what is to be paid: `net` + `vat`. The lines add up to it where VAT is included, else to `net`."""

    amount: int
    currency: str
    text: str
    net: int
    vat: int
    vat_percent: float
    vat_included: bool
    lines: list[LineAnswer]
    provisional: bool = Field(
        description="It may still change: the session runs, or the charge point has not told its end."
    )
    estimated: bool = Field(description="The energy was not read off the meter at the end, or not at all yet.")
