"""Certificates of charge points: asked for, signed, delivered, renewed; and nobody gets one that is not his."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from app.certificates.requests import MOST_AN_HOUR
from app.cli import main
from tests.app.certificate_stories import (
    ask,
    boot_as,
    certificates_of,
    kinds,
    new_csr,
    new_key_pair,
    newest,
    put_off,
    receive,
)
from tests.app.charging import events_of
from tests.app.secure import CPO_NAME, SecureServer, added, configure, refused, secure_server, why
from tests.app.stories import meanwhile, new_charger, problem
from tests.live import Api, Charger, Server, database_beside, until

Connect = Callable[..., Charger]


@pytest.fixture
def serial_number() -> str:
    return f"SN-{uuid4().hex[:12]}"


@pytest.fixture
def charger(secure_root: Api, over_tls: Connect, serial_number: str) -> Charger:
    """A charge point of profile 2 that has told its serial number."""
    one = added(secure_root, security_profile=2)
    charger = over_tls(one["id"], one["password"])
    boot_as(charger, serial_number)
    return charger


def again(charger: Charger, over_tls: Connect, root: Api, serial_number: str) -> Charger:
    """Hang up, connect with a new password, boot."""
    charger.close()
    password = root.post(f"/api/charge_points/{charger.charge_point_id}/password").json()["password"]
    back = over_tls(charger.charge_point_id, password)
    boot_as(back, serial_number)
    return back


# From the request to the certificate


def test_a_charge_point_asks_for_a_certificate_and_comes_back_with_it(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, serial_number: str
) -> None:
    """The authority is our own here: the shell prints its certificate, the server trusts it, no file is brought."""
    monkeypatch.setattr("app.logs.configure", lambda level, style: None)
    monkeypatch.chdir(tmp_path)
    for name, value in {"DATA_DIR": str(tmp_path / "data"), "CPO_NAME": CPO_NAME}.items():
        monkeypatch.setenv(name, value)
    printed = CliRunner().invoke(main, ["ca"])
    assert printed.exit_code == 0, printed.output
    (tmp_path / "chargers.pem").write_text(printed.stdout)
    assert (tmp_path / "data" / "certificate_authority.pem").stat().st_mode & 0o777 == 0o600
    trust = {"OCPP_TLS_CLIENT_CA": str(tmp_path / "chargers.pem"), "CA_CERT": "", "CA_KEY": ""}
    with secure_server(tmp_path, **trust, **database_beside(server)) as secure:
        root = secure.plain.root()
        authority = root.get("/api/certificates/authority").json()
        assert (authority["certificate"], authority["trusted"]) == (printed.stdout, True)

        one = added(root, security_profile=2)
        charger = secure.over_tls(one["id"], one["password"])
        boot_as(charger, serial_number)
        pair = new_key_pair(serial_number)
        assert ask(charger, pair.csr) == "Accepted"
        chain = receive(charger)
        delivered = newest(root, one["id"], "delivered")
        assert configure(root, charger, "SecurityProfile", "3", {"status": "Accepted"}).status_code == 200
        charger.close()

        mine = pair.files(tmp_path, chain)
        charger = secure.over_tls(one["id"], None, *mine)
        boot_as(charger, serial_number)
        charger.close()
        assert refused(secure.over_tls, one["id"], one["password"]) == 401
        assert kinds(root, charger)[:3] == ["certificate_issued", "certificate_delivered", "security_profile_raised"]
        assert delivered["subject"] == f"CN={serial_number},O={CPO_NAME}"
        root.close()


def test_what_is_signed_is_a_clients_certificate_and_recorded_so(
    secure_root: Api, charger: Charger, serial_number: str
) -> None:
    pair = new_key_pair(serial_number)
    assert ask(charger, pair.csr) == "Accepted"
    chain = receive(charger)
    (certificate,) = x509.load_pem_x509_certificates(chain.encode())
    assert certificate.public_key() == pair.key.public_key()
    extensions = certificate.extensions
    assert list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    with pytest.raises(x509.ExtensionNotFound):
        extensions.get_extension_for_class(x509.SubjectAlternativeName)

    newest(secure_root, charger.charge_point_id, "delivered")
    one = until(
        lambda: next((c for c in certificates_of(secure_root, charger.charge_point_id) if "command_id" in c), None)
    )
    assert one["serial_number"] == f"{certificate.serial_number:X}"
    assert one["not_after"].startswith(f"{certificate.not_valid_after_utc:%Y-%m-%dT%H:%M:%S}")
    assert one["issued_at"] >= one["requested_at"]
    assert "chain" not in one
    alone = secure_root.get(f"/api/certificates/{one['certificate_id']}").json()
    assert alone == one | {"chain": chain}
    command = secure_root.get(f"/api/commands/{one['command_id']}").json()
    assert (command["action"], command["requested_by"]) == ("CertificateSigned", "(certificate authority)")


@pytest.mark.parametrize(
    ("csr", "said"),
    [
        (lambda sn: "nonsense", "not a PEM certificate request"),
        (lambda sn: new_csr("another one"), "CN is 'another one'"),
        (lambda sn: new_csr(sn, organisation="Evil Corp"), "O is 'Evil Corp', not CPO_NAME 'Example Charging'"),
        (lambda sn: new_csr(sn, key=rsa.generate_private_key(65537, 1024)), "the RSA key has 1024 bits"),
        (lambda sn: new_csr(sn) + "x" * 20_000, "5500 are allowed"),
    ],
    ids=["no CSR", "CN", "O", "key", "length"],
)
def test_a_csr_that_cannot_be_signed_is_rejected_and_an_event_says_why(
    secure_root: Api, charger: Charger, serial_number: str, csr: Callable[[str], str], said: str
) -> None:
    assert ask(charger, csr(serial_number)) == "Rejected"
    (event,) = events_of(secure_root, charger)
    assert event["kind"] == "certificate_request_rejected"
    assert said in event["reason"]
    (one,) = certificates_of(secure_root, charger.charge_point_id)
    assert (one["status"], one["reason"]) == ("rejected", event["reason"])


def test_who_has_shown_nothing_gets_no_certificate(secure_root: Api, over_plain: Connect, serial_number: str) -> None:
    charger = over_plain(added(secure_root, security_profile=0)["id"])
    boot_as(charger, serial_number)
    assert ask(charger, new_csr(serial_number)) == "Rejected"
    assert "security profile 0" in events_of(secure_root, charger)[0]["reason"]


def test_without_a_serial_number_nobody_is_named(server: Server, root: Api) -> None:
    charger = new_charger(server, root, connectors=0)
    assert ask(charger, new_csr("SN")) == "Rejected"
    assert "serial number is not known" in events_of(root, charger)[0]["reason"]
    charger.close()


def test_another_ones_serial_number_does_not_open_the_other_ones_door(
    secure: SecureServer, secure_root: Api, charger: Charger, over_tls: Connect, tmp_path: Path, serial_number: str
) -> None:
    """A charge point tells its serial number itself; it may tell another one's."""
    victim = added(secure_root, security_profile=3, serial_number=serial_number)
    pair = new_key_pair(serial_number)
    assert ask(charger, pair.csr) == "Accepted"
    stolen = pair.files(tmp_path, receive(charger))
    assert refused(over_tls, victim["id"], None, *stolen) == 401
    assert why(secure_root, victim["id"])[0].startswith("the certificate was issued to another charge point, CP-")


def test_a_charge_point_that_asks_without_end_is_turned_away(
    secure_root: Api, charger: Charger, serial_number: str
) -> None:
    for _ in range(MOST_AN_HOUR):
        assert ask(charger, new_csr("another one")) == "Rejected"
    for _ in range(3):
        assert ask(charger, new_csr(serial_number)) == "Rejected"
    assert len(certificates_of(secure_root, charger.charge_point_id)) == MOST_AN_HOUR
    assert kinds(secure_root, charger).count("certificate_requests_too_many") == 1


# Delivery


@pytest.mark.parametrize(
    ("answer", "reason"),
    [({"status": "Rejected"}, "refused the certificate"), (["NotImplemented", "no", {}], "CALLERROR NotImplemented")],
    ids=["Rejected", "CALLERROR"],
)
def test_a_charge_point_may_refuse_what_it_asked_for(
    secure_root: Api, charger: Charger, serial_number: str, answer: Any, reason: str
) -> None:
    assert ask(charger, new_csr(serial_number)) == "Accepted"
    receive(charger, answer)
    one = newest(secure_root, charger.charge_point_id, "refused")
    assert reason in one["reason"]
    assert kinds(secure_root, charger)[-1] == "certificate_refused"


def test_what_was_not_answered_is_brought_again_at_the_next_boot(
    secure_root: Api, charger: Charger, over_tls: Connect, serial_number: str
) -> None:
    charger.answers["CertificateSigned"] = None
    assert ask(charger, new_csr(serial_number)) == "Accepted"
    charger.serve(1)
    waiting = put_off(secure_root, charger.charge_point_id)
    assert (waiting["status"], waiting["reason"]) == ("issued", "charge_point_timeout")
    charger = again(charger, over_tls, secure_root, serial_number)
    chain = receive(charger)
    one = newest(secure_root, charger.charge_point_id, "delivered")
    assert one["certificate_id"] == waiting["certificate_id"]
    assert secure_root.get(f"/api/certificates/{one['certificate_id']}").json()["chain"] == chain


def test_a_boot_while_the_answer_is_waited_for_counts_too(
    secure_root: Api, charger: Charger, serial_number: str
) -> None:
    charger.answers["CertificateSigned"] = None
    assert ask(charger, new_csr(serial_number)) == "Accepted"
    charger.serve(1)
    boot_as(charger, serial_number)
    receive(charger)
    newest(secure_root, charger.charge_point_id, "delivered")


def test_a_late_answer_counts(secure_root: Api, charger: Charger, serial_number: str) -> None:
    assert ask(charger, new_csr(serial_number)) == "Accepted"
    _type, message_id, action, _payload = charger.receive()
    assert action == "CertificateSigned"
    put_off(secure_root, charger.charge_point_id)
    charger.send([3, message_id, {"status": "Accepted"}])
    newest(secure_root, charger.charge_point_id, "delivered")


def test_what_was_taken_is_not_refused_any_more(secure_root: Api, charger: Charger, serial_number: str) -> None:
    assert ask(charger, new_csr(serial_number)) == "Accepted"
    _type, first, _action, _payload = charger.receive()
    put_off(secure_root, charger.charge_point_id)
    boot_as(charger, serial_number)
    _type, second, action, _payload = charger.receive()
    assert action == "CertificateSigned"
    charger.send([3, first, {"status": "Accepted"}])
    newest(secure_root, charger.charge_point_id, "delivered")
    charger.send([3, second, {"status": "Rejected"}])

    def answers() -> list[Any]:
        sent = {"charge_point_id": charger.charge_point_id, "action": "CertificateSigned"}
        return [one.get("status") for one in secure_root.get("/api/commands", **sent).json()["items"]]

    until(lambda: "Rejected" in answers())
    assert newest(secure_root, charger.charge_point_id, "delivered")


def test_a_csr_sent_again_is_signed_once(secure_root: Api, charger: Charger, serial_number: str) -> None:
    csr = new_csr(serial_number)
    charger.answers["CertificateSigned"] = None
    assert [ask(charger, csr), ask(charger, csr)] == ["Accepted", "Accepted"]
    assert len(certificates_of(secure_root, charger.charge_point_id)) == 1


def test_a_newer_csr_takes_the_place_of_one_that_waits(
    secure_root: Api, charger: Charger, over_tls: Connect, serial_number: str
) -> None:
    charger.answers["CertificateSigned"] = None
    assert ask(charger, new_csr(serial_number)) == "Accepted"
    newest(secure_root, charger.charge_point_id, "issued")
    pair = new_key_pair(serial_number)
    assert ask(charger, pair.csr) == "Accepted"
    until(lambda: "reason" in newest(secure_root, charger.charge_point_id, "issued"))
    charger = again(charger, over_tls, secure_root, serial_number)
    chain = receive(charger)
    assert x509.load_pem_x509_certificate(chain.encode()).public_key() == pair.key.public_key()
    newest(secure_root, charger.charge_point_id, "delivered")
    statuses = [one["status"] for one in certificates_of(secure_root, charger.charge_point_id)]
    assert statuses == ["delivered", "superseded"]


# Renewal


def renew(root: Api, charger: Charger, answer: Any) -> Any:
    charger.answers["ExtendedTriggerMessage"] = answer
    told = meanwhile(lambda: root.post(f"/api/charge_points/{charger.charge_point_id}/certificates"))
    assert charger.serve(1) == [("ExtendedTriggerMessage", {"requestedMessage": "SignChargePointCertificate"})]
    return told()


def test_a_renewal_can_be_followed_from_the_question_to_the_certificate(
    secure_root: Api, charger: Charger, serial_number: str
) -> None:
    answer = renew(secure_root, charger, {"status": "Accepted"})
    assert answer.status_code == 201, answer.text
    asked = answer.json()
    assert (asked["status"], asked["requested_by"]) == ("asked", "root")
    where = f"/api/certificates/{asked['certificate_id']}"
    charger.answers["CertificateSigned"] = None
    assert ask(charger, new_csr(serial_number)) == "Accepted"
    _type, message_id, _action, _payload = charger.receive()
    until(lambda: secure_root.get(where).json()["status"] == "issued")
    charger.send([3, message_id, {"status": "Accepted"}])
    until(lambda: secure_root.get(where).json()["status"] == "delivered")
    assert len(certificates_of(secure_root, charger.charge_point_id)) == 1


def test_a_renewal_that_comes_to_nothing_says_why(secure_root: Api, charger: Charger, serial_number: str) -> None:
    refusal = renew(secure_root, charger, {"status": "NotImplemented"}).json()
    assert (refusal["status"], "NotImplemented" in refusal["reason"]) == ("failed", True)
    failed = problem(renew(secure_root, charger, ["NotSupported", "", {}]), 502, "call_error")
    assert newest(secure_root, charger.charge_point_id, "failed")["certificate_id"] == failed["certificate_id"]
    asked = renew(secure_root, charger, {"status": "Accepted"}).json()
    assert ask(charger, "nonsense") == "Rejected"
    one = secure_root.get(f"/api/certificates/{asked['certificate_id']}").json()
    assert (one["status"], one["requested_by"]) == ("rejected", "root")
    charger.close()
    path = f"/api/charge_points/{charger.charge_point_id}/certificates"
    until(lambda: secure_root.post(path).status_code == 409)
    assert newest(secure_root, charger.charge_point_id, "failed")["reason"] == "charge_point_offline"


def test_what_expires_soon_can_be_asked_for(secure_root: Api, charger: Charger, serial_number: str) -> None:
    assert ask(charger, new_csr(serial_number)) == "Accepted"
    receive(charger)
    end = newest(secure_root, charger.charge_point_id, "delivered")["not_after"]
    mine = {"charge_point_id": charger.charge_point_id, "status": "delivered"}
    sooner = secure_root.get("/api/certificates", **mine, expires_before=end)
    later = secure_root.get("/api/certificates", **mine, expires_before="2099-01-01T00:00:00Z")
    assert [len(answer.json()["items"]) for answer in (sooner, later)] == [0, 1]


def test_with_a_charge_point_goes_what_was_under_way_for_it(
    secure_root: Api, charger: Charger, serial_number: str
) -> None:
    charger.answers["CertificateSigned"] = None
    assert ask(charger, new_csr(serial_number)) == "Accepted"
    put_off(secure_root, charger.charge_point_id)
    assert secure_root.delete(f"/api/charge_points/{charger.charge_point_id}").status_code == 204
    assert newest(secure_root, charger.charge_point_id, "failed")["reason"] == "the charge point was removed"


def test_certificates_are_for_admins(driver: Api, root: Api) -> None:
    for path in ("/api/certificates", "/api/certificates/x", "/api/certificates/authority"):
        problem(driver.get(path), 403, "forbidden")
    problem(driver.post("/api/charge_points/x/certificates"), 403, "forbidden")
    problem(root.get("/api/certificates/x"), 404, "not_found")
    problem(root.post("/api/charge_points/nobody/certificates"), 404, "not_found")
