"""Web logins: a cookie that no script reads, forms that no other site can send, and where one is led."""

import re
from typing import Any

import pytest

from tests.app.every_route import PAGES, ROUTES
from tests.app.stories import problem
from tests.app.web.visitors import Visitor, said
from tests.live import Api, Server


def test_a_new_account_is_logged_in_and_its_cookie_is_for_the_server_alone(visitor: Visitor) -> None:
    answer = visitor.send("/signup", username="web-driver", password="a driver's", name="", email="")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    login, csrf = sorted(answer.headers.get_list("Set-Cookie"), key=lambda line: "HttpOnly" not in line)
    assert login.startswith("chargebridge_login=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(login.split("; "))
    assert "Secure" not in login
    assert csrf.startswith("chargebridge_csrf=")
    assert visitor.http.get("/api/me").json()["username"] == "web-driver"
    assert visitor.get("/login").headers["Location"] == "/"


def test_the_cookie_is_sent_over_tls_alone_where_the_server_is_reached_by_https(
    public_server: Server,
) -> None:
    with Visitor(public_server) as visitor:
        answer = visitor.send("/login", username="root", password="root password for tests")
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        cookies = answer.headers.get_list("Set-Cookie")
        assert len(cookies) == 2
        assert all("Secure" in line.split("; ") for line in cookies)


def test_a_change_by_the_cookie_needs_the_token_that_only_our_pages_know(at_home: Visitor, account: Api) -> None:
    change = {"name": "Somchai"}
    problem(at_home.http.patch("/api/me", json=change), 403, "csrf_failed")
    forged = {"X-CSRF-Token": "00000000-0000-0000-0000-000000000000"}
    problem(at_home.http.patch("/api/me", json=change, headers=forged), 403, "csrf_failed")
    right = {"X-CSRF-Token": at_home.http.cookies["chargebridge_csrf"]}
    assert at_home.http.patch("/api/me", json=change, headers=right).json()["name"] == "Somchai"
    account.patch("/api/me", name=None)


def test_no_route_changes_anything_by_the_cookie_alone(at_home: Visitor) -> None:
    unsafe = [r for r in (*ROUTES, *PAGES) if r.method != "GET" and r.policy.role is not None and not r.policy.refresh]
    assert len(unsafe) > 100
    for route in unsafe:
        path = re.sub(r"\{\w+\}", "1", route.path)
        answer = at_home.http.request(route.method, path)
        assert answer.status_code == 403, route
        assert "csrf_failed" in answer.text or "Load it again" in said(answer), route


def test_a_form_without_the_token_changes_nothing_and_says_what_to_do(at_home: Visitor, account: Api) -> None:
    answer = at_home.send("/profile", csrf_token="", name="Forged", language="en")
    assert answer.status_code == 403
    assert "Load it again" in said(answer)
    assert "name" not in account.get("/api/me").json()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_no_other_site_can_log_a_browser_in(visitor: Visitor, account: Api, headers: dict[str, str]) -> None:
    answer = visitor.send("/login", headers, username=account.username, password="a driver's")
    assert answer.status_code == 404
    assert "Set-Cookie" not in answer.headers


def test_our_own_origin_is_no_other_site(server: Server, visitor: Visitor, account: Api) -> None:
    for headers in ({"Origin": server.url}, {"Origin": server.url, "Sec-Fetch-Site": "same-origin"}):
        assert visitor.send("/login", headers, username=account.username, password="a driver's").status_code == 303


@pytest.mark.parametrize(
    ("wanted", "to"),
    [
        ("/sessions?month=2030-01", "/sessions?month=2030-01"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("/\\elsewhere.example/", "/"),
        ("/\t/elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_after_the_login_one_goes_on_to_a_page_of_ours_and_to_no_other(at_home: Visitor, wanted: str, to: str) -> None:
    answer = at_home.http.get("/login", params={"next": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (303, to)


def test_who_is_not_logged_in_is_led_to_the_login_and_from_there_back(visitor: Visitor, account: Api) -> None:
    answer = visitor.get("/sessions?month=2030-01")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/login?next=/sessions?month%3D2030-01")
    login = visitor.get(answer.headers["Location"])
    assert 'action="/login?next=/sessions?month%3D2030-01"' in login.text
    back = visitor.send(answer.headers["Location"], username=account.username, password="a driver's")
    assert back.headers["Location"] == "/sessions?month=2030-01"


def test_a_part_of_a_page_leads_the_whole_page_to_the_login(visitor: Visitor) -> None:
    shown = {"HX_Request": "true", "HX_Current_URL": "http://localhost/charge/CP001/1"}
    answer = visitor.get("/charge-points", **shown)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/login?next=/charge/CP001/1")


def test_addresses_in_headers_that_are_none_do_no_harm(visitor: Visitor) -> None:
    answer = visitor.get("/charge-points", HX_Request="true", HX_Current_URL="http://[")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/login?next=/")
    wrong = {"username": "nobody-at-all", "password": "not mine"}
    assert visitor.send("/login", {"Referer": "http://["}, **wrong).status_code == 401
    assert visitor.send("/login", {"Origin": "http://["}, **wrong).status_code == 404


def test_logging_out_ends_the_login_and_this_one_only(server: Server, account: Api, at_home: Visitor) -> None:
    stolen = at_home.http.cookies["chargebridge_login"]
    answer = at_home.send("/logout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "chargebridge_login" not in at_home.http.cookies
    at_home.http.cookies.set("chargebridge_login", stolen)
    problem(at_home.http.get("/api/me"), 401, "not_authenticated")
    assert at_home.get("/profile").headers["Location"].startswith("/login")
    assert at_home.get("/login").status_code == 200
    assert account.get("/api/me").status_code == 200


def test_a_wrong_password_is_told_on_the_form_and_counts_with_those_of_the_api(server: Server, account: Api) -> None:
    with Visitor(server, "127.3.0.1") as guesser:
        answer = guesser.send("/login", username=account.username, password="not mine")
        assert answer.status_code == 401
        assert "User name or password wrong" in said(answer)
        assert f'value="{account.username}"' in answer.text
        assert "not mine" not in answer.text
        wrong: dict[str, Any] = {"username": account.username, "password": "not mine"}
        for _ in range(9):
            assert guesser.http.post("/api/login", json=wrong).status_code == 401
        last = guesser.send("/login", username=account.username, password="a driver's")
        assert last.status_code == 429
        assert int(last.headers["Retry-After"]) > 0
        assert "Wait a minute" in said(last)


def test_what_is_wrong_with_a_new_account_is_told_at_its_field(visitor: Visitor, account: Api) -> None:
    answer = visitor.send("/signup", username="a b", password="short", email="nowhere")
    assert answer.status_code == 422
    for told in ("3 to 64 letters", "At least 8 characters.", "This is not an e-mail address."):
        assert told in said(answer)
    assert answer.text.count('aria-invalid="true"') == 3
    taken = visitor.send("/signup", username=account.username, password="long enough")
    assert taken.status_code == 409
    assert "This user name is taken" in said(taken)
    assert visitor.send("/signup", username="climber", password="long enough", role="root").status_code == 422
