"""The door as deployed: who may connect as a charge point, and what the operator learns of who may not."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.app.charging import events_of
from tests.app.secure import stranger
from tests.live import Api, Charger, basic, until

PASSWORD = "0123456789abcdef0123456789abcdef01234567"  # also the hex form of twenty bytes that are not UTF-8


@pytest.fixture
def charge_point(root: Api) -> str:
    """A charge point with PASSWORD."""
    answer = root.post("/api/charge_points", id=f"CP-{uuid4().hex[:10]}", password=PASSWORD)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def refused(plug: Callable[..., Charger], *args: Any, **options: Any) -> Any:
    """Connect in vain; return the HTTP response."""
    with pytest.raises(InvalidStatus) as refusal:
        plug(*args, **options)
    return refusal.value.response


def refusals(root: Api, charge_point_id: str) -> list[dict[str, Any]]:
    answer = root.get("/api/refusals", charge_point_id=charge_point_id)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


# Credentials


def test_the_right_password_opens(plug: Callable[..., Charger], charge_point: str, root: Api) -> None:
    assert plug(charge_point, PASSWORD).boot()["status"] == "Accepted"
    assert refusals(root, charge_point) == []


def test_a_password_may_come_as_the_bytes_its_hex_form_stands_for(
    plug: Callable[..., Charger], charge_point: str
) -> None:
    headers = {"Authorization": basic(charge_point, bytes.fromhex(PASSWORD))}
    with pytest.raises(UnicodeDecodeError):
        bytes.fromhex(PASSWORD).decode()
    assert plug(charge_point, headers=headers).boot()["status"] == "Accepted"


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        (lambda _id: None, "no password sent"),
        (lambda _id: "Bearer abc", "no password sent"),
        (lambda id_: basic(id_, "wrong"), "password wrong"),
        (lambda id_: basic(id_, b"\xff\xfe"), "password wrong"),
        (
            lambda _id: basic("CP-other", PASSWORD),
            "the user name is 'CP-other', but the id in the URL is '{id}'",
        ),
    ],
)
def test_without_the_right_credentials_nobody_comes_in_and_the_operator_reads_why(
    plug: Callable[..., Charger],
    charge_point: str,
    root: Api,
    authorization: Callable[[str], str | None],
    reason: str,
) -> None:
    genuine = plug(charge_point, PASSWORD)
    genuine.boot()
    shown = authorization(charge_point)
    response = refused(plug, charge_point, headers={"Authorization": shown} if shown else {})
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Basic realm="OCPP"')
    assert b"CP-" not in response.body
    reason = reason.format(id=charge_point)
    (one,) = refusals(root, charge_point)
    assert (one["status"], one["reason"], one["count"]) == (401, reason, 1)
    assert "currentTime" in genuine.call("Heartbeat", {})
    (event,) = events_of(root, genuine)
    assert (event["kind"], event["reason"]) == ("connection_refused", reason)


def test_the_user_name_may_differ_in_case(plug: Callable[..., Charger], charge_point: str) -> None:
    headers = {"Authorization": basic(charge_point.lower(), PASSWORD)}
    charger = plug(charge_point, headers=headers, path=charge_point.upper())
    assert charger.boot()["status"] == "Accepted"


def test_a_charge_point_that_needs_no_password_needs_none(plug: Callable[..., Charger], root: Api) -> None:
    charge_point = root.post("/api/charge_points", id=f"CP-{uuid4().hex[:10]}", security_profile=0).json()["id"]
    assert plug(charge_point).boot()["status"] == "Accepted"


def test_an_origin_is_no_obstacle(plug: Callable[..., Charger], charge_point: str) -> None:
    charger = plug(charge_point, PASSWORD, headers={"Origin": "http://charger.local"})
    assert charger.boot()["status"] == "Accepted"


def test_a_new_password_ends_the_connection_and_the_old_password(
    plug: Callable[..., Charger], charge_point: str, root: Api
) -> None:
    before = plug(charge_point, PASSWORD)
    new = root.post(f"/api/charge_points/{charge_point}/password").json()["password"]
    with pytest.raises(ConnectionClosed):
        before.receive()
    assert refused(plug, charge_point, PASSWORD).status_code == 401
    assert plug(charge_point, new).boot()["status"] == "Accepted"


def test_an_unknown_id_is_not_found_whatever_it_shows(plug: Callable[..., Charger], root: Api) -> None:
    unknown = f"NOBODY-{uuid4().hex[:8]}"
    answers = {(r.status_code, bytes(r.body)) for r in (refused(plug, unknown), refused(plug, unknown, PASSWORD))}
    assert answers == {(404, b"There is no such charge point.\n")}
    (one,) = refusals(root, unknown)
    assert (one["status"], one["count"], one["subprotocols"]) == (404, 2, ["ocpp1.6"])
    assert one["reason"] == f"the id '{unknown}' is unknown here"


# Paths


@pytest.mark.parametrize("path", ["{}", "a/b/{}", "{}/", "{}?x=1", "%43%50-{rest}", "x/../{}"])
def test_the_last_segment_of_any_path_is_the_id(plug: Callable[..., Charger], charge_point: str, path: str) -> None:
    charger = plug(charge_point, PASSWORD, path=path.format(charge_point, rest=charge_point.removeprefix("CP-")))
    assert charger.boot()["status"] == "Accepted"


def test_a_blank_inside_an_id_is_percent_decoded_once(plug: Callable[..., Charger], root: Api) -> None:
    spaced = f"RDAM {uuid4().hex[:6]}"
    assert root.post("/api/charge_points", id=spaced, password=PASSWORD).status_code == 201
    assert plug(spaced, PASSWORD, path=spaced.replace(" ", "%20")).boot()["status"] == "Accepted"
    assert refused(plug, spaced, PASSWORD, path=spaced.replace(" ", "%2520")).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "CP%2F001",
        "..%2F..%2Fetc",
        "%00",
        "CP%0A001",
        "%F0%9F%94%8C",
        "x" * 300,
        "%FF",
        "%20",
        "...",
        "<script>",
        "'%22",
    ],
)
def test_an_id_that_cannot_be_is_a_bad_request(plug: Callable[..., Charger], path: str) -> None:
    assert refused(plug, "x", PASSWORD, path=path).status_code == 400


# Subprotocols


@pytest.mark.parametrize("offered", [[], ["ocpp0.1"], ["ocpp2.0.1"], ["OCPP16"]])
def test_without_our_subprotocol_there_is_no_upgrade_and_the_operator_sees_what_was_offered(
    plug: Callable[..., Charger], charge_point: str, root: Api, offered: list[str]
) -> None:
    assert refused(plug, charge_point, PASSWORD, subprotocols=offered).status_code == 400
    (one,) = refusals(root, charge_point)
    assert (one["status"], one["subprotocols"]) == (400, offered)


@pytest.mark.parametrize("offered", [["ocpp0.1", "ocpp1.6"], ["ocpp2.0.1", "ocpp1.6"], ["ocpp1.6", "ocpp2.0.1"]])
def test_our_subprotocol_is_chosen_among_several(
    plug: Callable[..., Charger], charge_point: str, offered: list[str]
) -> None:
    assert plug(charge_point, PASSWORD, subprotocols=offered).socket.subprotocol == "ocpp1.6"


def test_the_answer_tells_nothing_of_the_server(plug: Callable[..., Charger], charge_point: str) -> None:
    assert "Server" not in refused(plug, charge_point, "wrong").headers


# Two at once


def test_the_newest_authenticated_connection_wins(
    plug: Callable[..., Charger], charge_point: str, root: Api, address: str
) -> None:
    old = plug(charge_point, PASSWORD)
    old.boot()
    new = plug(charge_point, PASSWORD)
    with pytest.raises(ConnectionClosed) as closed:
        old.receive()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1008, "replaced")
    (event,) = until(lambda: events_of(root, new))
    assert (event["kind"], event["old_address"]) == ("connection_replaced", address)
    assert root.get(f"/api/charge_points/{charge_point}").json()["online"] is True


def test_a_call_to_the_old_connection_fails_at_once(plug: Callable[..., Charger], charge_point: str, root: Api) -> None:
    old = plug(charge_point, PASSWORD)
    old.boot()
    with ThreadPoolExecutor(1) as pool:
        reset = pool.submit(root.post, f"/api/charge_points/{charge_point}/commands/Reset", type="Soft")
        assert old.receive()[2] == "Reset"
        began = time.monotonic()
        new = plug(charge_point, PASSWORD)
        answer = reset.result()
    assert answer.json()["code"] == "charge_point_disconnected"
    assert time.monotonic() - began < 1.5  # the call's own deadline is two seconds
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(new.serve)
        answer = root.post(f"/api/charge_points/{charge_point}/commands/Reset", type="Soft")
        assert answer.json()["status"] == "Accepted"
        assert served.result() == [("Reset", {"type": "Soft"})]


def test_the_close_of_the_old_connection_does_not_take_the_new_one_off_line(
    plug: Callable[..., Charger], charge_point: str, root: Api
) -> None:
    old = plug(charge_point, PASSWORD)
    old.boot()
    new = plug(charge_point, PASSWORD)
    old.close()
    until(lambda: events_of(root, new))  # written when the old connection is done with
    assert root.get(f"/api/charge_points/{charge_point}").json()["online"] is True
    assert "currentTime" in new.call("Heartbeat", {})


def test_a_charge_point_that_replaces_itself_all_the_time_is_slowed_down(
    plug: Callable[..., Charger], charge_point: str, root: Api
) -> None:
    def throttled() -> Any:
        try:
            plug(charge_point, PASSWORD)
        except InvalidStatus as refusal:
            return refusal.response
        return None

    response = next(answer for answer in (throttled() for _ in range(15)) if answer)
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    told = {one["kind"]: one["reason"] for one in refusals(root, charge_point)}
    assert told["refused"] == "throttled: its connections replace each other too often"


# Guesses


def test_who_guesses_a_password_locks_out_himself_and_not_the_charge_point(
    plug: Callable[..., Charger], charge_point: str, root: Api
) -> None:
    elsewhere = stranger()
    genuine = plug(charge_point, PASSWORD, source_address=elsewhere)
    genuine.boot()
    statuses = [refused(plug, charge_point, f"guess {n}").status_code for n in range(12)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert "currentTime" in genuine.call("Heartbeat", {})
    again = plug(charge_point, PASSWORD, source_address=elsewhere)
    assert "currentTime" in again.call("Heartbeat", {})
    told = {one["reason"]: one for one in refusals(root, charge_point)}
    assert told["password wrong"]["count"] >= 10
    assert told["throttled: too many failed attempts"]["status"] == 429


def test_who_tries_one_id_after_the_other_is_locked_out_by_address(plug: Callable[..., Charger]) -> None:
    # Attempts are forgiven with time, of which a busy machine takes some.
    attempts = (refused(plug, f"GUESS-{n}", "guess").status_code for n in range(500))
    before = list(takewhile(lambda status: status != 429, attempts))
    assert set(before) == {404}
    assert 60 <= len(before) < 500
