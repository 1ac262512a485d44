"""A label opened by a telephone's camera: the page it leads to keeps it, through the login and until the start."""

import html
import re
from urllib.parse import parse_qs, urlsplit

from tests.app.web.visitors import Visitor, said
from tests.live import Charger


def test_who_is_not_logged_in_comes_back_to_the_label_he_scanned(visitor: Visitor, charger: Charger) -> None:
    page = visitor.get(f"/q/{charger.charge_point_id}/1").headers["Location"]
    login = urlsplit(visitor.get(page).headers["Location"])
    assert (login.path, parse_qs(login.query)["next"]) == ("/login", [page])


def test_the_label_goes_with_the_start_which_its_own_rules_refuse(at_home: Visitor, charger: Charger) -> None:
    page = at_home.get(at_home.get(f"/q/{charger.charge_point_id}/1").headers["Location"])
    (action,) = re.findall(rf'action="(/charge/{charger.charge_point_id}/1[?][^"]*)"', page.text)
    refused = at_home.send(html.unescape(action), key="")
    assert refused.status_code == 409
    assert "Plug the cable into the vehicle first" in said(refused)
    copied = html.unescape(action).replace("ocpp://", "ocpp://ANOTHER-")
    assert "The label you scanned belongs to another connector" in said(at_home.send(copied, key=""))


def test_the_page_says_what_is_in_the_way_of_a_start_by_the_label_and_offers_the_button_when_nothing_is(
    at_home: Visitor, charger: Charger
) -> None:
    page = at_home.get(f"/q/{charger.charge_point_id}/1").headers["Location"]
    unplugged = at_home.get(page)
    assert "Plug the cable into the vehicle first" in said(unplugged)
    assert 'id="start"' not in unplugged.text
    for copied, words in (
        (page.replace("ocpp%3A%2F%2F", "ocpp%3A%2F%2FANOTHER-"), "belongs to another connector"),
        (f"{page}%26s%3Dforged", "was not made by us"),
        (f"/charge/{charger.charge_point_id}/1?qr=https%3A%2F%2Fexample.org", "no label of ours"),
    ):
        seen = at_home.get(copied)
        assert words in said(seen), copied
        assert 'id="start"' not in seen.text
    charger.status(1, "Preparing")
    assert 'id="start"' in at_home.get(page).text


def test_what_was_scanned_or_typed_leads_to_its_connector_or_is_said_to_be_none(
    at_home: Visitor, charger: Charger
) -> None:
    label = f"ocpp://{charger.charge_point_id}?connector=2"
    led = urlsplit(at_home.send("/scan", uri=label).headers["Location"])
    assert (led.path, parse_qs(led.query)) == (f"/charge/{charger.charge_point_id}/2", {"qr": [label]})
    by_hand = at_home.send("/scan", uri=charger.charge_point_id).headers["Location"]
    assert by_hand == f"/?q={charger.charge_point_id}"
    for text, words in (
        ("https://example.org/pay", "This label leads somewhere else"),
        ("no such thing!", "This is no label of ours"),
        ("NO-SUCH-CHARGER", "There is no charger of this number"),
        (f"ocpp://{charger.charge_point_id}?connector=9", "This charger has no such connector"),
    ):
        assert words in said(at_home.send("/scan", uri=text)), text
