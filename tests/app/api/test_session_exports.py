"""Sessions found by when they were, and taken away as a file."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.domain.sessions import Session, State
from app.storage.database import Storage
from app.storage.embedded import running_uri
from tests.app.charging import ago, new_tag, session_of, start, stop
from tests.app.stories import problem
from tests.live import Api, Charger, Server

LONG_AGO = datetime(2021, 3, 1, tzinfo=UTC)
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "|cmd", " =1+1"]


@pytest.fixture(scope="module")
def of_old(server: Server) -> str:
    """The charge point of eight sessions, one a day, from LONG_AGO on."""
    charge_point_id = f"OLD-{uuid4().hex[:8]}"
    storage = Storage(running_uri(server.data_dir) or "")
    for day in range(8):
        at = LONG_AGO + timedelta(days=day)
        name = f"{charge_point_id}-{day}"
        done: dict[str, Any] = {"created_at": at, "started_at": at, "stopped_at": at + timedelta(hours=1)}
        storage.sessions.insert(Session(name, charge_point_id, 1, "TAG", State.COMPLETED, **done))
    storage.close()
    return charge_point_id


def rows(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize(
    ("bounds", "days"),
    [
        ({"from": "2021-03-07T00:00:00Z"}, [7, 6]),
        ({"to": "2021-03-03T00:00:00Z"}, [1, 0]),
        ({"from": "2021-03-03T01:00:00+01:00", "to": "2021-03-05T00:00:00Z"}, [3, 2]),
        ({"from": "2021-03-05T00:00:00Z", "to": "2021-03-05T00:00:00Z"}, []),
    ],
)
def test_sessions_are_found_by_when_they_were_made(
    root: Api, of_old: str, bounds: dict[str, str], days: list[int]
) -> None:
    wanted = [f"{of_old}-{day}" for day in days]
    listed = root.get("/api/sessions", charge_point_id=of_old, **bounds).json()["items"]
    assert [one["session_id"] for one in listed] == wanted
    exported = rows(root.get("/api/sessions/export.csv", charge_point_id=of_old, **bounds))
    assert [one["session_id"] for one in exported] == wanted


def test_pages_keep_to_the_bounds(root: Api, of_old: str) -> None:
    bounds = {"charge_point_id": of_old, "from": "2021-03-02T00:00:00Z", "limit": 5}
    first = root.get("/api/sessions", **bounds).json()
    rest = root.get("/api/sessions", **bounds, cursor=first["next"]).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (5, 2, None)


@pytest.mark.parametrize(("query", "field"), [({"from": "yesterday"}, "from"), ({"since": "2021-03-02"}, "since")])
def test_what_makes_no_sense_is_refused_by_its_name(root: Api, query: dict[str, str], field: str) -> None:
    for path in ("/api/sessions", "/api/sessions/export.csv"):
        errors = problem(root.get(path, **query), 422, "bad_input")["errors"]
        assert [error["field"] for error in errors] == [field]


def test_a_session_is_a_row_with_its_energy_and_its_money(root: Api, charger: Charger) -> None:
    tariff = root.post("/api/tariffs", name="Day", currency="EUR", price_per_kwh=50, session_fee=100).json()
    root.patch(f"/api/charge_points/{charger.charge_point_id}", tariff_id=tariff["tariff_id"])
    number = start(charger, new_tag(root), timestamp=ago(hours=1))["transactionId"]
    stop(charger, number, meterStop=3000, reason="Local")
    (row,) = rows(root.get("/api/sessions/export.csv", charge_point_id=charger.charge_point_id))
    session = session_of(root, number)
    for name in ("session_id", "idTag", "state", "started_at", "stopped_at"):
        assert row[name] == session[name]
    energy = {"energy_wh": "2000", "energy_source": "meter", "energy_confidence": "high"}
    money = {"energy_amount": "100", "session_amount": "100", "time_amount": "", "cost_amount": "200"}
    said = {"cost_currency": "EUR", "cost_provisional": "false", "cost_estimated": "false"}
    assert row.items() >= {**energy, **money, **said}.items()


@pytest.mark.parametrize("formula", FORMULAS)
def test_what_a_spreadsheet_would_run_is_text(root: Api, charger: Charger, formula: str) -> None:
    number = start(charger, new_tag(root))["transactionId"]
    stop(charger, number, reason=formula)
    (row,) = rows(root.get("/api/sessions/export.csv", transaction_id=number))
    assert row["stop_reason"].removeprefix("'").strip() == formula.strip()
    assert row["stop_reason"].startswith("'")


def test_nothing_found_is_a_file_with_its_header(root: Api) -> None:
    answer = root.get("/api/sessions/export.csv", charge_point_id="NOWHERE")
    assert rows(answer) == []
    assert answer.text.startswith("session_id,charge_point_id,")
    assert answer.headers["Content-Disposition"] == "attachment; filename=sessions.csv"


def test_a_driver_takes_no_file(driver: Api) -> None:
    problem(driver.get("/api/sessions/export.csv"), 403, "forbidden")
