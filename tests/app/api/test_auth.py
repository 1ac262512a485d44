"""Tokens: every defect of one is a 401, and what happened to the account counts with the very next request."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from app.accounts import Accounts
from app.central_system import utc_now
from app.domain.roles import Role
from app.errors import NotAuthenticated
from app.storage.database import Storage
from tests import plain_http
from tests.app.stories import problem
from tests.live import Api, Server

ANOTHER_SECRET = "another secret, just as long as ours is"


@pytest.fixture(scope="module")
def someone(server: Server) -> Iterator[Api]:
    api = server.sign_up()
    yield api
    api.close()


@pytest.fixture(scope="module")
def secret(server: Server) -> str:
    return (server.data_dir / "jwt_secret_key").read_text().strip()


def me(server: Server, token: str) -> httpx.Response:
    return plain_http.get(f"{server.url}/api/me", headers={b"Authorization": b"Bearer " + token.encode("latin-1")})


def without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {k: v for k, v in claims.items() if k != name}


def with_head(claims: dict[str, Any], secret: str, **head: Any) -> str:
    """Sign as we do, whatever the head says."""
    parts = [json.dumps(part).encode() for part in ({"typ": "JWT", **head}, claims)]
    signed = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = urlsafe_b64encode(hmac.digest(secret.encode(), signed, "sha256")).rstrip(b"=")
    return (signed + b"." + signature).decode()


RSA_KEY = rsa.generate_private_key(65537, 2048)
FORGERIES = {
    "expired": lambda c, s: jwt.encode({**c, "exp": int(time.time()) - 1}, s),
    "not valid before tomorrow": lambda c, s: jwt.encode({**c, "nbf": int(time.time()) + 86400}, s),
    "signed with another secret": lambda c, s: jwt.encode(c, ANOTHER_SECRET),
    "unsigned": lambda c, s: jwt.encode(c, None, algorithm="none"),
    "unsigned, in other letters": lambda c, s: with_head(c, s, alg="nOnE").rpartition(".")[0] + ".",
    "signed with another algorithm": lambda c, s: jwt.encode(c, s * 2, algorithm="HS512"),
    "signed with a key of its own": lambda c, s: jwt.encode(c, RSA_KEY, algorithm="RS256"),
    "said to be signed with RSA": lambda c, s: with_head(c, s, alg="RS256"),
    "said to be signed with nothing": lambda c, s: with_head(c, s, alg="none"),
    "without an algorithm": lambda c, s: with_head(c, s),
    "of another account": lambda c, s: jwt.encode({**c, "sub": "root"}, s),
    "of nobody": lambda c, s: jwt.encode(without(c, "sub"), s),
    "of a number": lambda c, s: jwt.encode({**c, "sub": 1}, s),
    "of no login": lambda c, s: jwt.encode(without(c, "login"), s),
    "of a login that is an operator": lambda c, s: jwt.encode({**c, "login": {"$ne": None}}, s),
    "with a critical extension": lambda c, s: jwt.encode(c, s, headers={"crit": ["x"]}),
    "garbage": lambda c, s: "garbage",
    "three dots": lambda c, s: "a.b.c",
    "not ASCII": lambda c, s: "\xe9.\xe9.\xe9",
    "two words": lambda c, s: "two words",
    "very long": lambda c, s: "x" * 7000,
}


@pytest.mark.parametrize("defect", FORGERIES)
def test_a_token_with_a_defect_is_refused(server: Server, someone: Api, secret: str, defect: str) -> None:
    claims = jwt.decode(someone.tokens["access_token"], secret, algorithms=["HS256"])
    refused = me(server, FORGERIES[defect](claims, secret))
    problem(refused, 401, "not_authenticated")
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_with_a_changed_payload_is_refused(server: Server, someone: Api, secret: str) -> None:
    head, _payload, signature = someone.tokens["access_token"].split(".")
    other = jwt.encode({"sub": "root", "exp": int(time.time()) + 900}, secret).split(".")[1]
    problem(me(server, f"{head}.{other}.{signature}"), 401, "not_authenticated")


def test_what_the_forgeries_are_made_with_makes_good_tokens_too(server: Server, someone: Api, secret: str) -> None:
    claims = jwt.decode(someone.tokens["access_token"], secret, algorithms=["HS256"])
    assert me(server, with_head(claims, secret, alg="HS256")).status_code == 200


def test_no_token_is_refused_with_a_word_on_how_to_send_one(server: Server) -> None:
    for headers in ({}, {"Authorization": "Basic cm9vdDpyb290"}, {"Authorization": "Bearer"}):
        refused = plain_http.get(f"{server.url}/api/me", headers=headers)
        problem(refused, 401, "not_authenticated")
    assert "Authorization: Bearer" in plain_http.get(f"{server.url}/api/me").json()["detail"]


def test_an_access_token_does_not_refresh_and_a_refresh_token_gives_no_access(server: Server, someone: Api) -> None:
    access, refresh = someone.tokens["access_token"], someone.tokens["refresh_token"]
    problem(me(server, refresh), 401, "not_authenticated")
    anonymous = server.anonymous()
    problem(anonymous.post("/api/refresh", refresh_token=access), 401, "not_authenticated")
    problem(anonymous.post("/api/refresh", {}, headers={"Authorization": f"Bearer {access}"}), 401, "not_authenticated")
    assert me(server, access).status_code == 200
    anonymous.close()


def test_the_access_token_may_come_in_the_json_body(server: Server, charger: Any) -> None:
    driver = server.sign_up()
    anonymous = server.anonymous()
    body = {"evse_id": charger.charge_point_id, "connector_id": 9, "token": driver.tokens["access_token"]}
    answer = anonymous.post("/api/start_charging", body)
    assert problem(answer, 422, "bad_input")["errors"][0]["field"] == "connector_id"
    for token in ("x", None, 5, {"$ne": None}, [driver.tokens["access_token"]]):
        problem(anonymous.post("/api/start_charging", {**body, "token": token}), 401, "not_authenticated")
    assert anonymous.post("/api/logout", token=driver.tokens["access_token"]).status_code == 204
    problem(anonymous.post("/api/start_charging", body), 401, "not_authenticated")
    driver.close()
    anonymous.close()


def test_an_operators_command_may_carry_its_token_in_the_body_too(server: Server, root: Api, charger: Any) -> None:
    anonymous = server.anonymous()
    path = f"/api/charge_points/{charger.charge_point_id}/commands/Reset"
    refused = anonymous.post(path, {"type": "Medium", "token": root.tokens["access_token"]})
    errors = problem(refused, 422, "bad_input")["errors"]
    assert [e["field"] for e in errors] == ["type"]
    anonymous.close()


def test_a_refresh_token_is_good_once_and_its_second_use_ends_the_login(server: Server) -> None:
    driver = server.sign_up()
    first = driver.tokens
    second = driver.post("/api/refresh", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["username"] == first["username"]
    assert me(server, second["access_token"]).status_code == 200

    problem(driver.post("/api/refresh", refresh_token=first["refresh_token"]), 401, "not_authenticated")
    for access in (first["access_token"], second["access_token"]):
        problem(me(server, access), 401, "not_authenticated")
    problem(driver.post("/api/refresh", refresh_token=second["refresh_token"]), 401, "not_authenticated")
    driver.close()


def test_a_refresh_token_may_come_as_the_bearer_token(server: Server) -> None:
    driver = server.sign_up()
    headers = {"Authorization": f"Bearer {driver.tokens['refresh_token']}"}
    refreshed = driver.post("/api/refresh", {}, headers=headers)
    assert refreshed.status_code == 200
    assert me(server, refreshed.json()["access_token"]).status_code == 200
    driver.close()


def test_logging_out_kills_both_tokens_of_this_login_and_no_other(server: Server) -> None:
    phone = server.sign_up()
    tablet = server.log_in(phone.username, "a driver's")
    assert phone.post("/api/logout", {}).status_code == 204
    problem(phone.get("/api/me"), 401, "not_authenticated")
    problem(phone.post("/api/refresh", refresh_token=phone.tokens["refresh_token"]), 401, "not_authenticated")
    assert tablet.get("/api/me").status_code == 200
    phone.close()
    tablet.close()


def test_a_new_password_ends_the_other_logins(server: Server) -> None:
    phone = server.sign_up()
    stolen = server.log_in(phone.username, "a driver's")
    wrong = phone.post("/api/me/password", old_password="not mine", new_password="another one")
    assert problem(wrong, 422, "bad_input")["errors"][0]["field"] == "old_password"

    changed = phone.post("/api/me/password", old_password="a driver's", new_password="another one")
    assert changed.status_code == 204
    problem(stolen.get("/api/me"), 401, "not_authenticated")
    problem(stolen.post("/api/refresh", refresh_token=stolen.tokens["refresh_token"]), 401, "not_authenticated")
    assert phone.get("/api/me").status_code == 200
    old = phone.post("/api/login", username=phone.username, password="a driver's")
    problem(old, 401, "not_authenticated")
    assert phone.post("/api/login", username=phone.username, password="another one").status_code == 200
    phone.close()
    stolen.close()


def test_a_disabled_account_is_out_at_once_and_can_come_back(server: Server, root: Api) -> None:
    driver = server.sign_up()
    disabled = root.patch(f"/api/users/{driver.username}", disabled=True)
    assert disabled.json()["disabled"] is True
    problem(driver.get("/api/me"), 401, "not_authenticated")
    problem(driver.post("/api/refresh", refresh_token=driver.tokens["refresh_token"]), 401, "not_authenticated")
    login = driver.post("/api/login", username=driver.username, password="a driver's")
    assert problem(login, 401, "not_authenticated")["detail"] == "user name or password wrong"

    root.patch(f"/api/users/{driver.username}", disabled=False)
    problem(driver.get("/api/me"), 401, "not_authenticated")
    assert driver.post("/api/login", username=driver.username, password="a driver's").status_code == 200
    driver.close()


def test_a_changed_role_counts_with_the_next_request(server: Server, root: Api) -> None:
    promoted = server.sign_up()
    problem(promoted.get("/api/id_tags"), 403, "forbidden")
    root.patch(f"/api/users/{promoted.username}", role="staff")
    assert promoted.get("/api/id_tags").status_code == 200
    root.patch(f"/api/users/{promoted.username}", role="user")
    problem(promoted.get("/api/id_tags"), 403, "forbidden")
    promoted.close()


@pytest.mark.parametrize("cost", [12, 14])
def test_a_password_that_is_set_takes_the_work_that_is_asked_for_and_an_older_one_stays_good(
    storage: Storage, cost: int
) -> None:
    Accounts(storage, utc_now).create("somebody", "long enough", Role.USER, {})
    accounts = Accounts(storage, utc_now, cost)
    older = accounts.log_in("somebody", "long enough").user
    accounts.set_password("somebody", "another one")
    newer = accounts.log_in("somebody", "another one").user
    assert [user.password_hash.partition("$")[0] for user in (older, newer)] == [
        "scrypt:32768:8:1",
        f"scrypt:{2**cost}:8:1",
    ]


@pytest.mark.parametrize("event", ["the password is changed", "the account is disabled", "the account is deleted"])
def test_a_login_does_not_survive_what_happens_while_its_password_is_checked(storage: Storage, event: str) -> None:
    accounts = Accounts(storage, utc_now)
    user = accounts.create("late", "long enough", Role.USER, {})
    happens = {
        "the password is changed": lambda: accounts.set_password("late", "another one"),
        "the account is disabled": lambda: accounts.change(user, {"disabled": True}),
        "the account is deleted": lambda: storage.users.delete(user.user_id),
    }

    def clock() -> datetime:
        # It is asked for the time between the check and the login.
        happens[event]()
        return utc_now()

    with pytest.raises(NotAuthenticated):
        Accounts(storage, clock).log_in("late", "long enough")
    assert storage.logins.find({}) == []
