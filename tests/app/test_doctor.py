"""The doctor: finds nothing at a healthy server, and says what is wrong with an ill one."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from app.config import load_settings
from app.doctor import Verdict, examine
from tests.app.manufacturer import signer
from tests.live import Server, free_port


@pytest.fixture(autouse=True)
def no_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def other_program() -> Iterator[str]:
    """The address of a port that somebody else has."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{other.getsockname()[1]}"


def examined(**settings: object) -> dict[str, Verdict]:
    return {verdict.what: verdict for verdict in examine(load_settings(**settings))}


def test_beside_a_running_server_all_is_well(server: Server) -> None:
    found = examined(
        data_dir=server.data_dir,
        http_bind=f"127.0.0.1:{server.http_port}",
        ocpp_bind=f"127.0.0.1:{server.ocpp_port}",
    )
    assert [verdict for verdict in found.values() if not verdict.good] == []
    assert set(found) == {
        "token secret",
        "database",
        "replica set",
        "clock",
        "root account",
        "HTTP_BIND",
        "OCPP_BIND",
    }
    assert found["database"].found.startswith("MongoDB 6")
    assert "running server" in found["HTTP_BIND"].found
    assert found["root account"].found == "root"


def test_each_thing_that_is_wrong_is_found_whatever_else_is(other_program: str) -> None:
    found = examined(
        mongodb_uri="mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100",
        http_bind=other_program,
        ocpp_bind=f"192.0.2.1:{free_port()}",
    )
    assert {what for what, verdict in found.items() if not verdict.good} == {
        "token secret",
        "database",
        "HTTP_BIND",
        "OCPP_BIND",
    }
    assert "JWT_SECRET_KEY" in found["token secret"].found
    assert "already in use" in found["HTTP_BIND"].found


def test_the_authority_that_signs_is_looked_at(tmp_path: Path) -> None:
    ca = trustme.CA()
    (tmp_path / "ca.pem").write_bytes(ca.cert_pem.bytes())
    (tmp_path / "ca.key").write_bytes(ca.private_key_pem.bytes())
    nowhere = {"mongodb_uri": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100"}
    good = examined(**nowhere, ca_cert=tmp_path / "ca.pem", ca_key=tmp_path / "ca.key")["certificate authority"]
    assert (good.good, good.found.startswith("ECDSA until ")) == (True, True)
    bad = examined(**nowhere, ca_cert=tmp_path / "ca.pem", ca_key=tmp_path / "ca.pem")["certificate authority"]
    assert (bad.good, "holds no PEM private key" in bad.found) == (False, True)


def test_the_roots_of_firmware_are_looked_at_if_there_are_any(tmp_path: Path) -> None:
    path = tmp_path / "roots.pem"

    def roots() -> Verdict:
        unreachable = {"mongodb_uri": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=1"}
        return examined(**unreachable, firmware_roots=path)["firmware roots"]

    assert (roots().good, "FIRMWARE_ROOTS" in roots().found) == (False, True)
    path.write_text(signer().pem + signer(days=(-2, -1)).pem)
    assert (roots().good, roots().found[:2]) == (False, "2,")
