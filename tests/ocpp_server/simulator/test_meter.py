"""Sampled values."""

from datetime import UTC, datetime

from ocpp.v16.datatypes import SampledValue
from ocpp.v16.enums import ReadingContext

from ocpp_server.simulator.meter import MEASURANDS, Reading, meter_value, timestamp

AT = datetime(2026, 11, 22, 13, 38, 5, 727_900, tzinfo=UTC)


def sample(phases: int = 3, soc: float | None = 0.434) -> list[SampledValue]:
    reading = Reading(AT, register_wh=1350.9, power_w=11_000, phases=phases, soc=soc)
    return meter_value(reading, MEASURANDS, ReadingContext.sample_periodic).sampled_value


def of(values: list[SampledValue], measurand: str) -> list[str]:
    return [value.value for value in values if value.measurand == measurand]


def test_a_timestamp_is_utc_with_milliseconds() -> None:
    assert timestamp(AT) == "2026-11-22T13:38:05.727Z"


def test_power_is_voltage_times_current_over_all_phases() -> None:
    values = sample()
    volts = [float(value) for value in of(values, "Voltage")]
    amperes = [float(value) for value in of(values, "Current.Import")]
    power = float(of(values, "Power.Active.Import")[0])
    assert len(volts) == len(amperes) == 3
    assert abs(sum(v * a for v, a in zip(volts, amperes, strict=True)) - power) < 10


def test_one_phase_carries_the_whole_current() -> None:
    values = sample(phases=1)
    assert of(values, "Current.Import") == ["47.83"]
    assert [value.phase for value in values if value.measurand == "Voltage"] == ["L1-N"]


def test_the_register_is_in_whole_watt_hours_and_never_ahead_of_the_meter() -> None:
    assert of(sample(), "Energy.Active.Import.Register") == ["1350"]


def test_the_state_of_charge_is_told_by_the_car_only() -> None:
    assert of(sample(), "SoC") == ["43"]
    assert of(sample(soc=None), "SoC") == []


def test_only_what_is_asked_for_is_sampled() -> None:
    reading = Reading(AT, 1000, 0, 3)
    value = meter_value(reading, ["Voltage"], ReadingContext.trigger)
    assert {each.measurand for each in value.sampled_value} == {"Voltage"}
    assert {each.context for each in value.sampled_value} == {"Trigger"}
