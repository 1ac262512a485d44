"""A certificate of its own, asked for when it is told to."""

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ocpp_server.simulator import VirtualChargePoint
from ocpp_server.simulator.certificate_request import fits, new_key, request_for
from tests.app.manufacturer import signer
from tests.ocpp_server.simulator.central_system import CentralSystem


def test_a_request_names_the_charge_point_and_is_sent_when_triggered(tell: Callable[..., None]) -> None:
    async def story(central_system: CentralSystem, charge_point: VirtualChargePoint) -> None:
        central_system.answers["SignCertificate"] = {"status": "Accepted"}
        await central_system.call("ChangeConfiguration", key="CpoName", value="ACME")
        trigger = {"requestedMessage": "SignChargePointCertificate"}
        assert await central_system.call("ExtendedTriggerMessage", **trigger) == {"status": "Accepted"}
        await central_system.until(lambda: central_system.of("SignCertificate"))
        request = x509.load_pem_x509_csr(central_system.of("SignCertificate")[0]["csr"].encode())
        assert request.is_signature_valid
        names = [request.subject.get_attributes_for_oid(oid)[0].value for oid in _NAMES]
        assert names == ["CP001", "ACME"]
        other = await central_system.call("CertificateSigned", certificateChain=signer().pem)
        assert other == {"status": "Rejected"}

    tell(story)


_NAMES = (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)


@pytest.mark.parametrize("own", [True, False])
def test_only_a_certificate_of_its_own_key_is_taken(own: bool) -> None:
    key = new_key()
    maker = signer(key if own else ec.generate_private_key(ec.SECP256R1()))
    assert fits(key, maker.pem) is own
    assert not fits(key, "no certificate")
    assert "O=" not in x509.load_pem_x509_csr(request_for(key, "CP001", "").encode()).subject.rfc4514_string()
