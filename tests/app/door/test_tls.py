"""TLS as charge points meet it: versions, suites, both kinds of certificate; and settings that cannot be served."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from websockets.client import ClientProtocol
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from app.config import Settings, load_settings
from app.door.tls import server_context
from app.errors import ConfigurationError
from tests.app.secure import Authority, SecureServer, added
from tests.live import Api, Charger

SUITES = {
    "ECDHE-ECDSA-AES128-GCM-SHA256": "ECDSA",
    "ECDHE-ECDSA-AES256-GCM-SHA384": "ECDSA",
    "AES128-GCM-SHA256": "RSA",
    "AES256-GCM-SHA384": "RSA",
}


def context_for(secure: SecureServer, suites: str, *certificate: str) -> ssl.SSLContext:
    context = secure.authority.client(*certificate)
    context.set_ciphers(suites)
    return context


def tls_of(charger: Charger) -> ssl.SSLSocket:
    opened = charger.socket.socket
    assert isinstance(opened, ssl.SSLSocket)
    return opened


@pytest.mark.parametrize("suite", SUITES)
def test_each_suite_of_the_standard_carries_a_boot(
    secure: SecureServer, secure_root: Api, over_tls: Callable[..., Charger], suite: str
) -> None:
    charge_point = added(secure_root, security_profile=2)
    charger = over_tls(charge_point["id"], charge_point["password"], ssl=context_for(secure, suite))
    assert charger.boot()["status"] == "Accepted"
    tls = tls_of(charger)
    assert tls.version() == "TLSv1.2"
    assert tls.cipher()[0] == suite  # type: ignore[index]
    assert tls.compression() is None


@pytest.mark.parametrize("suite", SUITES)
def test_each_suite_of_the_standard_carries_a_client_certificate(
    secure: SecureServer, secure_root: Api, over_tls: Callable[..., Charger], suite: str
) -> None:
    charge_point = added(secure_root, security_profile=3, serial_number=f"SN {suite}")
    certificate = secure.authority.issue(f"SN {suite}", kind=SUITES[suite])
    charger = over_tls(charge_point["id"], ssl=context_for(secure, suite, *certificate))
    assert charger.boot()["status"] == "Accepted"
    assert tls_of(charger).cipher()[0] == suite  # type: ignore[index]


def test_a_charge_point_that_can_has_tls_1_3(secure: SecureServer, secure_root: Api) -> None:
    charge_point = added(secure_root, security_profile=3, serial_number="SN of today")
    context = ssl.create_default_context(cafile=secure.authority.file)
    context.load_cert_chain(*secure.authority.issue("SN of today"))
    request = ClientProtocol(
        parse_uri(f"{secure.ocpp_url}/{charge_point['id']}"), subprotocols=[Subprotocol("ocpp1.6")]
    )
    with (
        socket.create_connection(("127.0.0.1", secure.tls_port), 10) as opened,
        context.wrap_socket(opened, server_hostname="127.0.0.1") as tls,
    ):
        tls.sendall(request.connect().serialize())
        assert tls.recv(1024).startswith(b"HTTP/1.1 101 ")
        assert tls.version() == "TLSv1.3"


def test_with_an_rsa_certificate_forward_secrecy_goes_first(secure: SecureServer) -> None:
    context = context_for(secure, "AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256")
    with (
        socket.create_connection(("127.0.0.1", secure.tls_port)) as opened,
        context.wrap_socket(opened, server_hostname="127.0.0.1") as tls,
    ):
        assert tls.cipher()[0] == "ECDHE-RSA-AES128-GCM-SHA256"  # type: ignore[index]


def test_tls_1_1_is_refused(secure: SecureServer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(secure.authority.file)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", secure.tls_port)) as opened,
        pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION|EOF"),
    ):
        context.wrap_socket(opened, server_hostname="127.0.0.1")


@pytest.mark.parametrize("suite", ["ECDHE-RSA-AES128-SHA", "AES128-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"])
def test_other_suites_are_refused(secure: SecureServer, suite: str) -> None:
    context = context_for(secure, suite)
    with (
        socket.create_connection(("127.0.0.1", secure.tls_port)) as opened,
        pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE|EOF"),
    ):
        context.wrap_socket(opened, server_hostname="127.0.0.1")


def test_the_greeting_and_the_doctor_tell_of_tls(secure: SecureServer) -> None:
    assert f"{secure.ocpp_url}/<charge point id>" in secure.plain.log.read_text()
    binds = {
        "DATA_DIR": str(secure.plain.data_dir),
        "HTTP_BIND": f"127.0.0.1:{secure.plain.http_port}",
        "OCPP_BIND": f"127.0.0.1:{secure.plain.ocpp_port}",
    }
    doctor = subprocess.run(
        [sys.executable, "-m", "app", "doctor"],
        env=os.environ | secure.environment | binds,
        capture_output=True,
        text=True,
        timeout=30,
    )
    lines = doctor.stdout.splitlines()
    assert f"ok    OCPP_TLS_BIND: 127.0.0.1:{secure.tls_port} in use by the running server" in lines
    (certificates,) = (line for line in lines if "certificates" in line)
    assert certificates.startswith("ok    certificates: RSA until ")
    assert ", ECDSA until " in certificates


# Settings


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def rsa(authority: Authority) -> tuple[str, str]:
    return authority.issue("localhost", kind="RSA")


@pytest.fixture(scope="module")
def ecdsa(authority: Authority) -> tuple[str, str]:
    return authority.issue("localhost", kind="ECDSA")


def tls_settings(*pairs: tuple[str, str], **more: str) -> Settings:
    return load_settings(
        ocpp_tls_cert=",".join(certificate for certificate, _ in pairs),
        ocpp_tls_key=" , ".join(key for _, key in pairs),
        **more,
    )


def complaint(*pairs: tuple[str, str], **more: str) -> str:
    with pytest.raises(ConfigurationError) as error:
        server_context(tls_settings(*pairs, **more))
    assert "\n" not in error.value.message
    return error.value.message


def test_without_certificates_there_is_no_tls() -> None:
    assert server_context(load_settings()) is None
    assert load_settings().ocpp_tls_url is None


def test_one_certificate_is_enough(rsa: tuple[str, str]) -> None:
    settings = tls_settings(rsa)
    context = server_context(settings)
    assert context is not None
    assert context.verify_mode == ssl.CERT_NONE
    assert settings.url_for(2) == "wss://127.0.0.1:9443/ocpp"
    assert settings.url_for(1) == "ws://127.0.0.1:9000/ocpp"


def test_a_public_address_over_tls_is_told_to_those_who_need_tls(rsa: tuple[str, str]) -> None:
    settings = tls_settings(rsa, public_ocpp_url="wss://charging.example.org/ocpp/")
    assert settings.url_for(3) == "wss://charging.example.org/ocpp"
    both = tls_settings(rsa, public_ocpp_url="ws://[fd00::1]:9000/ocpp", ocpp_tls_bind="0.0.0.0:9444")
    assert (both.url_for(1), both.url_for(2)) == ("ws://[fd00::1]:9000/ocpp", "wss://[fd00::1]:9444/ocpp")


def test_each_certificate_needs_its_own_key(rsa: tuple[str, str], ecdsa: tuple[str, str], authority: Authority) -> None:
    with pytest.raises(ConfigurationError, match="OCPP_TLS_KEY: 0 given for 1 in OCPP_TLS_CERT"):
        load_settings(ocpp_tls_cert=rsa[0])
    foreign = authority.issue("elsewhere", kind="RSA")[1]
    for key in (ecdsa[1], foreign):
        assert complaint((rsa[0], key)) == f"OCPP_TLS_KEY={key}: does not belong to {rsa[0]}"


def test_two_certificates_of_one_kind_are_a_mistake(authority: Authority, rsa: tuple[str, str]) -> None:
    other = authority.issue("elsewhere", kind="RSA")
    assert complaint(rsa, other) == f"OCPP_TLS_CERT={other[0]}: one RSA certificate is enough, {rsa[0]} is one"


def test_files_that_are_missing_or_something_else_are_named(rsa: tuple[str, str], tmp_path: Path) -> None:
    missing, empty = str(tmp_path / "missing.pem"), tmp_path / "empty.pem"
    empty.touch()
    assert complaint((missing, rsa[1])) == f"OCPP_TLS_CERT={missing}: no such file or directory"
    assert complaint((rsa[0], missing)) == f"OCPP_TLS_KEY={missing}: no such file or directory"
    assert complaint((str(empty), rsa[1])) == f"OCPP_TLS_CERT={empty}: holds no PEM certificate"
    assert complaint((rsa[0], str(empty))) == f"OCPP_TLS_KEY={empty}: not usable with {rsa[0]}: no PEM private key"
    authority = {"ocpp_tls_client_ca": str(empty), "cpo_name": "X"}
    assert complaint(rsa, **authority) == f"OCPP_TLS_CLIENT_CA={empty}: holds no PEM certificate"


def test_an_encrypted_key_is_refused_without_asking_for_its_password(rsa: tuple[str, str], tmp_path: Path) -> None:
    key = load_pem_private_key(Path(rsa[1]).read_bytes(), None)
    encrypted = tmp_path / "encrypted.key"
    encryption = BestAvailableEncryption(b"secret")
    encrypted.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    said = complaint((rsa[0], str(encrypted)))
    assert said == f"OCPP_TLS_KEY={encrypted}: is encrypted; nobody is there to type its password"


def test_client_certificates_need_a_name_to_look_for(rsa: tuple[str, str], authority: Authority) -> None:
    with pytest.raises(ConfigurationError, match="CPO_NAME is required with OCPP_TLS_CLIENT_CA"):
        tls_settings(rsa, ocpp_tls_client_ca=authority.file)
    with pytest.raises(ConfigurationError, match="client certificates need TLS"):
        load_settings(ocpp_tls_client_ca=authority.file, cpo_name="X")


def test_three_listeners_need_three_addresses(rsa: tuple[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="OCPP_TLS_BIND=127.0.0.1:9000: must not be the same as another bind"):
        tls_settings(rsa, ocpp_tls_bind="127.0.0.1:9000")


def test_a_proxy_is_an_address_or_a_network() -> None:
    assert load_settings(trusted_proxies="10.0.0.7, fd00::/8,").trusted_proxies == ("10.0.0.7/32", "fd00::/8")
    with pytest.raises(ConfigurationError, match="TRUSTED_PROXIES=proxy: 'proxy' is no IP address or network"):
        load_settings(trusted_proxies="10.0.0.7,proxy")


def test_a_wrong_setting_stops_the_server_with_one_line(rsa: tuple[str, str], tmp_path: Path) -> None:
    environment = {"DATA_DIR": str(tmp_path), "OCPP_TLS_CERT": rsa[0], "OCPP_TLS_KEY": str(tmp_path / "nowhere")}
    serve = subprocess.run(
        [sys.executable, "-m", "app", "serve"], env=os.environ | environment, capture_output=True, text=True, timeout=30
    )
    assert serve.returncode == 2
    assert serve.stderr == f"chargebridge: OCPP_TLS_KEY={tmp_path / 'nowhere'}: no such file or directory\n"


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    certificate, key = tmp_path / "short.pem", tmp_path / "short.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:1024", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        + ["-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    said = complaint((str(certificate), str(key)))
    assert said == f"OCPP_TLS_KEY={key}: too short: RSA needs 2048 bits, ECDSA 224"
