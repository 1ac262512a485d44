"""Amounts of money, as whole numbers of the smallest unit."""

import pytest

from app.domain.currencies import MINOR_DIGITS, written


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (0, "EUR", "0.00 EUR"),
        (5, "EUR", "0.05 EUR"),
        (1234, "EUR", "12.34 EUR"),
        (-1234, "EUR", "-12.34 EUR"),
        (1234, "JPY", "1234 JPY"),
        (0, "JPY", "0 JPY"),
        (1234, "KWD", "1.234 KWD"),
        (10**15, "IRR", "10000000000000.00 IRR"),
    ],
)
def test_an_amount_is_written_with_its_currencys_digits(amount: int, currency: str, text: str) -> None:
    assert written(amount, currency) == text


def test_every_code_is_three_capital_letters_and_has_its_digits_once() -> None:
    assert all(len(code) == 3 and code.isalpha() and code.isupper() for code in MINOR_DIGITS)
    assert {MINOR_DIGITS[code] for code in ("EUR", "USD", "CHF")} == {2}
    assert {MINOR_DIGITS[code] for code in ("JPY", "ISK", "CLP")} == {0}
    assert {MINOR_DIGITS[code] for code in ("BHD", "KWD", "TND")} == {3}
