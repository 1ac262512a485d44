"""Tariffs: kept by admins, given to charge points, shown before a start, frozen in what has begun, and paid by."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.app.charging import ago, connector, meter, session_of, start, stop, value
from tests.app.stories import press_start, problem
from tests.live import Api, Charger

DAY = {"name": "Day", "currency": "EUR", "price_per_kwh": 50}


def add_tariff(root: Api, **facts: Any) -> dict[str, Any]:
    answer = root.post("/api/tariffs", {**DAY, **facts})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def address(tariff: dict[str, Any]) -> str:
    return f"/api/tariffs/{tariff['tariff_id']}"


def bind(root: Api, charger: Charger, tariff: dict[str, Any] | None) -> None:
    tariff_id = tariff["tariff_id"] if tariff else None
    answer = root.patch(f"/api/charge_points/{charger.charge_point_id}", tariff_id=tariff_id)
    assert answer.status_code == 200, answer.text


@pytest.fixture
def default_tariff(root: Api) -> Iterator[dict[str, Any]]:
    """A tariff that is everybody's for as long as a test takes; other tests run without one."""
    tariff = add_tariff(root, name="Everywhere", default=True)
    yield tariff
    root.patch(address(tariff), default=False)
    root.delete(address(tariff))


# Kept


def test_a_tariff_is_kept_as_it_was_given_until_it_is_deleted(root: Api) -> None:
    facts = {
        "name": "Night",
        "currency": "CHF",
        "price_per_kwh": 39,
        "price_per_minute": 2,
        "session_fee": 50,
        "idle_fee_per_minute": 10,
        "idle_grace_minutes": 15,
        "vat_percent": 8.1,
        "vat_included": False,
        "default": False,
    }
    tariff = add_tariff(root, **facts)
    assert tariff.items() >= {**facts, "created_by": "root"}.items()
    assert tariff["text"].endswith("0.10 CHF per minute of idle time beyond 15 min, plus 8.1 % VAT")
    assert root.get(address(tariff)).json() == tariff
    assert tariff in root.get("/api/tariffs").json()["items"]

    changed = root.patch(address(tariff), price_per_kwh=41, vat_percent=7.7).json()
    assert changed == tariff | {"price_per_kwh": 41, "vat_percent": 7.7, "text": changed["text"]}
    assert root.get(address(tariff)).json() == changed

    assert root.delete(address(tariff)).status_code == 204
    for answer in (root.get(address(tariff)), root.patch(address(tariff), name="x"), root.delete(address(tariff))):
        problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"currency": "eur"}, "currency"),
        ({"currency": "XXX"}, "currency"),
        ({"currency": {"$ne": "EUR"}}, "currency"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"price_per_kwh": 0.5}, "price_per_kwh"),
        ({"price_per_kwh": -1}, "price_per_kwh"),
        ({"price_per_minute": "5"}, "price_per_minute"),
        ({"session_fee": 10**9 + 1}, "session_fee"),
        ({"idle_grace_minutes": 10_081}, "idle_grace_minutes"),
        ({"vat_percent": 100.01}, "vat_percent"),
        ({"vat_percent": 8.125}, "vat_percent"),
        ({"vat_included": "no"}, "vat_included"),
        ({"price": 5}, "price"),
    ],
)
def test_nonsense_is_refused_with_its_field(root: Api, facts: dict[str, Any], field: str) -> None:
    refused = problem(root.post("/api/tariffs", {**DAY, **facts}), 422, "bad_input")
    assert {error["field"].partition(".")[0] for error in refused["errors"]} == {field}


def test_a_change_takes_nothing_away(root: Api) -> None:
    tariff = add_tariff(root)
    for name in ("name", "currency", "price_per_kwh", "vat_percent", "default"):
        refused = problem(root.patch(address(tariff), **{name: None}), 422, "bad_input")
        assert refused["errors"][0]["field"].partition(".")[0] == name
    assert root.patch(address(tariff)).json() == tariff


def test_who_changed_a_price_is_in_the_audit_log(root: Api) -> None:
    tariff = add_tariff(root)
    root.patch(address(tariff), price_per_kwh=60)
    changed, created = root.get("/api/audit", kind="tariff", key=tariff["tariff_id"]).json()["items"]
    assert (created["action"], changed["action"]) == ("created", "changed")
    assert (changed["before"], changed["after"]) == ({"price_per_kwh": 50}, {"price_per_kwh": 60})


# Given to charge points


def test_a_charge_point_has_one_tariff_or_none(root: Api, charger: Charger) -> None:
    one, other = add_tariff(root, name="One"), add_tariff(root, name="Other")
    path = f"/api/charge_points/{charger.charge_point_id}"
    assert "tariff_id" not in root.get(path).json()
    for tariff in (one, other):
        bind(root, charger, tariff)
        assert root.get(path).json()["tariff_id"] == tariff["tariff_id"]
    assert [c["id"] for c in root.get("/api/charge_points", tariff_id=other["tariff_id"]).json()["items"]] == [
        charger.charge_point_id
    ]
    bind(root, charger, None)
    assert "tariff_id" not in root.get(path).json()


def test_a_charge_point_is_added_with_its_tariff(root: Api) -> None:
    tariff = add_tariff(root)
    added = root.post("/api/charge_points", id=f"CP-{tariff['tariff_id'][:8]}", tariff_id=tariff["tariff_id"])
    assert added.json()["tariff_id"] == tariff["tariff_id"]


def test_a_tariff_that_is_not_there_is_given_to_nobody(root: Api, charger: Charger) -> None:
    for answer in (
        root.patch(f"/api/charge_points/{charger.charge_point_id}", tariff_id="nowhere"),
        root.post("/api/charge_points", id="CP-without-tariff", tariff_id="nowhere"),
    ):
        assert problem(answer, 422, "bad_input")["errors"] == [
            {"field": "tariff_id", "message": "there is no such tariff"}
        ]
    problem(root.get("/api/charge_points/CP-without-tariff"), 404, "not_found")


def test_a_tariff_in_use_is_not_deleted_and_says_where_it_is_used(root: Api, charger: Charger) -> None:
    tariff = add_tariff(root)
    bind(root, charger, tariff)
    refused = problem(root.delete(address(tariff)), 409, "tariff_in_use")
    assert refused["charge_point_ids"] == [charger.charge_point_id]
    assert charger.charge_point_id in refused["detail"]
    bind(root, charger, None)
    assert root.delete(address(tariff)).status_code == 204


def test_the_default_tariff_is_that_of_all_without_one(
    root: Api, driver: Api, charger: Charger, default_tariff: dict[str, Any]
) -> None:
    assert connector(driver, charger)["price"]["name"] == "Everywhere"
    own = add_tariff(root, name="Own")
    bind(root, charger, own)
    assert connector(driver, charger)["price"]["name"] == "Own"
    refused = problem(root.delete(address(default_tariff)), 409, "tariff_in_use")
    assert (refused["default"], refused["charge_point_ids"]) == (True, [])


def test_the_last_tariff_made_the_default_is_the_only_one(root: Api, default_tariff: dict[str, Any]) -> None:
    another = add_tariff(root)
    assert root.patch(address(another), default=True, name="Another").json()["default"] is True
    assert root.get(address(default_tariff)).json()["default"] is False
    assert root.patch(address(default_tariff), default=True).json()["default"] is True
    shown = {one["tariff_id"]: one["default"] for one in root.get("/api/tariffs").json()["items"]}
    assert (shown[default_tariff["tariff_id"]], shown[another["tariff_id"]]) == (True, False)


# Shown, frozen and paid


def test_a_driver_sees_the_price_first_and_pays_it_whatever_it_is_changed_to(
    root: Api, driver: Api, charger: Charger
) -> None:
    tariff = add_tariff(root, price_per_kwh=50, session_fee=100, vat_percent=19)
    bind(root, charger, tariff)
    price = connector(driver, charger)["price"]
    assert price["text"] == "0.50 EUR per kWh, 1.00 EUR per session, 19 % VAT included"

    session_id = press_start(driver, charger).json()["session_id"]
    root.patch(address(tariff), price_per_kwh=5000)
    asked = driver.get(f"/api/sessions/{session_id}").json()
    assert (asked["price"], asked["cost"]["amount"], asked["cost"]["lines"]) == (price, 0, [])

    number = start(charger, driver.id_tag)["transactionId"]
    bind(root, charger, None)
    root.delete(address(tariff))
    meter(charger, number, value("3000"))
    cost = driver.get(f"/api/sessions/{session_id}").json()["cost"]
    assert (cost["amount"], cost["currency"], cost["text"]) == (200, "EUR", "2.00 EUR")
    assert (cost["provisional"], cost["estimated"]) == (True, False)

    stop(charger, number, meterStop=11_000)
    session = driver.get(f"/api/sessions/{session_id}").json()
    receipt = driver.get(f"/api/sessions/{session_id}/receipt").json()
    assert (receipt["cost"], receipt["price"]) == (session["cost"], session["price"]) == (session["cost"], price)
    cost = receipt["cost"]
    assert [(line["kind"], line["amount"]) for line in cost["lines"]] == [("energy", 500), ("session", 100)]
    assert (cost["net"], cost["vat"], cost["amount"]) == (504, 96, 600)
    assert (cost["provisional"], cost["estimated"]) == (False, False)


def test_a_card_at_the_charge_point_freezes_the_tariff_at_its_start_even_if_that_comes_late(
    root: Api, charger: Charger, id_tag: str
) -> None:
    tariff = add_tariff(root, price_per_minute=10, price_per_kwh=0)
    bind(root, charger, tariff)
    number = start(charger, id_tag, timestamp=ago(hours=3))["transactionId"]
    root.patch(address(tariff), price_per_minute=999)
    stop(charger, number, timestamp=ago(hours=1))
    cost = session_of(root, number)["cost"]
    assert (cost["amount"], cost["lines"][0]["quantity"]) == (1200, 7200)


def test_a_refused_card_pays_nothing(root: Api, charger: Charger) -> None:
    bind(root, charger, add_tariff(root, session_fee=100))
    number = start(charger, "NOBODYSCARD")["transactionId"]
    stop(charger, number)
    assert session_of(root, number)["cost"]["amount"] == 0


def test_what_began_without_a_tariff_has_no_cost(root: Api, charger: Charger, id_tag: str) -> None:
    number = start(charger, id_tag)["transactionId"]
    bind(root, charger, add_tariff(root))
    stop(charger, number)
    assert session_of(root, number).keys().isdisjoint({"price", "cost"})


# Idle time

IDLE = {"price_per_kwh": 0, "price_per_minute": 1, "idle_fee_per_minute": 20, "idle_grace_minutes": 10}
# Of the others the fixture has told a status of now, and an older one changes nothing.
NEVER_HEARD_OF = 3


def paid_minutes(root: Api, number: int) -> dict[str, int]:
    return {line["kind"]: line["quantity"] // 60 for line in session_of(root, number)["cost"]["lines"]}


def test_a_full_vehicle_pays_for_idling_beyond_the_grace_time(root: Api, charger: Charger, id_tag: str) -> None:
    bind(root, charger, add_tariff(root, **IDLE))
    number = start(charger, id_tag, NEVER_HEARD_OF, timestamp=ago(minutes=90))["transactionId"]
    charger.status(NEVER_HEARD_OF, "Charging", timestamp=ago(minutes=89))
    charger.status(NEVER_HEARD_OF, "SuspendedEV", timestamp=ago(minutes=60))
    charger.status(NEVER_HEARD_OF, "Finishing", timestamp=ago(minutes=55))
    assert paid_minutes(root, number) == {"time": 40, "idle": 50}
    stop(charger, number, timestamp=ago(minutes=30))
    assert paid_minutes(root, number) == {"time": 40, "idle": 20}


def test_what_the_charge_point_holds_back_is_not_idle(root: Api, charger: Charger, id_tag: str) -> None:
    bind(root, charger, add_tariff(root, **IDLE))
    number = start(charger, id_tag, NEVER_HEARD_OF, timestamp=ago(minutes=90))["transactionId"]
    charger.status(NEVER_HEARD_OF, "SuspendedEV", timestamp=ago(minutes=80))
    charger.status(NEVER_HEARD_OF, "SuspendedEVSE", timestamp=ago(minutes=65))
    stop(charger, number, timestamp=ago(minutes=30))
    assert paid_minutes(root, number) == {"time": 55, "idle": 5}


def test_a_late_stop_ends_idling_when_it_was_and_not_when_it_comes(root: Api, charger: Charger, id_tag: str) -> None:
    bind(root, charger, add_tariff(root, **IDLE))
    number = start(charger, id_tag, NEVER_HEARD_OF, timestamp=ago(minutes=120))["transactionId"]
    charger.status(NEVER_HEARD_OF, "SuspendedEV", timestamp=ago(minutes=100))
    charger.status(NEVER_HEARD_OF, "Available", timestamp=ago(minutes=10))
    cost = session_of(root, number)["cost"]
    assert cost["provisional"] is True
    assert paid_minutes(root, number) == {"time": 30, "idle": 80}
    stop(charger, number, timestamp=ago(minutes=80))
    assert session_of(root, number)["cost"]["provisional"] is False
    assert paid_minutes(root, number) == {"time": 30, "idle": 10}
