"""Meter values in any vendor's spelling."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.meter_values import Reading, in_order_of_time, read
from app.domain.times import iso

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def reading(*samples: dict[str, Any], at: str | None = None) -> Reading:
    return read({"timestamp": at or iso(NOW), "sampledValue": list(samples)}, NOW)


def test_a_value_with_nothing_but_itself_is_energy_in_watt_hours() -> None:
    assert reading({"value": "1234"}).energy_wh == 1234


def test_an_empty_unit_means_watt_hours() -> None:
    assert reading({"value": "1234", "unit": ""}).energy_wh == 1234


def test_a_value_may_be_a_number() -> None:
    assert reading({"value": 1234.5}).energy_wh == 1234.5


def test_kilowatt_hours_become_watt_hours() -> None:
    assert reading({"value": "0.15002000000000001", "unit": "kWh"}).energy_wh == 0.15002000000000001 * 1000


def test_an_unknown_unit_is_not_guessed_at() -> None:
    assert reading({"value": "5", "unit": "furlong"}).energy_wh is None


def test_spelled_out_units_are_understood() -> None:
    read_ = reading(
        {"value": "16", "measurand": "Current.Import", "unit": "Amp"},
        {"value": "230", "measurand": "Voltage", "unit": "Volt"},
    )
    assert (read_.current_a, read_.voltage_v) == (16, 230)


def test_energy_per_phase_is_summed_up() -> None:
    assert reading(*({"value": "1", "unit": "kWh", "phase": p} for p in ("L1", "L2", "L3"))).energy_wh == 3000


def test_a_phase_told_twice_counts_once() -> None:
    assert reading({"value": "5", "phase": "L1"}, {"value": "5", "phase": "L1-N"}).energy_wh == 5


def test_the_value_without_a_phase_is_the_total() -> None:
    assert reading({"value": "1", "phase": "L1"}, {"value": "7"}).energy_wh == 7


def test_currents_and_voltages_of_phases_are_averaged() -> None:
    samples = [{"value": v, "measurand": "Voltage", "phase": p} for v, p in ((229, "L1-N"), (231, "L2-N"))]
    assert reading(*samples).voltage_v == 230


def test_a_voltage_between_phases_says_nothing_of_one() -> None:
    assert reading({"value": "400", "measurand": "Voltage", "phase": "L1-L2"}).voltage_v is None


def test_signed_data_is_kept_and_not_read() -> None:
    signed = {"value": "12345", "format": "SignedData"}
    assert reading(signed, {"value": "7"}) == Reading(NOW, energy_wh=7, raw=[signed, {"value": "7"}])


def test_a_signed_blob_without_its_label_is_not_read_either() -> None:
    assert reading({"value": 'OCMF|{"FV":"1.0"}|{"SD":"30"}'}, {"value": "7"}).energy_wh == 7


def test_what_is_exported_to_the_vehicle_counts_where_nothing_is_imported() -> None:
    exported = {"value": "40", "measurand": "Energy.Active.Export.Register"}
    assert reading(exported).energy_wh == 40
    assert reading(exported, {"value": "7"}).energy_wh == 7


def test_a_measurand_nobody_knows_says_nothing() -> None:
    assert reading({"value": "1", "measurand": "Vendor.Mood"}) == Reading(
        NOW, raw=[{"value": "1", "measurand": "Vendor.Mood"}]
    )


def test_state_of_charge_needs_no_unit() -> None:
    assert reading({"value": "41", "measurand": "SoC"}).soc == 41


def test_an_element_without_samples_is_a_reading_of_nothing() -> None:
    assert read({"timestamp": iso(NOW), "sampledValue": None}, NOW) == Reading(NOW)


def test_readings_are_put_in_order_of_time_and_those_without_energy_left_out() -> None:
    late = reading({"value": "9"}, at=iso(NOW))
    early = reading({"value": "1"}, at=iso(NOW - timedelta(minutes=5)))
    power = reading({"value": "1", "measurand": "Power.Active.Import"})
    assert in_order_of_time([late, power, early]) == [early, late]


_ANYTHING = st.one_of(st.none(), st.text(max_size=20), st.floats(), st.integers(), st.booleans())
_SAMPLES = st.dictionaries(
    st.sampled_from(["value", "measurand", "unit", "phase", "format", "context", "location"]), _ANYTHING
)


@given(st.fixed_dictionaries({"timestamp": _ANYTHING, "sampledValue": st.lists(_SAMPLES, max_size=5)}))
def test_reading_a_meter_value_never_raises(meter_value: dict[str, Any]) -> None:
    assert read(meter_value, NOW).raw == meter_value["sampledValue"]
