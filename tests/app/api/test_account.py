"""Accounts over HTTP: sign up, log in, guess passwords, keep a profile, block one's own tag."""

import statistics
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.app.stories import calling_from, new_charger, problem
from tests.live import Api, Server


@pytest.fixture(scope="module")
def someone(server: Server) -> Iterator[Api]:
    api = server.sign_up()
    yield api
    api.close()


def a_name() -> str:
    return f"name-{uuid4().hex[:10]}"


def test_signing_up_gives_tokens_an_id_tag_and_the_least_role(server: Server) -> None:
    api = server.anonymous()
    username = a_name()
    signed_up = api.post("/api/signup", username=username, password="long enough", email="a@b.example", name="Ann")
    assert signed_up.status_code == 201
    answer = signed_up.json()
    assert set(answer) == {"access_token", "refresh_token", "expires_in", "idTag", "role", "username"}
    assert (answer["role"], answer["username"], answer["expires_in"]) == ("user", username, 900)
    assert len(answer["idTag"]) <= 20

    api.use(answer)
    profile = api.get("/api/me").json()
    assert profile.items() >= {"username": username, "email": "a@b.example", "name": "Ann", "language": "en"}.items()
    assert "password_hash" not in profile
    assert [tag["idTag"] for tag in api.get("/api/me/id_tags").json()["items"]] == [answer["idTag"]]
    logged_in = api.post("/api/login", username=username.upper(), password="long enough")
    assert logged_in.json()["idTag"] == answer["idTag"]
    api.close()


def test_a_user_name_is_taken_whatever_its_case(server: Server, someone: Api) -> None:
    taken = someone.post("/api/signup", username=someone.username.upper(), password="long enough")
    problem(taken, 409, "username_taken")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "root"),
        ("is_admin", True),
        ("_id", "root"),
        ("idTag", "MINE"),
        ("disabled", False),
        ("password_hash", "x"),
        ("$set", {"role": "root"}),
        ("balance", 1000),
    ],
)
def test_nobody_hands_himself_more_than_a_profile(server: Server, someone: Api, field: str, value: object) -> None:
    body = {"username": a_name(), "password": "long enough", field: value}
    refused = problem(someone.post("/api/signup", body), 422, "bad_input")
    assert refused["errors"] == [{"field": field, "message": "there is no such field"}]
    refused = problem(someone.patch("/api/me", **{field: value}), 422, "bad_input")
    assert refused["errors"] == [{"field": field, "message": "there is no such field"}]
    assert someone.get("/api/me").json()["role"] == "user"


def test_a_profile_changes_and_its_optional_parts_can_go(someone: Api) -> None:
    changed = someone.patch("/api/me", name="  Ann B.  ", email="ann@b.example", language="de").json()
    assert (changed["name"], changed["email"], changed["language"]) == ("Ann B.", "ann@b.example", "de")
    changed = someone.patch("/api/me", name=None, email=None).json()
    assert "name" not in changed
    assert "email" not in changed
    assert changed["language"] == "de"
    problem(someone.patch("/api/me", language=None), 422, "bad_input")


def test_guesses_look_and_last_the_same_for_every_name_and_end_for_the_address(server: Server, root: Api) -> None:
    known = [root.post("/api/users", username=a_name(), password="long enough").json()["username"] for _ in range(3)]
    seconds: dict[bool, list[float]] = {True: [], False: []}
    bodies = set()
    with calling_from(server, "127.0.0.2") as guesser:
        guesser.get("/healthz")
        for number in range(60):
            exists = number % 2 == 0
            began = time.perf_counter()
            username = known[number % 3] if exists else a_name()
            refused = guesser.post("/api/login", username=username, password="not the password")
            seconds[exists].append(time.perf_counter() - began)
            document = problem(refused, 401, "not_authenticated")
            bodies.add((document["detail"], len(refused.content)))
        problem(guesser.post("/api/login", username=a_name(), password="another"), 429, "too_many_attempts")
    assert len(bodies) == 1
    for_known, for_unknown = statistics.median(seconds[True]), statistics.median(seconds[False])
    assert abs(for_known - for_unknown) < 0.3 * for_known, f"{for_known:.4f} s known, {for_unknown:.4f} s unknown"


def test_ten_wrong_passwords_lock_the_guesser_out_and_nobody_else(server: Server) -> None:
    victim = server.sign_up()
    with calling_from(server, "127.0.0.3") as guesser:
        for _ in range(10):
            wrong = guesser.post("/api/login", username=victim.username, password="a guess")
            problem(wrong, 401, "not_authenticated")
        refused = guesser.post("/api/login", username=victim.username, password="a driver's")
        problem(refused, 429, "too_many_attempts")
        assert 1 <= int(refused.headers["Retry-After"]) <= 60

        # Writing the name differently, or claiming to come from elsewhere, is no way around.
        shouted = guesser.post("/api/login", username=victim.username.upper(), password="a driver's")
        problem(shouted, 429, "too_many_attempts")
        headers = {"X-Forwarded-For": "198.51.100.7", "X-Real-IP": "198.51.100.7", "Forwarded": "for=198.51.100.7"}
        body = {"username": victim.username, "password": "a driver's"}
        problem(guesser.post("/api/login", body, headers=headers), 429, "too_many_attempts")

        # The guesser's own account, and the victim at home, are not locked.
        own = guesser.post("/api/signup", username=a_name(), password="the guesser's").json()["username"]
        assert guesser.post("/api/login", username=own, password="the guesser's").status_code == 200
    assert victim.post("/api/login", username=victim.username, password="a driver's").status_code == 200
    victim.close()


def test_a_logged_in_stranger_cannot_guess_the_old_password_for_ever(server: Server) -> None:
    stolen = server.sign_up()
    answers = [
        stolen.post("/api/me/password", old_password=f"guess {n}", new_password="the thief's").status_code
        for n in range(11)
    ]
    assert answers == [422] * 10 + [429]
    stolen.close()


def test_a_driver_blocks_his_own_tag_and_no_other(server: Server, root: Api) -> None:
    driver, other = server.sign_up(), server.sign_up()
    problem(driver.post(f"/api/me/id_tags/{other.id_tag}/block", {}), 404, "not_found")
    assert driver.post(f"/api/me/id_tags/{driver.id_tag.lower()}/block", {}).json()["status"] == "Blocked"
    assert other.get("/api/me/id_tags").json()["items"][0]["status"] == "Accepted"

    charger = new_charger(server, root)
    refused = driver.post("/api/start_charging", evse_id=charger.charge_point_id, connector_id=1)
    assert problem(refused, 409, "id_tag_not_accepted")["id_tag_status"] == "Blocked"
    for each in (driver, other, charger):
        each.close()
