"""Core: boot, session, cache."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.app.charging import session_of, sessions_on, stop
from tests.conformance.charging import begin, charging, end
from tests.conformance.station import Operator, Station
from tests.live import Api


def test_tc_001_cold_boot(new_station: Callable[..., Station], root: Api) -> None:
    station = new_station()
    answer = station.boot()
    assert answer["status"] == "Accepted"
    assert answer["interval"] > 0
    assert abs(datetime.fromisoformat(answer["currentTime"]) - datetime.now(UTC)) < timedelta(seconds=5)
    station.statuses({0: "Available", 1: "Available", 2: "Available"})
    beat = datetime.fromisoformat(station.call("Heartbeat", {})["currentTime"])
    assert beat >= datetime.fromisoformat(answer["currentTime"])
    shown = root.get(f"/api/charge_points/{station.charge_point_id}").json()
    assert [(c["connector_id"], c["status"]) for c in shown["connectors"]] == [(n, "Available") for n in (0, 1, 2)]


def test_tc_003_plug_in_first(station: Station, id_tag: str, root: Api) -> None:
    station.statuses({1: "Preparing"})
    assert station.authorize(id_tag)["status"] == "Accepted"
    number = begin(station, id_tag)
    assert session_of(root, number)["state"] == "charging"
    end(station, number, id_tag)


def test_tc_004_1_identification_first(station: Station, id_tag: str, root: Api) -> None:
    number = charging(station, id_tag)
    assert session_of(root, number)["state"] == "charging"
    end(station, number, id_tag)


def test_tc_004_2_identification_first_and_nobody_plugs_in(station: Station, id_tag: str, root: Api) -> None:
    assert station.authorize(id_tag)["status"] == "Accepted"
    station.statuses({1: "Preparing"})
    station.statuses({1: "Available"})
    assert sessions_on(root, station) == []


def test_tc_005_1_the_vehicle_is_unplugged(station: Station, id_tag: str, root: Api) -> None:
    number = charging(station, id_tag)
    station.statuses({1: "SuspendedEV"})
    assert stop(station, number, reason="EVDisconnected") == {}
    station.statuses({1: "Finishing"})
    station.statuses({1: "Available"})
    session = session_of(root, number)
    assert (session["state"], session["stop_reason"], session["energy_wh"]) == ("completed", "EVDisconnected", 2500)


def test_tc_007_a_cached_tag_starts_without_being_asked_for(station: Station, id_tag: str, root: Api) -> None:
    station.statuses({1: "Preparing"})
    number = begin(station, id_tag)
    assert session_of(root, number)["idTag"] == id_tag


def test_tc_061_clear_the_cache(operator: Operator) -> None:
    operator.command("ClearCache", {}, {"status": "Accepted"})
