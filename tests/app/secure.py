"""A server with certificates of both kinds, and charge points that come to it over TLS, with one or without."""

import itertools
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import trustme
from websockets.exceptions import InvalidStatus

from tests.app.stories import meanwhile
from tests.live import Api, Charger, Server, basic, free_port, plug_in, running_server

CPO_NAME = "Example Charging"
PROXY = ("127.9.0.1", 0)
_addresses = (f"127.7.{n // 250}.{n % 250 + 1}" for n in itertools.count())


class Authority:
    """Issues the server's certificates and those of charge points, as files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ca = trustme.CA()
        self.file = self._written("ca.pem", self._ca.cert_pem.bytes())
        self.key = self._written("ca.key", self._ca.private_key_pem.bytes())

    def issue(
        self, common_name: str, organisation: str = CPO_NAME, kind: str = "ECDSA", **facts: Any
    ) -> tuple[str, str]:
        """Return the files of a new certificate and its key."""
        identities = facts.pop("identities", ())
        key_type = trustme.KeyType[kind]
        leaf = self._ca.issue_cert(
            *identities, common_name=common_name, organization_name=organisation, key_type=key_type, **facts
        )
        name = uuid4().hex
        chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
        return self._written(f"{name}.pem", chain), self._written(f"{name}.key", leaf.private_key_pem.bytes())

    def server_certificates(self) -> dict[str, tuple[str, str]]:
        return {kind: self.issue("localhost", kind=kind, identities=["127.0.0.1"]) for kind in ("RSA", "ECDSA")}

    def client(self, *certificate: str) -> ssl.SSLContext:
        """Return what a charge point connects with: it trusts this authority and shows a certificate, if it has one."""
        context = ssl.create_default_context(cafile=self.file)
        # The client reads in one thread and writes in another; under TLS 1.3 both would now and then touch the session
        # tickets that follow the handshake, and it would wait for ever.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        if certificate:
            context.load_cert_chain(*certificate)
        return context

    def _written(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


@dataclass
class SecureServer:
    """A running server, and the one authority that it and its charge points trust."""

    plain: Server
    tls_port: int
    authority: Authority
    environment: dict[str, str]

    @property
    def ocpp_url(self) -> str:
        return f"wss://127.0.0.1:{self.tls_port}/ocpp"

    def over_tls(self, charge_point_id: str, password: str | None = None, *certificate: str, **options: Any) -> Charger:
        options.setdefault("ssl", self.authority.client(*certificate))
        return plug_in(self, charge_point_id, password, **options)  # type: ignore[arg-type]

    def in_the_clear(self, charge_point_id: str, password: str | None = None, **options: Any) -> Charger:
        return plug_in(self.plain, charge_point_id, password, **options)


@contextmanager
def secure_server(folder: Path, **environment: str) -> Iterator[SecureServer]:
    """Run a server with TLS for charge points, whose certificates it signs; a proxy at PROXY's network is trusted."""
    authority, tls_port = Authority(folder), free_port()
    certificates = authority.server_certificates().values()
    settings = {
        "OCPP_TLS_BIND": f"127.0.0.1:{tls_port}",
        "OCPP_TLS_CERT": ",".join(certificate for certificate, _ in certificates),
        "OCPP_TLS_KEY": ",".join(key for _, key in certificates),
        "OCPP_TLS_CLIENT_CA": authority.file,
        "CA_CERT": authority.file,
        "CA_KEY": authority.key,
        "CPO_NAME": CPO_NAME,
        "TRUSTED_PROXIES": "127.9.0.0/16, 10.1.2.3",
        "CALL_TIMEOUT": "0.5",
        **environment,
    }
    with running_server(folder / "data", **settings) as running:
        yield SecureServer(running, tls_port, authority, settings)


@contextmanager
def closing_all(plug: Callable[..., Charger]) -> Iterator[Callable[..., Charger]]:
    """Give the same way to connect; every connection made by it is closed at the end of the block."""
    chargers: list[Charger] = []

    def connect(*args: Any, **options: Any) -> Charger:
        chargers.append(plug(*args, **options))
        return chargers[-1]

    yield connect
    for charger in chargers:
        charger.close()


def stranger() -> tuple[str, int]:
    """Return an address of this machine nobody has come from yet: failures are counted by address."""
    return next(_addresses), 0


def refused(connect: Any, *args: Any, **options: Any) -> int:
    """Connect in vain, from an address of its own; return the HTTP status."""
    options.setdefault("source_address", stranger())
    with pytest.raises(InvalidStatus) as refusal:
        connect(*args, **options)
    return refusal.value.response.status_code


def why(root: Api, charge_point_id: str) -> list[str]:
    """Return the reasons the operator reads, newest first."""
    return [one["reason"] for one in root.get("/api/refusals", charge_point_id=charge_point_id).json()["items"]]


def added(root: Api, **facts: Any) -> dict[str, Any]:
    answer = root.post("/api/charge_points", id=f"CP-{uuid4().hex[:10]}", **facts)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def configure(root: Api, charger: Charger, key: str, value: str, answer: Any) -> httpx.Response:
    """Send ChangeConfiguration and let the charge point answer so; None is silence."""
    charger.answers["ChangeConfiguration"] = answer
    told = meanwhile(lambda: send_configuration(root, charger.charge_point_id, key, value))
    assert charger.serve(1) == [("ChangeConfiguration", {"key": key, "value": value})]
    return told()


def send_configuration(root: Api, charge_point_id: str, key: str, value: str) -> httpx.Response:
    return root.post(f"/api/charge_points/{charge_point_id}/commands/ChangeConfiguration", key=key, value=value)


def opens(connect: Callable[..., Charger], charge_point_id: str, password: str | bytes) -> bool:
    """Connect with a key and part again."""
    charger = connect(charge_point_id, headers={"Authorization": basic(charge_point_id, password)})
    assert charger.boot()["status"] == "Accepted"
    charger.close()
    return True
