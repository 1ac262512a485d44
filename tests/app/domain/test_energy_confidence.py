"""How far a session's energy can be trusted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.energy_confidence import confidence
from app.domain.sessions import Session, State, energy

START = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BOTH_ENDS = {"meter_start": 1000, "meter_stop": 8000}
SAMPLED = {"meter_start": 1000, "first_register_wh": 1100.0, "last_register_wh": 8000.0}


def trusted(state: State = State.COMPLETED, **facts: Any) -> str:
    times = {"started_at": START, "stopped_at": START + HOUR, "metered_at": START + HOUR}
    session = Session("s", "CP", 1, "TAG", state, **{**times, **facts})
    return confidence(session, energy(session))


@pytest.mark.parametrize("facts", [{}, {"first_register_wh": 1100.0, "last_register_wh": 7900.0}, {"metered_at": None}])
def test_a_meter_read_at_both_ends_is_trusted(facts: dict[str, Any]) -> None:
    assert trusted(**BOTH_ENDS, **facts) == "high"


def test_samples_are_trusted_less_be_it_over_or_not() -> None:
    assert trusted(**SAMPLED) == "medium"
    assert trusted(State.CHARGING, **SAMPLED, stopped_at=None) == "medium"


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="nothing was read"),
        pytest.param({"meter_start": 1000}, id="one end was read"),
        pytest.param({"power_wh": 7000.0}, id="only the power was told"),
        pytest.param({**BOTH_ENDS, "provisional_end": True}, id="the end is not told yet"),
        pytest.param({**SAMPLED, "provisional_end": True}, id="nor where there are samples"),
        pytest.param({**SAMPLED, "metered_at": START + timedelta(minutes=29)}, id="the last half hour is unknown"),
        pytest.param({"meter_start": 0, "meter_stop": 5_000_000}, id="more than any charge point gives"),
        pytest.param({**BOTH_ENDS, "first_register_wh": 0.0, "last_register_wh": 9000.0}, id="the samples say more"),
        pytest.param(
            {**BOTH_ENDS, "first_register_wh": 7000.0, "last_register_wh": 100.0}, id="the register went backwards"
        ),
    ],
)
def test_what_speaks_against_it_is_heard(facts: dict[str, Any]) -> None:
    assert trusted(**facts) == "low"


def test_what_a_meter_shows_in_its_first_second_is_no_jump() -> None:
    assert trusted(meter_start=0, meter_stop=900, stopped_at=START) == "high"
