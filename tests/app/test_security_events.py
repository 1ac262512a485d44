"""SecurityEventNotification: always answered, kept once, critical ones marked, and no flood fills the disk."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.storage.database import Storage
from app.storage.records import Events
from tests.app.stories import problem
from tests.live import Api, Charger, Server

AT = "2030-01-01T12:00:00Z"


def tell(charger: Charger, event_type: Any, at: Any = AT, **more: Any) -> Any:
    return charger.call("SecurityEventNotification", {"type": event_type, "timestamp": at, **more})


def listed(root: Api, charger: Charger, **query: Any) -> list[dict[str, Any]]:
    answer = root.get("/api/security_events", charge_point_id=charger.charge_point_id, **query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def events(root: Api, charger: Charger, **query: Any) -> list[dict[str, Any]]:
    answer = root.get(f"/api/charge_points/{charger.charge_point_id}/events", **query)
    return list(answer.json()["items"])


def test_a_security_event_is_answered_and_listed_with_the_charge_points_time(root: Api, charger: Charger) -> None:
    assert tell(charger, "InvalidCentralSystemCertificate", "2030-01-01T13:00:00+01:00", techInfo="CN=evil") == {}
    (event,) = listed(root, charger)
    assert event["at"] != event["timestamp"]
    del event["at"]
    assert event == {
        "kind": "security_event",
        "charge_point_id": charger.charge_point_id,
        "type": "InvalidCentralSystemCertificate",
        "timestamp": "2030-01-01T12:00:00.000Z",
        "tech_info": "CN=evil",
        "critical": False,
    }
    assert events(root, charger, kind="security_event") == listed(root, charger)


def test_what_is_critical_is_marked_and_can_be_asked_for(root: Api, server: Server, charger: Charger) -> None:
    for event_type in ("InvalidTLSVersion", "TamperDetectionActivated", "AVendorsOwn"):
        assert tell(charger, event_type) == {}
    assert [one["type"] for one in listed(root, charger, critical=True)] == ["TamperDetectionActivated"]
    assert [one["type"] for one in listed(root, charger, critical=False)] == ["AVendorsOwn", "InvalidTLSVersion"]
    assert [one["critical"] for one in listed(root, charger, type="TamperDetectionActivated")] == [True]
    assert [one["type"] for one in events(root, charger, critical=True)] == ["TamperDetectionActivated"]
    lines = [line for line in server.log.read_text().splitlines() if charger.charge_point_id in line]
    assert any('"TamperDetectionActivated"' in line and '"critical": "true"' in line for line in lines), lines


def test_an_event_told_again_is_kept_once(root: Api, charger: Charger) -> None:
    for _ in range(3):
        assert tell(charger, "ResetOrReboot", techInfo="watchdog") == {}
    assert tell(charger, "ResetOrReboot", techInfo="power") == {}
    assert [one["tech_info"] for one in listed(root, charger)] == ["power", "watchdog"]


def test_nonsense_is_answered_and_bounded(root: Api, charger: Charger) -> None:
    assert tell(charger, "T" * 20_000, "9" * 20_000, techInfo="i" * 20_000) == {}
    (event,) = listed(root, charger)
    assert [len(event[name]) for name in ("type", "timestamp", "tech_info")] == [50, 64, 255]


def test_a_flood_is_answered_told_of_once_and_hides_nothing_critical(root: Api, charger: Charger) -> None:
    most = Events.security_events_per_hour
    for number in range(most + 3):
        assert tell(charger, "InvalidMessages", techInfo=str(number)) == {}
    assert tell(charger, "TamperDetectionActivated") == {}
    assert len(listed(root, charger, limit=500, critical=False)) == most
    assert len(listed(root, charger, critical=True)) == 1
    assert len(events(root, charger, kind="security_events_dropped")) == 1


def test_of_all_a_charge_point_ever_told_the_newest_is_kept(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Events, "most_security_events", 2)

    def tell_of(name: str, hours: int, *, critical: bool) -> str:
        at = datetime(2036, 6, 15, 12 + hours, tzinfo=UTC)
        return storage.events.record_security_event("CP", "security_event", at, {"type": name}, critical=critical)

    assert tell_of("grave", 0, critical=True) == "kept"
    assert [tell_of(name, n, critical=False) for n, name in enumerate("abc")] == ["kept"] * 3
    assert {one.detail["type"] for one in storage.events.find({})} == {"grave", "b", "c"}


def test_security_events_are_for_staff(driver: Api) -> None:
    problem(driver.get("/api/security_events"), 403, "forbidden")
