"""Which image fits which charge point."""

import pytest

from app.domain.charge_points import ChargePoint
from app.domain.firmware import misfit, older


@pytest.mark.parametrize(
    ("version", "than", "verdict"),
    [
        ("1.2.3", "1.2.4", True),
        ("1.2.9", "1.2.10", True),
        ("v1.2", "1.2.1", True),
        ("2.0", "1.9.9", False),
        ("1.2", "1.2.0", False),
        ("R5-build7", "R5-build12", True),
        ("beta", "1.0", False),
        ("1.0", "beta", False),
        ("1.0", "1.0", False),
    ],
)
def test_versions_are_compared_by_their_numbers(version: str, than: str, verdict: bool) -> None:
    assert older(version, than) is verdict


@pytest.mark.parametrize(
    ("vendor", "model", "fits"),
    [
        (None, None, True),
        ("acme", None, True),
        ("Acme", "ONE", True),
        ("Other", "One", False),
        ("Acme", "Two", False),
        (None, "Two", False),
    ],
)
def test_an_image_fits_the_vendor_and_model_it_names(vendor: str | None, model: str | None, fits: bool) -> None:
    assert (misfit(vendor, model, ChargePoint("CP1", vendor="Acme", model="One")) is None) is fits


def test_a_charge_point_that_has_not_said_what_it_is_fits_no_named_image() -> None:
    assert "not known" in (misfit("Acme", None, ChargePoint("CP1")) or "")
    assert misfit(None, None, ChargePoint("CP1")) is None
