"""Root certificates at charge points: listed as last read, looked through before they are sent, deleted as told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tests.app.charging import events_of
from tests.app.stories import meanwhile, problem
from tests.live import Api, Charger

CENTRAL_SYSTEM, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def told(number: int) -> dict[str, str]:
    """Return hash data as a charge point tells it."""
    return {
        "hashAlgorithm": "SHA256",
        "issuerNameHash": f"{number:02x}" * 32,
        "issuerKeyHash": f"{number + 1:02X}" * 32,
        "serialNumber": f"00{number}aB",
    }


def path(charger: Charger) -> str:
    return f"/api/charge_points/{charger.charge_point_id}/root_certificates"


def ask(charger: Charger, answer: Any, request: Callable[[], httpx.Response]) -> tuple[Any, httpx.Response]:
    """Send a request that makes the server call; return the call and REST's answer."""
    for action in ("GetInstalledCertificateIds", "InstallCertificate", "DeleteCertificate"):
        charger.answers[action] = answer
    said = meanwhile(request)
    ((action, payload),) = charger.serve(1)
    return (action, payload), said()


def read(root: Api, charger: Charger, certificate_type: str, *certificates: Any) -> None:
    """Have the server read what is installed."""
    answer = (
        {"status": "Accepted", "certificateHashData": list(certificates)} if certificates else {"status": "NotFound"}
    )
    command = f"/api/charge_points/{charger.charge_point_id}/commands/GetInstalledCertificateIds"
    _call, said = ask(charger, answer, lambda: root.post(command, certificateType=certificate_type))
    assert said.status_code == 200, said.text


def installed(root: Api, charger: Charger) -> dict[str, dict[str, Any]]:
    items = root.get(path(charger)).json()["items"]
    return {one["certificate_type"]: one for one in items}


def ids(root: Api, charger: Charger, certificate_type: str = CENTRAL_SYSTEM) -> list[str]:
    return [one["root_certificate_id"] for one in installed(root, charger)[certificate_type]["certificates"]]


def new_root(**changes: Any) -> str:
    """Return a self-signed root in PEM; `changes` make it something else."""
    key = changes.get("key") or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A root")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(changes.get("begins", NOW - DAY))
        .not_valid_after(changes.get("ends", NOW + DAY))
    )
    if changes.get("constrained", True):
        builder = builder.add_extension(x509.BasicConstraints(changes.get("ca", True), None), critical=True)
    if changes.get("comment"):
        comment = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"x" * 5000)
        builder = builder.add_extension(comment, critical=False)
    hashed = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    signer = changes.get("signer", key)
    return builder.sign(signer, hashed).public_bytes(Encoding.PEM).decode()


def test_what_is_installed_is_listed_as_it_was_told_with_its_age(root: Api, charger: Charger) -> None:
    never = installed(root, charger)
    assert never == {
        kind: {"certificate_type": kind, "outdated": False, "certificates": []}
        for kind in (CENTRAL_SYSTEM, MANUFACTURER)
    }
    read(root, charger, CENTRAL_SYSTEM, told(1), told(2))
    read(root, charger, MANUFACTURER)
    now = installed(root, charger)
    certificates = now[CENTRAL_SYSTEM]["certificates"]
    assert [{k: v for k, v in one.items() if k != "root_certificate_id"} for one in certificates] == [told(1), told(2)]
    assert (now[MANUFACTURER]["certificates"], now[MANUFACTURER]["age"]) == ([], 0)
    assert now[CENTRAL_SYSTEM]["read_at"].endswith("Z")
    read(root, charger, CENTRAL_SYSTEM, told(3))
    assert [one["serialNumber"] for one in installed(root, charger)[CENTRAL_SYSTEM]["certificates"]] == ["003aB"]


def test_what_a_charge_point_tells_beyond_measure_is_bounded(root: Api, charger: Charger) -> None:
    read(root, charger, MANUFACTURER, *(told(n) | {"issuerNameHash": "f" * 250} for n in range(110)))
    kept = installed(root, charger)[MANUFACTURER]["certificates"]
    assert (len(kept), {len(one["issuerNameHash"]) for one in kept}) == (100, {200})


@pytest.mark.parametrize("certificate_type", [CENTRAL_SYSTEM, MANUFACTURER])
def test_a_root_is_installed_and_the_list_is_known_to_be_old(
    root: Api, charger: Charger, certificate_type: str
) -> None:
    read(root, charger, certificate_type, told(1))
    certificate = trustme.CA().cert_pem.bytes().decode()
    body = {"certificate_type": certificate_type, "certificate": f"Our root:\n{certificate}"}
    call, said = ask(charger, {"status": "Accepted"}, lambda: root.post(path(charger), body))
    assert call == ("InstallCertificate", {"certificateType": certificate_type, "certificate": certificate})
    assert (said.status_code, said.json()["status"]) == (200, "Accepted")
    assert installed(root, charger)[certificate_type]["outdated"] is True
    assert events_of(root, charger)[0]["kind"] == "root_certificate_installed"
    read(root, charger, certificate_type, told(1), told(2))
    assert installed(root, charger)[certificate_type]["outdated"] is False


def test_a_refusal_to_install_changes_nothing(root: Api, charger: Charger) -> None:
    read(root, charger, CENTRAL_SYSTEM, told(1))
    body = {"certificate_type": CENTRAL_SYSTEM, "certificate": new_root()}
    _call, said = ask(charger, {"status": "Rejected"}, lambda: root.post(path(charger), body))
    assert (said.status_code, said.json()["status"]) == (200, "Rejected")
    assert installed(root, charger)[CENTRAL_SYSTEM]["outdated"] is False


NOT_ROOTS: dict[str, tuple[Callable[[], str], str]] = {
    "no certificate": (lambda: "nonsense", "is no PEM certificate that can be read"),
    "a broken one": (lambda: new_root().replace("M", "N"), "is no PEM certificate that can be read"),
    "two": (lambda: new_root() + new_root(), "holds more than one certificate"),
    "no authority": (lambda: new_root(ca=False), "is not the certificate of an authority"),
    "no word about it": (lambda: new_root(constrained=False), "is not the certificate of an authority"),
    "signed by another": (lambda: new_root(signer=ec.generate_private_key(ec.SECP256R1())), "is not a root"),
    "below another": (lambda: trustme.CA().create_child_ca().cert_pem.bytes().decode(), "is not a root"),
    "expired": (lambda: new_root(begins=NOW - 3 * DAY, ends=NOW - DAY), f"expired on {NOW - DAY:%Y-%m-%d}"),
    "not yet": (lambda: new_root(begins=NOW + DAY, ends=NOW + 2 * DAY), f"not valid before {NOW + DAY:%Y-%m-%d}"),
    "weak RSA": (lambda: new_root(key=rsa.generate_private_key(65537, 1024)), "1024 bits; 2048 are needed"),
    "weak curve": (lambda: new_root(key=ec.generate_private_key(ec.SECP192R1())), "192 bits; 224 are needed"),
    "another key": (lambda: new_root(key=ed25519.Ed25519PrivateKey.generate()), "neither RSA nor ECDSA"),
    "long": (lambda: new_root(comment=True), "more than 5500 characters"),
}


@pytest.mark.parametrize("name", NOT_ROOTS)
def test_what_is_no_root_is_not_sent_and_it_is_said_why(root: Api, charger: Charger, name: str) -> None:
    make, said = NOT_ROOTS[name]
    body = {"certificate_type": CENTRAL_SYSTEM, "certificate": make()}
    refused = problem(root.post(path(charger), body), 422, "bad_input")
    assert [error["field"] for error in refused["errors"]] == ["certificate"]
    assert said in refused["detail"]
    charger.call("Heartbeat", {})
    assert charger.called == []


def test_a_type_that_ocpp_does_not_know_is_refused(root: Api, charger: Charger) -> None:
    refused = problem(root.post(path(charger), {"certificate_type": "MyRoot", "certificate": "x"}), 422, "bad_input")
    assert [error["field"] for error in refused["errors"]] == ["certificate_type"]


@pytest.mark.parametrize(("status", "left"), [("Accepted", 1), ("NotFound", 1), ("Failed", 2)])
def test_a_certificate_is_deleted_by_the_very_data_that_was_told(
    root: Api, charger: Charger, status: str, left: int
) -> None:
    read(root, charger, CENTRAL_SYSTEM, told(1), told(2))
    target = f"{path(charger)}/{ids(root, charger)[1]}"
    call, said = ask(charger, {"status": status}, lambda: root.delete(target))
    assert call == ("DeleteCertificate", {"certificateHashData": told(2)})
    assert (said.status_code, said.json()["status"]) == (200, status)
    assert len(ids(root, charger)) == left
    assert ("root_certificate_deleted" in {e["kind"] for e in events_of(root, charger)}) is (status == "Accepted")


def test_the_last_central_systems_certificate_is_only_deleted_by_force(root: Api, charger: Charger) -> None:
    read(root, charger, CENTRAL_SYSTEM, told(1))
    read(root, charger, MANUFACTURER, told(2))
    target = f"{path(charger)}/{ids(root, charger)[0]}"
    problem(root.delete(target), 409, "last_root_certificate")
    call, _said = ask(charger, {"status": "Accepted"}, lambda: root.delete(f"{target}?force=true"))
    assert call == ("DeleteCertificate", {"certificateHashData": told(1)})
    makers = f"{path(charger)}/{ids(root, charger, MANUFACTURER)[0]}"
    assert ask(charger, {"status": "Accepted"}, lambda: root.delete(makers))[1].status_code == 200
    assert ids(root, charger) + ids(root, charger, MANUFACTURER) == []


def test_a_certificate_that_was_not_told_of_cannot_be_deleted(root: Api, charger: Charger) -> None:
    problem(root.delete(f"{path(charger)}/0123456789ab"), 404, "not_found")


def test_a_new_charge_point_of_an_old_name_has_told_nothing(root: Api, charger: Charger) -> None:
    read(root, charger, CENTRAL_SYSTEM, told(1))
    assert root.delete(f"/api/charge_points/{charger.charge_point_id}").status_code == 204
    assert root.post("/api/charge_points", id=charger.charge_point_id).status_code == 201
    assert ids(root, charger) == []


def test_root_certificates_are_for_admins(driver: Api, root: Api, charger: Charger) -> None:
    problem(driver.get(path(charger)), 403, "forbidden")
    problem(driver.post(path(charger), {"certificate_type": CENTRAL_SYSTEM, "certificate": "x"}), 403, "forbidden")
    problem(driver.delete(f"{path(charger)}/x"), 403, "forbidden")
    problem(root.get("/api/charge_points/nobody/root_certificates"), 404, "not_found")
