"""Tariffs in words."""

from typing import Any

import pytest

from app.domain.tariffs import Tariff, statement


def tariff(**facts: Any) -> Tariff:
    return Tariff("t", "Day", **{"currency": "EUR", **facts})


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "free of charge"),
        ({"vat_basis_points": 1900}, "free of charge"),
        ({"price_per_kwh": 59}, "0.59 EUR per kWh"),
        ({"price_per_kwh": 59, "vat_basis_points": 1900}, "0.59 EUR per kWh, 19 % VAT included"),
        ({"session_fee": 100, "vat_basis_points": 810, "vat_included": False}, "1.00 EUR per session, plus 8.1 % VAT"),
        ({"currency": "JPY", "price_per_minute": 30, "vat_basis_points": 1000}, "30 JPY per minute, 10 % VAT included"),
        ({"idle_fee_per_minute": 10}, "0.10 EUR per minute of idle time"),
        (
            {"price_per_kwh": 59, "price_per_minute": 2, "idle_fee_per_minute": 10, "idle_grace_minutes": 15},
            "0.59 EUR per kWh, 0.02 EUR per minute, 0.10 EUR per minute of idle time beyond 15 min",
        ),
    ],
)
def test_a_tariff_is_said_in_one_line(facts: dict[str, Any], text: str) -> None:
    assert statement(tariff(**facts)) == text


def test_a_frozen_tariff_is_nobodys_default() -> None:
    frozen = tariff(price_per_kwh=59, default=True, created_by="root").frozen()
    assert frozen == tariff(price_per_kwh=59)
