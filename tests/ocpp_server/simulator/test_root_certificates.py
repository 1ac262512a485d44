"""Root certificates at the virtual charge point: installed, read, deleted by what was read."""

from collections.abc import Callable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate, ocsp

from app.postman.example_root import EXAMPLE_ROOT
from ocpp_server.simulator import VirtualChargePoint
from tests.app.manufacturer import signer
from tests.ocpp_server.simulator.central_system import CentralSystem

CENTRAL, MAKER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"


def test_a_root_is_installed_read_and_deleted_by_what_was_read(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, _charge_point: VirtualChargePoint) -> None:
        root = {"certificateType": CENTRAL, "certificate": EXAMPLE_ROOT}
        for _twice in range(2):
            assert await central_system.call("InstallCertificate", **root) == {"status": "Accepted"}
        read = await central_system.call("GetInstalledCertificateIds", certificateType=CENTRAL)
        (hashes,) = read["certificateHashData"]
        assert (read["status"], hashes["hashAlgorithm"]) == ("Accepted", "SHA256")
        certificate = load_pem_x509_certificate(EXAMPLE_ROOT.encode())
        asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, certificate, SHA256()).build()
        assert int(hashes["serialNumber"], 16) == certificate.serial_number
        assert hashes["issuerKeyHash"] == asked.issuer_key_hash.hex()
        other = await central_system.call("GetInstalledCertificateIds", certificateType=MAKER)
        assert other == {"status": "NotFound"}
        for status in ("Accepted", "NotFound"):
            gone = await central_system.call("DeleteCertificate", certificateHashData=hashes)
            assert gone == {"status": status}
        read = await central_system.call("GetInstalledCertificateIds", certificateType=CENTRAL)
        assert read == {"status": "NotFound"}

    tell(story)


def test_what_is_no_certificate_is_rejected_and_a_full_store_fails(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, _charge_point: VirtualChargePoint) -> None:
        async def install(pem: str) -> str:
            told = await central_system.call("InstallCertificate", certificateType=MAKER, certificate=pem)
            return str(told["status"])

        assert await install("no certificate") == "Rejected"
        assert [await install(signer().pem) for _ in range(21)] == ["Accepted"] * 20 + ["Failed"]

    tell(story)
