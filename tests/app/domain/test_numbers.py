"""Numbers as chargers write them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.connectors import connector_number
from app.domain.numbers import integer, number
from app.domain.transactions import transaction_number


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *((7, 7), (7.5, 7.5), ("7", 7), (" 7.50 ", 7.5), ("7,5", 7.5), (".5", 0.5), ("7.", 7), ("-3", -3), ("+3", 3)),
        *(("1e3", 1000), ("0.15002000000000001", 0.15002000000000001)),
    ],
)
def test_a_number_is_read_as_one_or_as_text(written: object, meant: float) -> None:
    assert number(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            "x",
            "1,234.5",
            "1_000",
            "0x10",
            "nan",
            "inf",
            "-Infinity",
            "1e400",
            "9" * 41,
            "٣",
            "OCMF|{}",
            None,
            True,
        ),
        *(2**70, -(2**53), 1e300, float("nan"), float("inf"), [1], {"a": 1}),
    ],
)
def test_nonsense_is_no_number(written: object) -> None:
    assert number(written) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.binary(), st.lists(st.integers())))
def test_reading_a_number_never_raises_and_is_always_finite(value: object) -> None:
    result = number(value)
    assert result is None or math.isfinite(result)
    assert integer(value, 0, 10) in (None, *range(11))


@pytest.mark.parametrize("written", [-5, 101, 1634030126, 1.5, "x", None, 2**70])
def test_a_connector_that_cannot_be_is_none(written: object) -> None:
    assert connector_number(written) is None


@pytest.mark.parametrize(("written", "meant"), [(0, 0), (99, 99), ("2", 2), (1.0, 1), (100, 100)])
def test_a_connector_that_can_be_is_its_number(written: object, meant: int) -> None:
    assert connector_number(written) == meant


@pytest.mark.parametrize("written", [0, -1, -16, 2**31, 2**63 - 1, 1.5, "none", None])
def test_a_transaction_id_that_we_cannot_have_given_out_stands_for_none(written: object) -> None:
    assert transaction_number(written) is None


@pytest.mark.parametrize("written", [1, "17", 2**31 - 1, 17.0])
def test_a_transaction_id_of_ours_is_known_however_it_is_written(written: object) -> None:
    assert transaction_number(written) == int(float(str(written)))
