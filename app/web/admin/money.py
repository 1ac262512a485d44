"""Prices as people write them, and as tariffs have them: whole numbers of the currency's smallest unit."""

from decimal import Decimal, InvalidOperation

from app.domain.currencies import MINOR_DIGITS
from app.domain.phrases import Phrase
from app.errors import BadInput

MOST = 1_000_000_000


def read_price(field: str, text: str | None, currency: str) -> int:
    """Read `7.90` or `7,90`; nothing is 0. Raises BadInput for what is no price in this currency."""
    digits = MINOR_DIGITS[currency]
    number = read_number(field, text) * 10**digits
    if number != number.to_integral_value():
        raise BadInput(field, Phrase("must have at most %(most)d decimals", most=digits))
    if number > MOST:
        raise BadInput(field, "must be 0 or more, and not that much")
    return int(number)


def read_number(field: str, text: str | None) -> Decimal:
    try:
        number = Decimal((text or "0").strip().replace(",", "."))
    except InvalidOperation as error:
        raise BadInput(field, "must be a number") from error
    if not number.is_finite() or not 0 <= number <= MOST:
        raise BadInput(field, "must be 0 or more, and not that much")
    return number


def price_text(price: int, currency: str) -> str:
    """Return a price as it stands in a form; empty when there is none."""
    return f"{Decimal(price).scaleb(-MINOR_DIGITS[currency]):f}" if price else ""
