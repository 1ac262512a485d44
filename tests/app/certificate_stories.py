"""What a charge point does for a certificate: makes a key and a CSR, sends it, keeps what comes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.app.charging import events_of
from tests.app.secure import CPO_NAME
from tests.live import Api, Charger, until

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


def new_csr(
    *common_names: str,
    organisation: str | None = CPO_NAME,
    key: Key | None = None,
    hashed: hashes.HashAlgorithm | None = hashes.SHA256(),  # noqa: B008 - it is not changed
) -> str:
    """Return a CSR in PEM."""
    names = [(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
    names += [(NameOID.COMMON_NAME, name) for name in common_names]
    subject = x509.Name([x509.NameAttribute(oid, name) for oid, name in names])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    request = builder.sign(key or ec.generate_private_key(ec.SECP256R1()), hashed)  # type: ignore[arg-type]
    return request.public_bytes(Encoding.PEM).decode()


@dataclass
class KeyPair:
    """A charge point's new key, and the CSR for it."""

    key: ec.EllipticCurvePrivateKey
    csr: str

    def files(self, folder: Path, chain: str) -> tuple[str, str]:
        """Write the certificate that came and the key; return where."""
        name = uuid4().hex
        private = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / f"{name}.pem").write_text(chain)
        (folder / f"{name}.key").write_bytes(private)
        return str(folder / f"{name}.pem"), str(folder / f"{name}.key")


def new_key_pair(serial_number: str, **facts: Any) -> KeyPair:
    key = ec.generate_private_key(ec.SECP256R1())
    return KeyPair(key, new_csr(serial_number, key=key, **facts))


def boot_as(charger: Charger, serial_number: str) -> None:
    facts = {"chargePointVendor": "Test", "chargePointModel": "Frame by frame"}
    assert charger.call("BootNotification", {**facts, "chargePointSerialNumber": serial_number})["status"] == "Accepted"


def ask(charger: Charger, csr: str) -> str:
    """Send SignCertificate and return the status it is answered with."""
    return str(charger.call("SignCertificate", {"csr": csr})["status"])


def receive(charger: Charger, answer: Any = None) -> str:
    """Take a CertificateSigned, answer it, return its chain."""
    charger.answers["CertificateSigned"] = answer or {"status": "Accepted"}
    ((action, payload),) = charger.serve(1)
    assert action == "CertificateSigned"
    return str(payload["certificateChain"])


def certificates_of(root: Api, charge_point_id: str) -> list[dict[str, Any]]:
    return list(root.get("/api/certificates", charge_point_id=charge_point_id).json()["items"])


def newest(root: Api, charge_point_id: str, status: str) -> dict[str, Any]:
    """Wait until a charge point's newest certificate has a status, and return it."""

    def look() -> dict[str, Any] | None:
        one = next(iter(certificates_of(root, charge_point_id)), None)
        return one if one and one["status"] == status else None

    return until(look)


def kinds(root: Api, charger: Charger) -> list[str]:
    return [event["kind"] for event in reversed(events_of(root, charger))]


def put_off(root: Api, charge_point_id: str) -> dict[str, Any]:
    """Wait until a step has failed and is to be taken again; return the certificate."""
    return until(lambda: next((one for one in certificates_of(root, charge_point_id) if "reason" in one), None))
