"""A second listener for wss, with the same registry behind it."""

import shutil
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.exceptions import InvalidMessage

from ocpp_server.bridge import Bridge
from tests.ocpp_server.central_system_in_memory import CentralSystemInMemory
from tests.ocpp_server.charge_points import charge_point
from tests.ocpp_server.waiting import eventually

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs the openssl command")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, chain = folder / "key.pem", folder / "chain.pem"
    subject = [
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-addext",
        "basicConstraints=critical,CA:TRUE",
    ]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-keyout", key, "-out", chain, *subject],
        check=True,
        capture_output=True,
    )
    return chain, key


def test_charge_points_on_both_listeners_share_one_registry(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory, certificate: tuple[Path, Path]
) -> None:
    chain, key = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(chain)
    bridge = start(tls=context, tls_port=0)
    theirs = ssl.create_default_context(cafile=str(chain))
    theirs.load_cert_chain(chain, key)
    with (
        charge_point(bridge.port, "PLAIN") as plain,
        charge_point(bridge.tls_port, "SECURE", ssl=theirs) as secure,
    ):
        assert plain.heartbeat()[0] == 3
        assert secure.heartbeat()[0] == 3
        assert sorted(bridge.connected_charge_points) == ["plain", "secure"]
    shown = {handshake.charge_point_id: handshake for handshake in central_system.handshakes}
    assert not shown["PLAIN"].secure
    assert shown["PLAIN"].client_certificate is None
    assert shown["SECURE"].secure
    assert shown["SECURE"].client_certificate == ssl.PEM_cert_to_DER_cert(chain.read_text())


def test_plain_text_on_the_tls_listener_gets_nowhere(
    start: Callable[..., Bridge], central_system: CentralSystemInMemory, certificate: tuple[Path, Path]
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    bridge = start(tls=context, tls_port=0)
    with pytest.raises(InvalidMessage), charge_point(bridge.tls_port):
        pass
    assert central_system.handshakes == []
    ((shown, refusal),) = eventually(lambda: central_system.refusals)
    assert (shown.charge_point_id, refusal.status) == ("", 0)
    assert refusal.reason == "TLS: it speaks ws:// to the port for wss://"
