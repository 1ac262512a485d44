"""A new Basic-auth key by ChangeConfiguration: whatever becomes of the answer, the charge point is not locked out."""

from collections.abc import Callable
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from tests.app.secure import SecureServer, added, configure, opens, refused, send_configuration
from tests.app.stories import meanwhile, problem
from tests.live import Api, Charger, until

Connect = Callable[..., Charger]
RAW = bytes(range(0xE8, 0xFC))  # twenty bytes that are not UTF-8
NEW = "0f1e2d3c4b5a69788796a5b4c3d2e1f001122334"


@pytest.fixture
def one(secure_root: Api) -> dict[str, Any]:
    return added(secure_root, security_profile=2)


@pytest.fixture
def charger(one: dict[str, Any], over_tls: Connect) -> Charger:
    opened = over_tls(one["id"], one["password"])
    opened.boot()
    return opened


def pending(root: Api, charge_point_id: str) -> bool:
    return bool(root.get(f"/api/charge_points/{charge_point_id}").json().get("pending_password", False))


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (RAW.hex(), RAW),
        (RAW.hex(), RAW.hex().upper()),
        (RAW.hex().upper(), RAW),
        (RAW.hex().upper(), RAW.hex()),
        ("e8E9eaEBecEDeeEFf0F1f2F3f4F5f6F7", RAW[:16]),
        ("e8E9eaEBecEDeeEFf0F1f2F3f4F5f6F7", "e8E9eaEBecEDeeEFf0F1f2F3f4F5f6F7"),
        ("exactly 16 chars", "exactly 16 chars"),
        ("exactly 16 chars", b"exactly 16 chars".hex()),
        (b"exactly 16 chars".hex(), "exactly 16 chars"),
        ("0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_the_new_key_opens_however_it_is_written(
    secure_root: Api, over_tls: Connect, charger: Charger, sent: str, shown: str | bytes
) -> None:
    answer = configure(secure_root, charger, "AuthorizationKey", sent, {"status": "Accepted"})
    assert answer.json()["status"] == "Accepted"
    assert opens(over_tls, charger.charge_point_id, shown)


def test_old_and_new_open_until_the_new_one_does(
    secure_root: Api, over_tls: Connect, one: dict[str, Any], charger: Charger
) -> None:
    configure(secure_root, charger, "AuthorizationKey", NEW, {"status": "Accepted"})
    assert opens(over_tls, one["id"], one["password"])
    assert pending(secure_root, one["id"])
    assert opens(over_tls, one["id"], NEW)
    assert not pending(secure_root, one["id"])
    assert refused(over_tls, one["id"], one["password"]) == 401
    assert opens(over_tls, one["id"], NEW)
    kinds = [e["kind"] for e in secure_root.get(f"/api/charge_points/{one['id']}/events").json()["items"]]
    assert kinds.count("authorization_key_changed") == 1


@pytest.mark.parametrize(
    "answer",
    [{"status": "Rejected"}, {"status": "NotSupported"}, ["NotImplemented", "", {}], ["InternalError", "", {}]],
)
def test_a_key_that_was_not_taken_opens_nothing(
    secure_root: Api, over_tls: Connect, one: dict[str, Any], charger: Charger, answer: Any
) -> None:
    configure(secure_root, charger, "AuthorizationKey", NEW, answer)
    assert refused(over_tls, one["id"], NEW) == 401
    assert opens(over_tls, one["id"], one["password"])
    assert not pending(secure_root, one["id"])


@pytest.mark.parametrize("late", [{"status": "Accepted"}, {"status": "Rejected"}, None])
def test_without_an_answer_in_time_both_open(
    secure_root: Api, over_tls: Connect, one: dict[str, Any], charger: Charger, late: Any
) -> None:
    told = meanwhile(lambda: send_configuration(secure_root, one["id"], "AuthorizationKey", NEW))
    _type, message_id, action, _payload = charger.receive()
    assert action == "ChangeConfiguration"
    command_id = problem(told(), 504, "charge_point_timeout")["command_id"]
    if late is not None:
        charger.send([3, message_id, late])
        until(lambda: "response" in secure_root.get(f"/api/commands/{command_id}").json())
    assert opens(over_tls, one["id"], one["password"])
    assert opens(over_tls, one["id"], NEW)
    assert refused(over_tls, one["id"], one["password"]) == 401


def test_when_it_hangs_up_instead_of_answering_both_open(
    secure_root: Api, over_tls: Connect, one: dict[str, Any], charger: Charger
) -> None:
    told = meanwhile(lambda: send_configuration(secure_root, one["id"], "AuthorizationKey", NEW))
    charger.receive()
    charger.close()
    problem(told(), 502, "charge_point_disconnected")
    assert opens(over_tls, one["id"], one["password"])
    assert opens(over_tls, one["id"], NEW)


def test_a_key_that_could_not_be_sent_opens_nothing(secure_root: Api, over_tls: Connect, one: dict[str, Any]) -> None:
    answer = send_configuration(secure_root, one["id"], "AuthorizationKey", NEW)
    problem(answer, 409, "charge_point_offline")
    assert refused(over_tls, one["id"], NEW) == 401
    assert opens(over_tls, one["id"], one["password"])


def test_after_an_unknown_outcome_another_key_may_be_tried(
    secure_root: Api, over_tls: Connect, one: dict[str, Any], charger: Charger
) -> None:
    charger.answers["ChangeConfiguration"] = None
    told = meanwhile(lambda: send_configuration(secure_root, one["id"], "authorizationKEY", NEW))
    charger.serve(1)
    problem(told(), 504, "charge_point_timeout")
    configure(secure_root, charger, "AuthorizationKey", RAW.hex(), {"status": "Rejected"})
    assert refused(over_tls, one["id"], RAW.hex()) == 401
    # The first one may have been taken all the same.
    assert opens(over_tls, one["id"], NEW)


def test_a_newer_key_in_use_ends_all_before_it(
    secure_root: Api, over_tls: Connect, one: dict[str, Any], charger: Charger
) -> None:
    for key in (NEW, RAW.hex()):
        configure(secure_root, charger, "AuthorizationKey", key, {"status": "Accepted"})
    assert opens(over_tls, one["id"], RAW)
    for old in (one["password"], NEW):
        assert refused(over_tls, one["id"], old) == 401


def test_keys_that_nobody_uses_are_bounded(secure_root: Api, one: dict[str, Any], charger: Charger) -> None:
    for n in range(5):
        configure(secure_root, charger, "AuthorizationKey", f"a key of many: {n}", {"status": "Accepted"})
    answer = send_configuration(secure_root, one["id"], "AuthorizationKey", "one key too many")
    problem(answer, 409, "too_many_pending_keys")
    secure_root.post(f"/api/charge_points/{one['id']}/password")
    assert not pending(secure_root, one["id"])


def test_a_password_given_by_an_admin_is_the_only_one(
    secure_root: Api, over_tls: Connect, one: dict[str, Any], charger: Charger
) -> None:
    configure(secure_root, charger, "AuthorizationKey", NEW, {"status": "Accepted"})
    secure_root.post(f"/api/charge_points/{one['id']}/password", password=RAW.hex())
    with pytest.raises(ConnectionClosed):
        charger.receive()
    assert refused(over_tls, one["id"], NEW) == 401
    assert opens(over_tls, one["id"], RAW)
    assert opens(over_tls, one["id"], RAW.hex().upper())


@pytest.mark.parametrize(
    "key", ["too short", "fifteen chars..", "x" * 21, "ab" * 15, "ab" * 21, "sixteen\nand more", ""]
)
def test_a_key_of_another_size_is_not_sent(secure_root: Api, one: dict[str, Any], charger: Charger, key: str) -> None:
    answer = send_configuration(secure_root, one["id"], "AuthorizationKey", key)
    assert problem(answer, 422, "bad_input")["errors"][0]["field"] == "value"
    assert key not in answer.json()["detail"] or not key
    assert not pending(secure_root, one["id"])
    assert "currentTime" in charger.call("Heartbeat", {})
    assert charger.called == []


def test_the_key_is_written_nowhere(
    secure: SecureServer, secure_root: Api, one: dict[str, Any], charger: Charger
) -> None:
    secret = "Never to be seen 1"
    command_id = configure(secure_root, charger, "AuthorizationKey", secret, {"status": "Accepted"}).json()[
        "command_id"
    ]
    record = secure_root.get(f"/api/commands/{command_id}").json()
    assert record["payload"] == {"key": "AuthorizationKey", "value": "***"}
    shown = secure_root.get(f"/api/charge_points/{one['id']}").text
    for text in (shown, secure.plain.log.read_text()):
        assert secret not in text
        assert secret.encode().hex() not in text
