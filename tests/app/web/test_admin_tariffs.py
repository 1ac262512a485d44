"""Admins' pages about tariffs."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from app.errors import BadInput
from app.web.admin.money import price_text, read_price
from tests.app.charging import connector
from tests.app.stories import new_charger
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Charger, Server

TARIFFS = "/operator/tariffs"


@pytest.fixture(scope="module")
def charger(server: Server, root: Api) -> Iterator[Charger]:
    charger = new_charger(server, root, place=f"Place {uuid4().hex[:6]}")
    yield charger
    charger.close()


@pytest.mark.parametrize(
    ("text", "currency", "price"), [("7.90", "THB", 790), ("7,9", "EUR", 790), ("12", "JPY", 12), (None, "EUR", 0)]
)
def test_a_price_is_read_as_people_write_it(text: str | None, currency: str, price: int) -> None:
    assert read_price("price", text, currency) == price


@pytest.mark.parametrize(
    ("text", "currency"), [("7.905", "THB"), ("1.5", "JPY"), ("-1", "EUR"), ("NaN", "EUR"), ("x", "EUR")]
)
def test_what_is_no_price_is_refused(text: str, currency: str) -> None:
    with pytest.raises(BadInput):
        read_price("price", text, currency)


def test_a_price_is_written_as_it_is_read() -> None:
    assert (price_text(790, "THB"), price_text(12, "JPY"), price_text(0, "EUR")) == ("7.90", "12", "")


def test_a_tariff_is_tried_made_given_to_chargers_and_removed(
    admin: Visitor, staff: Visitor, root: Api, charger: Charger
) -> None:
    assert staff.get(TARIFFS).status_code == 404
    form = {"name": "Day <b>", "currency": "THB", "price_per_kwh": "7.90", "price_per_minute": "0.50"}
    tried = admin.send(f"{TARIFFS}/preview", **form, kwh="10", minutes="45", idle="5")
    assert "101.50 THB" in said(tried)
    assert admin.send(f"{TARIFFS}/preview", **form, kwh="a lot").status_code == 422
    wrong = admin.send(f"{TARIFFS}/new", **{**form, "price_per_kwh": "7.905"})
    assert wrong.status_code == 422
    assert 'value="7.905"' in wrong.text
    made = admin.send(f"{TARIFFS}/new", **form, vat_percent="7", vat_included="true").headers["Location"].split("?")[0]
    page = admin.get(made).text
    assert "Day &lt;b&gt;" in page
    assert 'value="7.90"' in page

    assert admin.send(f"{made}/bind", charge_point_ids="nobody").status_code == 422
    place = root.get(f"/api/charge_points/{charger.charge_point_id}").json()["place"]
    assert admin.send(f"{made}/bind", place=place).status_code == 303
    price = connector(root, charger)["price"]
    assert (price["price_per_kwh"], price["vat_percent"]) == (790, 7)
    kept = admin.insist(f"{made}/remove")
    assert kept.status_code == 409
    assert "Take it away from them first." in said(kept)
    assert admin.send(f"{made}/unbind", charge_point_id=charger.charge_point_id).status_code == 303
    changed = admin.send(made, **form, vat_percent="7")
    assert changed.status_code == 303
    assert admin.insist(f"{made}/remove").status_code == 303
    assert admin.get(made).status_code == 404
