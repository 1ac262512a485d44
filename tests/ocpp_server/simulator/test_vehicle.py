"""The charging curve."""

import pytest

from ocpp_server.simulator.vehicle import Vehicle, charge, deliver, power_w

CAR = Vehicle(battery_wh=60_000, soc=0.3, max_power_w=11_000)


def with_soc(soc: float) -> Vehicle:
    return Vehicle(battery_wh=60_000, soc=soc, max_power_w=11_000)


def test_an_hour_at_full_power_is_the_power_in_watt_hours() -> None:
    car, energy = charge(CAR, 3600, limit_w=11_000)
    assert energy == pytest.approx(11_000)
    assert car.soc == pytest.approx(0.3 + 11 / 60)


def test_the_weaker_of_car_and_outlet_decides() -> None:
    assert power_w(CAR, limit_w=3_700) == 3_700
    assert power_w(CAR, limit_w=150_000) == 11_000


def test_the_power_falls_above_80_percent_and_never_rises_again() -> None:
    powers = [power_w(with_soc(percent / 100), 11_000) for percent in range(101)]
    assert powers[80] == 11_000 > powers[81]
    assert powers == sorted(powers, reverse=True)
    assert powers[99] > 1_000
    assert powers[100] == 0


def test_a_battery_becomes_full_and_takes_exactly_what_fits() -> None:
    car, energy = charge(CAR, 24 * 3600, limit_w=11_000)
    assert car.full
    assert energy == pytest.approx(0.7 * 60_000, abs=0.1)


def test_many_short_looks_count_the_same_as_one_long_one() -> None:
    once, whole = charge(with_soc(0.75), 3600, 11_000)
    car, parts = with_soc(0.75), 0.0
    for _ in range(360):
        car, energy = charge(car, 10, 11_000)
        parts += energy
    assert parts == pytest.approx(whole, rel=0.005)
    assert car.soc == pytest.approx(once.soc, rel=0.005)


def test_no_power_takes_no_time_to_follow() -> None:
    assert charge(CAR, 1e12, limit_w=0) == (CAR, 0)


def test_a_full_battery_takes_no_more() -> None:
    assert deliver(with_soc(0.99), 5_000).soc == 1.0
