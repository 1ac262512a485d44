"""What a charge point says a connector may draw, in times and numbers (TC_066)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.times import parse_time
from tests.app.profile_stories import asked, path_of
from tests.app.stories import problem
from tests.live import Api, Charger


def ask(root: Api, charger: Charger, answer: dict[str, Any], **query: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    charger.answers["GetCompositeSchedule"] = answer
    told, payload = asked(charger, lambda: root.get(path_of(charger, "composite_schedule"), **query))
    assert told.status_code == 200, told.text
    return told.json(), payload


def accepted(periods: list[dict[str, Any]], unit: str = "A", **more: Any) -> dict[str, Any]:
    schedule = {"chargingRateUnit": unit, "chargingSchedulePeriod": periods, **more}
    return {"status": "Accepted", "connectorId": 1, "scheduleStart": NOW.isoformat(), "chargingSchedule": schedule}


NOW = datetime.now(UTC).replace(microsecond=0)


def at(seconds: float) -> str:
    return (NOW + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def test_a_schedule_is_told_in_times_power_and_points_of_a_chart(root: Api, charger: Charger) -> None:
    periods = [{"startPeriod": 0, "limit": 16.0, "numberPhases": 1}, {"startPeriod": 600, "limit": 10}]
    told, payload = ask(root, charger, accepted(periods, duration=3600), connector_id=1, duration=3600, unit="A")
    assert payload == {"connectorId": 1, "duration": 3600, "chargingRateUnit": "A"}
    assert told["periods"] == [
        {"start_at": at(0), "end_at": at(600), "limit": 16, "unit": "A", "number_phases": 1, "power_w": 3680},
        {"start_at": at(600), "end_at": at(3600), "limit": 10, "unit": "A", "power_w": 6900},
    ]
    assert told["series"] == [
        {"at": at(0), "limit": 16, "power_w": 3680},
        {"at": at(600), "limit": 16, "power_w": 3680},
        {"at": at(600), "limit": 10, "power_w": 6900},
        {"at": at(3600), "limit": 10, "power_w": 6900},
    ]
    assert told["energy_wh"] == round((3680 * 600 + 6900 * 3000) / 3600)
    assert (told["status"], told["start_at"], told["end_at"]) == ("Accepted", at(0), at(3600))


def test_without_a_wish_the_whole_is_asked_for_a_day_in_the_unit_of_its_choice(root: Api, charger: Charger) -> None:
    told, payload = ask(root, charger, accepted([{"startPeriod": 0, "limit": 6000.0}], "W", minChargingRate=1380.0))
    assert payload == {"connectorId": 0, "duration": 86_400}
    assert (told["unit"], told["min_rate"], told["energy_wh"]) == ("W", 1380, 144_000)
    assert told["end_at"] == at(86_400)


def test_a_charge_point_that_gives_no_schedule_is_told_with_a_hint(root: Api, charger: Charger) -> None:
    told, _payload = ask(root, charger, {"status": "Rejected"}, connector_id=99)
    assert (told["status"], told["periods"], told["series"]) == ("Rejected", [], [])
    assert told["hint"]
    assert "energy_wh" not in told


@pytest.mark.parametrize(
    ("periods", "limits"),
    [
        ([], []),
        ([{"startPeriod": 0, "limit": -1}], [None]),
        ([{"startPeriod": 300, "limit": 8}, {"startPeriod": 0, "limit": 6}, {"startPeriod": 9e9, "limit": 1}], [6, 8]),
        ([{"startPeriod": "0", "limit": "6,5"}], [6.5]),
        ([{"startPeriod": -5, "limit": 6}], []),
    ],
    ids=["empty", "no limit", "out of order", "text", "before it began"],
)
def test_what_charge_points_really_answer_is_made_sense_of(
    root: Api, charger: Charger, periods: list[dict[str, Any]], limits: list[float | None]
) -> None:
    told, _payload = ask(root, charger, accepted(periods, duration=8_638_204_645_303), duration=600)
    assert [period.get("limit") for period in told["periods"]] == limits
    assert told["end_at"] == at(600)
    assert ("energy_wh" in told) == (bool(limits) and None not in limits)
    assert ("hint" in told) == (not limits)


def test_a_schedule_of_another_time_begins_now(root: Api, charger: Charger) -> None:
    answer = {**accepted([{"startPeriod": 0, "limit": 6}]), "scheduleStart": "1970-01-01T00:00:00Z"}
    before = datetime.now(UTC) - timedelta(seconds=1)
    told, _payload = ask(root, charger, answer, duration=60)
    begins = parse_time(told["start_at"])
    assert begins is not None
    assert before <= begins <= datetime.now(UTC)
    told, _payload = ask(root, charger, {"status": "Accepted"}, duration=60, unit="W")
    assert (told["unit"], told["periods"]) == ("W", [])


def test_a_wish_that_makes_no_sense_is_refused(root: Api, charger: Charger) -> None:
    for query in ({"duration": 0}, {"unit": "kW"}, {"connector_id": -1}, {"colour": "red"}):
        problem(root.get(path_of(charger, "composite_schedule"), **query), 422, "bad_input")
