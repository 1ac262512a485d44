"""The four security profiles at the door: what each demands, how a charge point rises, and that none falls again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import trustme
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidStatus

from tests.app.secure import CPO_NAME, PROXY, SecureServer, added, configure, refused, send_configuration, stranger, why
from tests.app.stories import problem
from tests.live import Api, Charger, basic

Connect = Callable[..., Charger]


@pytest.fixture
def certificate(secure: SecureServer) -> Callable[..., tuple[str, str]]:
    return secure.authority.issue


@pytest.fixture
def serial_number() -> Iterator[str]:
    return f"SN-{stranger()[0]}"


def profile_of(root: Api, charge_point_id: str) -> int:
    return int(root.get(f"/api/charge_points/{charge_point_id}").json()["security_profile"])


def events(root: Api, charge_point_id: str) -> list[dict[str, Any]]:
    return list(root.get(f"/api/charge_points/{charge_point_id}/events").json()["items"])


# Profile 2


def test_profile_2_is_tls_and_the_password(secure_root: Api, over_tls: Connect, over_plain: Connect) -> None:
    one = added(secure_root, security_profile=2)
    assert one["url"].startswith("wss://")
    assert over_tls(one["id"], one["password"]).boot()["status"] == "Accepted"
    assert refused(over_tls, one["id"]) == 401
    assert refused(over_tls, one["id"], "not the password") == 401
    assert refused(over_plain, one["id"], one["password"]) == 403
    assert why(secure_root, one["id"])[0] == "plain ws but profile 2"


def test_a_refusal_over_plain_ws_does_not_ask_for_the_password(secure_root: Api, over_plain: Connect) -> None:
    one = added(secure_root, security_profile=2)
    with pytest.raises(InvalidStatus) as refusal:
        over_plain(one["id"], source_address=stranger())
    assert "WWW-Authenticate" not in refusal.value.response.headers


@pytest.mark.parametrize("header", ["X-Forwarded-Proto", "x-forwarded-proto"])
@pytest.mark.parametrize("scheme", ["https", "wss"])
def test_a_proxy_that_is_trusted_may_say_that_it_was_tls(
    secure_root: Api, over_plain: Connect, header: str, scheme: str
) -> None:
    one = added(secure_root, security_profile=2)
    forwarded = {header: scheme, "X-Forwarded-For": "203.0.113.7"}
    assert refused(over_plain, one["id"], one["password"], headers=forwarded) == 403
    charger = over_plain(one["id"], one["password"], headers=forwarded, source_address=PROXY)
    assert charger.boot()["status"] == "Accepted"


def test_a_trusted_proxy_that_was_spoken_to_in_the_clear_says_so(secure_root: Api, over_plain: Connect) -> None:
    one = added(secure_root, security_profile=2)
    for headers in ({}, {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "https, http"}):
        assert refused(over_plain, one["id"], one["password"], headers=headers, source_address=PROXY) == 403


def test_tls_is_welcome_where_the_profile_does_not_ask_for_it(secure_root: Api, over_tls: Connect) -> None:
    basic_only, open_to_all = added(secure_root, security_profile=1), added(secure_root, security_profile=0)
    assert over_tls(basic_only["id"], basic_only["password"]).boot()["status"] == "Accepted"
    assert over_tls(open_to_all["id"]).boot()["status"] == "Accepted"
    assert refused(over_tls, basic_only["id"]) == 401
    assert (profile_of(secure_root, basic_only["id"]), profile_of(secure_root, open_to_all["id"])) == (1, 0)


# Profile 3


def test_profile_3_is_a_certificate_with_our_name_and_the_serial_number(
    secure_root: Api, over_tls: Connect, certificate: Any, serial_number: str
) -> None:
    one = added(secure_root, security_profile=3, serial_number=serial_number)
    assert "password" not in one
    charger = over_tls(one["id"], None, *certificate(serial_number))
    assert charger.boot()["status"] == "Accepted"
    assert over_tls(one["id"], None, *certificate(serial_number, kind="RSA")).boot()["status"] == "Accepted"
    assert events(secure_root, one["id"])[-1]["kind"] == "connection_replaced"


def test_a_certificate_that_names_another_opens_nothing(
    secure_root: Api, over_tls: Connect, certificate: Any, serial_number: str
) -> None:
    one = added(secure_root, security_profile=3, serial_number=serial_number)
    assert refused(over_tls, one["id"], None, *certificate("SN-another")) == 401
    assert why(secure_root, one["id"])[0] == "the certificate's CN is 'SN-another', not the serial number"
    assert refused(over_tls, one["id"], None, *certificate(serial_number, "Somebody Else")) == 401
    assert why(secure_root, one["id"])[0] == "the certificate's O is 'Somebody Else', not CPO_NAME"
    assert refused(over_tls, one["id"], None, *certificate(serial_number, CPO_NAME.lower())) == 401


def test_without_a_certificate_profile_3_is_closed(
    secure_root: Api, over_tls: Connect, over_plain: Connect, certificate: Any, serial_number: str
) -> None:
    one = added(secure_root, security_profile=3, serial_number=serial_number, password="a password all the same")
    assert refused(over_tls, one["id"], one["password"]) == 401
    assert why(secure_root, one["id"])[0] == "no client certificate shown, but profile 3"
    assert refused(over_plain, one["id"], one["password"]) == 403
    # A proxy ends TLS, so whose certificate it saw is hearsay.
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
    assert refused(over_plain, one["id"], one["password"], headers=proxied, source_address=PROXY) == 401


def test_a_certificate_of_a_foreign_authority_does_not_get_as_far_as_the_door(
    secure: SecureServer, secure_root: Api, over_tls: Connect, serial_number: str
) -> None:
    one = added(secure_root, security_profile=3, serial_number=serial_number)
    foreign = trustme.CA().issue_cert(common_name=serial_number, organization_name=CPO_NAME)
    context = secure.authority.client()
    foreign.configure_cert(context)
    with pytest.raises((InvalidMessage, ConnectionClosed, OSError)):
        over_tls(one["id"], ssl=context)
    assert why(secure_root, one["id"]) == []


def test_an_expired_certificate_does_not_either(
    secure: SecureServer, secure_root: Api, over_tls: Connect, certificate: Any, serial_number: str
) -> None:
    one = added(secure_root, security_profile=3, serial_number=serial_number)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    expired = certificate(serial_number, not_before=yesterday - timedelta(days=1), not_after=yesterday)
    with pytest.raises((InvalidMessage, ConnectionClosed, OSError)):
        over_tls(one["id"], None, *expired)


def test_in_profile_3_a_boot_does_not_change_the_serial_number(
    secure_root: Api, over_tls: Connect, certificate: Any, serial_number: str
) -> None:
    one = added(secure_root, security_profile=3, serial_number=serial_number)
    charger = over_tls(one["id"], None, *certificate(serial_number))
    vendor = {"chargePointVendor": "V", "chargePointModel": "M"}
    for said in ({"chargePointSerialNumber": "SN-of-a-neighbour"}, {}):
        assert charger.call("BootNotification", vendor | said)["status"] == "Accepted"
        shown = secure_root.get(f"/api/charge_points/{one['id']}").json()
        assert (shown["serial_number"], shown["vendor"]) == (serial_number, "V")


def test_below_profile_3_the_serial_number_is_learned_at_boot(secure_root: Api, over_tls: Connect) -> None:
    one = added(secure_root, security_profile=2)
    charger = over_tls(one["id"], one["password"])
    vendor = {"chargePointVendor": "V", "chargePointModel": "M"}
    charger.call("BootNotification", vendor | {"chargePointSerialNumber": "SN-told"})
    assert secure_root.get(f"/api/charge_points/{one['id']}").json()["serial_number"] == "SN-told"
    changed = secure_root.patch(f"/api/charge_points/{one['id']}", serial_number="SN-corrected").json()
    assert changed["serial_number"] == "SN-corrected"


# Up, and never down


def test_a_raised_profile_closes_the_lower_one_once_it_is_used(
    secure_root: Api, over_tls: Connect, over_plain: Connect
) -> None:
    one = added(secure_root, security_profile=1)
    charger = over_plain(one["id"], one["password"])
    charger.boot()
    told = configure(secure_root, charger, "SecurityProfile", "2", {"status": "Accepted"})
    assert told.json()["status"] == "Accepted"
    # Until it has come back, nobody knows whether it can.
    assert over_plain(one["id"], one["password"]).boot()["status"] == "Accepted"
    assert secure_root.get(f"/api/charge_points/{one['id']}").json()["pending_security_profile"] == 2
    assert over_tls(one["id"], one["password"]).boot()["status"] == "Accepted"
    shown = secure_root.get(f"/api/charge_points/{one['id']}").json()
    assert (shown["security_profile"], "pending_security_profile" in shown) == (2, False)
    assert refused(over_plain, one["id"], one["password"]) == 403
    raised = next(event for event in events(secure_root, one["id"]) if event["kind"] == "security_profile_raised")
    assert (raised["old"], raised["new"]) == ("1", "2")


def test_from_profile_2_to_a_certificate(
    secure_root: Api, over_tls: Connect, certificate: Any, serial_number: str
) -> None:
    one = added(secure_root, security_profile=2)
    charger = over_tls(one["id"], one["password"])
    charger.call(
        "BootNotification",
        {"chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": serial_number},
    )
    configure(secure_root, charger, "securityprofile", "3", {"status": "RebootRequired"})
    assert refused(over_tls, one["id"], None, *certificate("SN-another")) == 401
    assert over_tls(one["id"], None, *certificate(serial_number)).boot()["status"] == "Accepted"
    assert profile_of(secure_root, one["id"]) == 3
    assert refused(over_tls, one["id"], one["password"]) == 401


def test_from_no_password_to_a_key_that_was_sent_before(secure_root: Api, over_plain: Connect) -> None:
    one = added(secure_root, security_profile=0)
    charger = over_plain(one["id"])
    configure(secure_root, charger, "AuthorizationKey", "sixteen and more", {"status": "Accepted"})
    configure(secure_root, charger, "SecurityProfile", "1", {"status": "Accepted"})
    over_plain(one["id"], "sixteen and more")
    assert profile_of(secure_root, one["id"]) == 1
    assert refused(over_plain, one["id"]) == 401


@pytest.mark.parametrize("answer", [{"status": "Rejected"}, {"status": "NotSupported"}, ["InternalError", "", {}]])
def test_a_profile_that_was_not_accepted_is_not_waited_for(
    secure_root: Api, over_tls: Connect, over_plain: Connect, answer: Any
) -> None:
    one = added(secure_root, security_profile=1)
    configure(secure_root, over_plain(one["id"], one["password"]), "SecurityProfile", "2", answer)
    over_tls(one["id"], one["password"])
    assert profile_of(secure_root, one["id"]) == 1
    assert over_plain(one["id"], one["password"]).boot()["status"] == "Accepted"


def test_a_profile_is_never_lowered_by_what_a_charge_point_accepts(
    secure_root: Api, over_tls: Connect, over_plain: Connect
) -> None:
    one = added(secure_root, security_profile=2)
    charger = over_tls(one["id"], one["password"])
    for value in ("1", "0", "-1", "two"):
        assert configure(secure_root, charger, "SecurityProfile", value, {"status": "Accepted"}).status_code == 200
    assert refused(over_plain, one["id"], one["password"]) == 403
    assert profile_of(secure_root, one["id"]) == 2


def test_an_admin_may_lower_a_profile_and_the_connection_ends(
    secure_root: Api, over_tls: Connect, over_plain: Connect
) -> None:
    one = added(secure_root, security_profile=2)
    charger = over_tls(one["id"], one["password"])
    configure(secure_root, charger, "SecurityProfile", "3", {"status": "Accepted"})
    changed = secure_root.patch(f"/api/charge_points/{one['id']}", security_profile=1).json()
    assert (changed["security_profile"], "pending_security_profile" in changed) == (1, False)
    with pytest.raises(ConnectionClosed):
        charger.receive()
    assert over_plain(one["id"], one["password"]).boot()["status"] == "Accepted"


# What the operator reads


def test_who_knocks_all_day_leaves_one_event_an_hour(secure_root: Api, over_plain: Connect, over_tls: Connect) -> None:
    one = added(secure_root, security_profile=2)
    for _ in range(3):
        refused(over_plain, one["id"].lower(), one["password"])
        refused(over_tls, one["id"], "wrong")
    told = [event for event in events(secure_root, one["id"]) if event["kind"] == "connection_refused"]
    assert 1 <= len(told) <= 2  # the hour may end meanwhile
    assert told[-1]["reason"] == "plain ws but profile 2"
    assert told[-1]["remote_address"].startswith("127.7.")


def test_the_live_connection_does_not_notice_who_is_refused(
    secure_root: Api, over_tls: Connect, over_plain: Connect
) -> None:
    one, other = added(secure_root, security_profile=2), added(secure_root, security_profile=2)
    charger = over_tls(one["id"], one["password"])
    charger.boot()
    attempts: list[tuple[Connect, dict[str, Any]]] = [
        (over_plain, {}),
        (over_tls, {"headers": {"Authorization": basic(other["id"], other["password"])}}),
        (over_tls, {"headers": {"Authorization": basic(one["id"], other["password"])}}),
    ]
    for connect, options in attempts:
        assert refused(partial(connect, one["id"], **options)) in (401, 403)
    assert "currentTime" in charger.call("Heartbeat", {})
    assert secure_root.get(f"/api/charge_points/{one['id']}").json()["online"]


# The REST side


def test_a_profile_that_cannot_be_served_is_refused(root: Api) -> None:
    for profile, words in ((2, "OCPP_TLS_CERT"), (3, "OCPP_TLS_CLIENT_CA")):
        answer = root.post("/api/charge_points", id="TLS-1", security_profile=profile, serial_number="SN")
        assert words in problem(answer, 409, "tls_not_configured")["detail"]
    one = added(root)
    answer = root.patch(f"/api/charge_points/{one['id']}", security_profile=2)
    problem(answer, 409, "tls_not_configured")


def test_profile_3_needs_the_serial_number(secure_root: Api) -> None:
    problem(secure_root.post("/api/charge_points", id="NO-SN", security_profile=3), 409, "serial_number_missing")
    one = added(secure_root, security_profile=3, serial_number="SN-1")
    path = f"/api/charge_points/{one['id']}"
    problem(secure_root.patch(path, serial_number=None), 409, "serial_number_missing")
    problem(secure_root.patch(path, security_profile=1), 409, "password_missing")


@pytest.mark.parametrize("profile", [-1, 4, "2", 2.5, True, None])
def test_there_are_four_profiles(secure_root: Api, profile: Any) -> None:
    problem(secure_root.post("/api/charge_points", id="NO-SUCH", security_profile=profile), 422, "bad_input")


def test_a_profile_for_one_that_is_offline_is_not_waited_for(secure_root: Api, over_tls: Connect) -> None:
    one = added(secure_root, security_profile=1)
    problem(send_configuration(secure_root, one["id"], "SecurityProfile", "2"), 409, "charge_point_offline")
    over_tls(one["id"], one["password"])
    assert profile_of(secure_root, one["id"]) == 1
