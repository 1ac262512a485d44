"""Stars: put on a charger where it is shown; it comes first then. And the list of what is free now."""

from tests.app.web.visitors import Visitor, said
from tests.live import Charger, until

HTMX = {"HX-Request": "true"}


def listed(somebody: Visitor, charger: Charger, **asked: str) -> str:
    return said(somebody.http.get("/charge-points", params={"q": charger.charge_point_id, **asked}))


def test_a_star_is_put_on_and_taken_off_by_a_form_that_leads_back(at_home: Visitor, charger: Charger) -> None:
    star, page = f"/favourites/{charger.charge_point_id}", f"/charge/{charger.charge_point_id}/1"
    assert "Your favourites" not in listed(at_home, charger)
    done = at_home.send(f"{star}?next={page}", starred="yes")
    assert (done.status_code, done.headers["Location"]) == (303, page)
    assert 'aria-pressed="true"' in at_home.get(page).text
    assert listed(at_home, charger).startswith("Your favourites")
    for _again in range(2):
        done = at_home.send(f"{star}?next=//elsewhere.example", starred="no")
        assert (done.status_code, done.headers["Location"]) == (303, "/")
    assert 'aria-pressed="false"' in at_home.get(page).text


def test_a_star_put_on_in_place_is_answered_with_the_star_and_the_list_is_told(
    at_home: Visitor, charger: Charger
) -> None:
    star = f"/favourites/{charger.charge_point_id}?next=/"
    answer = at_home.send(star, HTMX, starred="yes")
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (200, "favourites")
    assert 'aria-pressed="true"' in answer.text
    assert "<html" not in answer.text
    assert at_home.send("/favourites/no-such-place", HTMX, starred="yes").status_code == 404


def test_only_what_is_connected_and_free_is_available_now(at_home: Visitor, charger: Charger) -> None:
    free = {"available": "yes"}
    at_home.send(f"/favourites/{charger.charge_point_id}", starred="yes")
    # The whole charger's own status, 0, is no connector.
    charger.status(0, "Available")
    assert "Connector 2 Available" in listed(at_home, charger, **free)
    for connector_id, status in ((1, "Preparing"), (2, "Charging")):
        charger.status(connector_id, status)
    assert "Nothing is free right now" in listed(at_home, charger, **free)
    assert "In use" in listed(at_home, charger)
    page = at_home.http.get("/", params={"q": charger.charge_point_id, **free})
    assert 'value="yes" checked' in page.text
    assert f'href="/?q={charger.charge_point_id}"' in page.text
    charger.status(1, "Available")
    assert "Connector 1 Available" in listed(at_home, charger, **free)
    charger.close()
    until(lambda: "Nothing is free right now" in listed(at_home, charger, **free))


def test_the_form_s_answer_says_what_the_page_s_address_is_now(at_home: Visitor) -> None:
    asked = {"q": "a b", "available": "yes"}
    by_form = at_home.http.get("/charge-points", params=asked, headers={"HX-Trigger": "finding"})
    assert by_form.headers["HX-Replace-Url"] == "/?q=a+b&available=yes"
    assert "HX-Replace-Url" not in at_home.http.get("/charge-points", params=asked).headers
