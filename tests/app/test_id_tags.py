"""Authorization told apart, at the door of the charge point: Authorize, then StartTransaction."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app.transactions.guesses import LIMIT
from tests.app.charging import ago, events_of, new_tag, session_of, start, stop, verdict
from tests.live import Api, Charger, until

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()
TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()


def authorize(charger: Charger, id_tag: str) -> dict[str, Any]:
    return dict(charger.call("Authorize", {"idTag": id_tag})["idTagInfo"])


def both(charger: Charger, id_tag: str) -> list[str]:
    """Return what Authorize and what StartTransaction say of a tag."""
    return [authorize(charger, id_tag)["status"], verdict(start(charger, id_tag))]


def test_a_good_tag_is_accepted(charger: Charger, root: Api) -> None:
    assert both(charger, new_tag(root, expiry_date=TOMORROW)) == ["Accepted", "Accepted"]


def test_an_unknown_tag_is_invalid(charger: Charger) -> None:
    assert both(charger, "NOBODY") == ["Invalid", "Invalid"]


def test_an_empty_tag_is_invalid(charger: Charger) -> None:
    assert both(charger, "") == ["Invalid", "Invalid"]


def test_a_blocked_tag_is_blocked(charger: Charger, root: Api) -> None:
    assert both(charger, new_tag(root, status="Blocked")) == ["Blocked", "Blocked"]


def test_an_expired_tag_has_expired(charger: Charger, root: Api) -> None:
    assert both(charger, new_tag(root, expiry_date=YESTERDAY)) == ["Expired", "Expired"]


@pytest.mark.parametrize(
    ("facts", "verdict_of_child"), [({"status": "Blocked"}, "Blocked"), ({"expiry_date": YESTERDAY}, "Expired")]
)
def test_a_child_fares_as_its_parent_does(
    charger: Charger, root: Api, facts: dict[str, str], verdict_of_child: str
) -> None:
    child = new_tag(root, parent_id_tag=new_tag(root, **facts))
    assert both(charger, child) == [verdict_of_child, verdict_of_child]


def test_the_tag_of_a_disabled_account_is_blocked(charger: Charger, driver: Api, root: Api) -> None:
    assert authorize(charger, driver.id_tag)["status"] == "Accepted"
    assert root.patch(f"/api/users/{driver.username}", disabled=True).status_code == 200
    assert both(charger, driver.id_tag) == ["Blocked", "Blocked"]


def test_a_tag_is_the_same_in_lower_case(charger: Charger, id_tag: str, root: Api) -> None:
    assert authorize(charger, id_tag.lower())["status"] == "Accepted"
    answer = start(charger, id_tag.lower())
    assert session_of(root, answer["transactionId"])["idTag"] == id_tag


def test_an_accepted_tag_is_told_with_its_parent_and_expiry(charger: Charger, root: Api) -> None:
    parent = new_tag(root)
    info = authorize(charger, new_tag(root, parent_id_tag=parent, expiry_date="2099-06-15T12:00:00+02:00"))
    assert info == {"status": "Accepted", "parentIdTag": parent, "expiryDate": "2099-06-15T10:00:00.000Z"}


def test_a_refused_tag_is_told_nothing_more(charger: Charger, root: Api) -> None:
    blocked = new_tag(root, status="Blocked", parent_id_tag=new_tag(root), expiry_date=TOMORROW)
    assert authorize(charger, blocked) == {"status": "Blocked"}


# The limit of transactions at a time


def test_a_tag_that_charges_elsewhere_is_concurrent(charger: Charger, id_tag: str, root: Api) -> None:
    start(charger, id_tag)
    second = start(charger, id_tag, connector_id=2)
    assert verdict(second) == "ConcurrentTx"
    session = session_of(root, second["transactionId"])
    assert session["reason"] == "the tag is already charging in 1 session(s); its limit is 1"


def test_a_limit_of_two_is_two(charger: Charger, root: Api) -> None:
    tag = new_tag(root, concurrent_limit=2)
    assert [verdict(start(charger, tag, connector_id=n)) for n in (1, 2, 3)] == ["Accepted", "Accepted", "ConcurrentTx"]


def test_the_limit_is_not_judged_at_authorize(charger: Charger, id_tag: str) -> None:
    start(charger, id_tag)
    assert authorize(charger, id_tag)["status"] == "Accepted"


def test_an_ended_transaction_frees_the_tag(charger: Charger, id_tag: str) -> None:
    first = start(charger, id_tag)
    stop(charger, first["transactionId"])
    assert verdict(start(charger, id_tag, connector_id=2)) == "Accepted"


def test_a_refused_transaction_does_not_hold_the_tag(charger: Charger, id_tag: str) -> None:
    first = start(charger, id_tag)
    assert verdict(start(charger, id_tag, connector_id=2)) == "ConcurrentTx"
    stop(charger, first["transactionId"])
    assert verdict(start(charger, id_tag, connector_id=3)) == "Accepted"


def test_a_zombie_on_the_same_connector_does_not_hold_the_tag(charger: Charger, id_tag: str) -> None:
    start(charger, id_tag, timestamp=ago(hours=1))
    assert verdict(start(charger, id_tag)) == "Accepted"


@pytest.mark.parametrize("limit", [1, 3])
def test_of_starts_at_the_same_instant_exactly_as_many_as_the_limit_are_accepted(
    new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api, limit: int
) -> None:
    tag = new_tag(root, concurrent_limit=limit)
    chargers = [connect(*new_charge_point(security_profile=0)) for _ in range(5)]
    for charger in chargers:
        charger.boot()
    with ThreadPoolExecutor(len(chargers)) as pool:
        verdicts = list(pool.map(lambda charger: verdict(start(charger, tag)), chargers))
    assert sorted(verdicts) == ["Accepted"] * limit + ["ConcurrentTx"] * (5 - limit)


def test_of_two_requests_of_one_driver_the_first_to_begin_is_served(charger: Charger, driver: Api, root: Api) -> None:
    """Both were asked for before either began: what is only asked for must not make each refuse the other."""
    root.patch(f"/api/id_tags/{driver.id_tag}", concurrent_limit=2)
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(charger.serve, 2)
        for connector_id in (1, 2):
            driver.post("/api/start_charging", evse_id=charger.charge_point_id, connector_id=connector_id)
        served.result()
    root.patch(f"/api/id_tags/{driver.id_tag}", concurrent_limit=1)
    assert [verdict(start(charger, driver.id_tag, connector_id=n)) for n in (1, 2)] == ["Accepted", "ConcurrentTx"]


# Guessing


def test_who_guesses_tags_learns_nothing_more_and_is_noticed(
    charger: Charger, id_tag: str, new_charge_point: Callable[..., Any], connect: Callable[..., Charger], root: Api
) -> None:
    for _ in range(LIMIT):
        assert authorize(charger, uuid4().hex[:16])["status"] == "Invalid"
    assert authorize(charger, id_tag)["status"] == "Invalid"
    assert [event["kind"] for event in events_of(root, charger)] == ["id_tag_guessing"]
    neighbour = connect(*new_charge_point())
    neighbour.boot()
    assert authorize(neighbour, id_tag)["status"] == "Accepted"


def test_guessing_by_transactions_is_noticed_too(charger: Charger, root: Api) -> None:
    for n in range(LIMIT + 5):
        assert verdict(start(charger, uuid4().hex[:16], meterStart=n)) == "Invalid"
    assert [event["kind"] for event in until(lambda: events_of(root, charger))][:1] == ["id_tag_guessing"]


def test_a_guesser_still_gets_the_true_verdict_on_a_transaction(charger: Charger, id_tag: str) -> None:
    """What has begun is booked under its tag, and whoever pays must be the right one."""
    for _ in range(LIMIT):
        authorize(charger, uuid4().hex[:16])
    assert verdict(start(charger, id_tag)) == "Accepted"
