"""Scanned labels: what they are of, whether one may start there, and where their links lead."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest

from app.domain.label_keys import LabelKeys
from app.domain.qr import link_of, uri_of
from tests.app.beside import NEW_SECRET, OLD_SECRET, PUBLIC_URL
from tests.app.reservation_stories import held
from tests.app.stories import begin, new_charger, press_start, problem
from tests.live import Api, Charger, Server, until

KEYS = LabelKeys([NEW_SECRET, OLD_SECRET])


@pytest.fixture(scope="module")
def customer(public_server: Server) -> Iterator[Api]:
    api = public_server.sign_up()
    yield api
    api.close()


@pytest.fixture
def signed_charger(public_server: Server, public_root: Api) -> Iterator[Charger]:
    """A charge point of that server, a cable in both of its connectors."""
    charger = new_charger(public_server, public_root, status="Preparing", place="Car park")
    yield charger
    charger.close()


@pytest.fixture
def two_chargers(server: Server, root: Api) -> Iterator[tuple[Charger, Charger]]:
    chargers = new_charger(server, root), new_charger(server, root)
    yield chargers
    for charger in chargers:
        charger.close()


def label(charger: Charger, connector_id: int = 1, version: int = 1, keys: LabelKeys = KEYS) -> str:
    return uri_of(keys.sign(charger.charge_point_id, connector_id, version))


def unsigned(charger: Charger, connector_id: int = 1) -> str:
    return f"ocpp://{charger.charge_point_id}?connector={connector_id}"


def resolve(api: Api, uri: str) -> dict[str, Any]:
    answer = api.post("/api/qr/resolve", uri=uri)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def in_the_way(api: Api, uri: str) -> str | None:
    """Return the code of what is in the way of a start, with which a start is refused too."""
    answer = resolve(api, uri)
    assert answer["can_start"] is ("why_not" not in answer)
    return str(answer["why_not"]["code"]) if "why_not" in answer else None


def start(api: Api, charger: Charger, connector_id: int = 1, **more: Any) -> Any:
    """Ask for a start that the charge point is not asked for."""
    return api.post("/api/start_charging", evse_id=charger.charge_point_id, connector_id=connector_id, **more)


def test_a_scan_tells_where_it_is_and_begins_nothing(driver: Api, charger: Charger) -> None:
    charger.status(2, "Preparing")
    answer = resolve(driver, unsigned(charger, 2))
    assert answer["charge_point"] == {"id": charger.charge_point_id, "online": True}
    assert (answer["connector_id"], answer["signed"], answer["can_start"]) == (2, False, True)
    (connector,) = answer["connectors"]
    assert (connector["connector_id"], connector["status"], connector["can_start"]) == (2, "Preparing", True)
    assert driver.get("/api/sessions").json()["items"] == []
    assert press_start(driver, charger, 2, qr=unsigned(charger, 2)).json()["status"] == "Accepted"


def test_an_id_typed_by_hand_is_answered_with_all_connectors(driver: Api, charger: Charger) -> None:
    charger.status(1, "Faulted")
    charger.status(2, "Preparing")
    answer = resolve(driver, charger.charge_point_id.lower())
    assert answer["can_start"] is True
    assert "connector_id" not in answer
    faulted, ready = answer["connectors"]
    assert faulted["why_not"]["code"] == "connector_faulted"
    assert ready["can_start"] is True


def test_a_charge_point_that_has_told_nothing_of_its_connectors_may_be_tried(
    driver: Api, new_charge_point: Callable[..., tuple[str, str | None]], connect: Callable[..., Charger]
) -> None:
    charger = connect(*new_charge_point(name="Garage"))
    charger.boot()
    answer = resolve(driver, charger.charge_point_id)
    assert (answer["connector_id"], answer["connectors"], answer["can_start"]) == (1, [], True)
    assert answer["charge_point"]["name"] == "Garage"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("Available", "connector_unplugged"),
        ("Unavailable", "connector_unavailable"),
        ("Faulted", "connector_faulted"),
        ("Reserved", "connector_reserved"),
        ("Preparing", None),
        ("Finishing", None),
    ],
)
def test_the_connectors_status_tells_what_to_do_first(root: Api, charger: Charger, status: str, code: str) -> None:
    charger.status(1, status)
    assert in_the_way(root, unsigned(charger)) == code


def test_what_a_start_is_refused_for_is_told_before_it(driver: Api, root: Api, charger: Charger) -> None:
    held(driver, charger, 2)
    assert in_the_way(root, unsigned(charger, 2)) == "connector_reserved"
    assert in_the_way(driver, unsigned(charger, 2)) is None, "it is held for him"
    begin(charger, driver.id_tag, 1)
    assert in_the_way(root, unsigned(charger, 1)) == "connector_busy"
    assert in_the_way(driver, unsigned(charger, 2)) == "id_tag_not_accepted", "his tag is charging"
    assert in_the_way(driver, unsigned(charger, 3)) == "unknown_connector"
    assert in_the_way(driver, "ocpp://NOBODY?connector=1") == "unknown_charge_point"
    charger.close()
    until(lambda: in_the_way(root, unsigned(charger, 2)) == "charge_point_offline")


@pytest.mark.parametrize(
    "uri",
    ["https://evil.example/q/CP001/1", "ocpp://CP001?connector=0", "ocpp://CP001?connector=1&connector=2", "С"],
)
def test_what_is_no_label_is_refused_with_the_field_it_stood_in(root: Api, charger: Charger, uri: str) -> None:
    for answer, field in ((root.post("/api/qr/resolve", uri=uri), "uri"), (start(root, charger, qr=uri), "qr")):
        assert [error["field"] for error in problem(answer, 422, "bad_input")["errors"]] == [field]


def test_d1_a_label_on_the_wrong_charge_point_starts_nothing(
    driver: Api, two_chargers: tuple[Charger, Charger]
) -> None:
    here, elsewhere = two_chargers
    here.status(1, "Preparing")
    assert in_the_way(driver, unsigned(elsewhere)) == "connector_unplugged"
    problem(start(driver, elsewhere, qr=unsigned(elsewhere)), 409, "connector_unplugged")
    problem(start(driver, here, qr=unsigned(elsewhere)), 409, "label_mismatch")
    assert driver.get("/api/sessions").json()["items"] == []


def test_d1_a_label_on_the_wrong_connector_tells_where_the_cable_is(root: Api, charger: Charger) -> None:
    charger.status(2, "Preparing")
    told = problem(start(root, charger, 1, qr=unsigned(charger, 1)), 409, "connector_unplugged")
    assert told["plugged_connectors"] == [2]
    problem(start(root, charger, 2, qr=unsigned(charger, 1)), 409, "label_mismatch")


def test_d2_without_a_signed_label_in_force_nothing_is_started(
    customer: Api, public_root: Api, signed_charger: Charger
) -> None:
    forged = label(signed_charger, keys=LabelKeys(["x" * 38]))
    problem(start(customer, signed_charger), 409, "label_required")
    for uri, code in (
        (unsigned(signed_charger), "label_unsigned"),
        (signed_charger.charge_point_id, "label_unsigned"),
        (forged, "label_forged"),
        (label(signed_charger, version=2), "label_revoked"),
    ):
        assert in_the_way(customer, uri) == code
        problem(start(customer, signed_charger, qr=uri), 409, code)
    assert customer.get("/api/sessions").json()["items"] == []
    assert press_start(public_root, signed_charger).json()["status"] == "Accepted", "staff starts from afar"


def test_a_signed_label_starts_and_is_good_in_each_of_its_forms(customer: Api, signed_charger: Charger) -> None:
    signed = KEYS.sign(signed_charger.charge_point_id, 1, 1)
    for uri in (
        uri_of(signed),
        link_of(signed, f"{PUBLIC_URL}/q/"),
        label(signed_charger, keys=LabelKeys([OLD_SECRET])),
    ):
        answer = resolve(customer, uri)
        assert (answer["signed"], answer["can_start"]) == (True, True)
        assert answer["charge_point"]["place"] == "Car park"
    assert press_start(customer, signed_charger, qr=uri_of(signed)).json()["status"] == "Accepted"


def test_d3_a_labels_link_leads_to_our_own_page_and_nowhere_else(public_server: Server) -> None:
    signed = KEYS.sign("DE*ABC", 1, 1)
    with closing(public_server.anonymous()) as stranger:
        answer = stranger.get("/q/DE*ABC/1", s=signed.signature, next="https://evil.example")
        assert (answer.status_code, answer.headers["Location"]) == (
            302,
            f"/charge/DE%2AABC/1?qr=ocpp%3A%2F%2FDE%2AABC%3Fconnector%3D1%26s%3D{signed.signature}",
        )
        for path in ("/q/evil.example/1", "/q/user%40evil.example/1"):
            led = stranger.get(path)
            assert led.status_code == 302, path
            assert led.headers["Location"].startswith("/charge/"), path
            assert "://" not in led.headers["Location"], path
        for path in (
            "/q/",
            "/q/CP001",
            "/q/CP001/0",
            "/q/CP001/1/2",
            "/q/CP001/x",
            "/q/%2Fevil.example/1",
            "/q//evil.example/1",
            "/q/..%2F/1",
            "/q/CP001/1?s=%0d%0aX",
        ):
            problem(stranger.http.get(path), 404, "not_found")
