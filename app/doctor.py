"""`chargebridge doctor`: what would keep the server from working here, said before it does."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from urllib.request import urlopen

from app.certificates.authority import CertificateAuthority
from app.config import Settings, jwt_secret, reachable
from app.door.tls import certificate_of, kind_of, server_context
from app.errors import ChargeBridgeError, ConfigurationError
from app.firmware.roots import firmware_roots
from app.serving import require_free, storage
from app.storage.embedded import EmbeddedMongoError

MAX_CLOCK_DIFFERENCE = 2.0


@dataclass(frozen=True, slots=True)
class Verdict:
    what: str
    good: bool
    found: str


def examine(settings: Settings) -> Iterator[Verdict]:
    """Look at one thing after the other; a later look does not need an earlier one to be good."""
    yield _secret(settings)
    yield from _database(settings)
    ours = _answers(settings)
    for name, bind in settings.binds.items():
        yield _port(name, bind, ours)
    if settings.ocpp_tls_cert:
        yield _certificates(settings)
    if settings.firmware_roots:
        yield _firmware_roots(settings)
    if settings.ca_cert:
        yield _authority(settings)


def _secret(settings: Settings) -> Verdict:
    try:
        jwt_secret(settings)
    except ChargeBridgeError as error:
        return Verdict("token secret", False, str(error))
    return Verdict("token secret", True, "set" if settings.jwt_secret_key else f"kept in {settings.data_dir}")


def _database(settings: Settings) -> Iterator[Verdict]:
    try:
        with storage(settings, lambda _line: None) as opened:
            began = time.time()
            hello = opened.client.admin.command("hello")
            version = opened.client.server_info()["version"]
            yield Verdict("database", True, f"MongoDB {version}")
            replicated = "setName" in hello
            yield Verdict("replica set", replicated, "yes" if replicated else "no: start mongod with --replSet")
            theirs = hello["localTime"].replace(tzinfo=UTC)
            off = abs((theirs - datetime.fromtimestamp(began, UTC)).total_seconds())
            yield Verdict("clock", off < MAX_CLOCK_DIFFERENCE, f"{off:.1f} s from the database's")
            root = opened.users.first({"role": "root"})
            yield Verdict("root account", True, root.username if root else "none yet; the first start makes it")
    except (ChargeBridgeError, EmbeddedMongoError) as error:
        yield Verdict("database", False, str(error))


def _answers(settings: Settings) -> bool:
    """Tell whether a ChargeBridge serves HTTP_BIND already: then its ports are rightly in use."""
    try:
        with urlopen(f"http://{reachable(settings.http_bind)}/healthz", timeout=3) as answer:
            return bool(json.load(answer) == {"status": "ok"})
    except (OSError, ValueError, HTTPException):
        return False


def _certificates(settings: Settings) -> Verdict:
    try:
        server_context(settings)
        certificates = [certificate_of(path) for path in settings.ocpp_tls_cert]
    except ConfigurationError as error:
        return Verdict("certificates", False, str(error))
    ends = [certificate.not_valid_after_utc for certificate in certificates]
    found = ", ".join(f"{kind_of(one)} until {end:%Y-%m-%d}" for one, end in zip(certificates, ends, strict=True))
    return Verdict("certificates", min(ends) > datetime.now(UTC), found)


def _authority(settings: Settings) -> Verdict:
    try:
        certificate = CertificateAuthority(settings, lambda: datetime.now(UTC)).certificates()[0]
    except ConfigurationError as error:
        return Verdict("certificate authority", False, str(error))
    end = certificate.not_valid_after_utc
    return Verdict("certificate authority", end > datetime.now(UTC), f"{kind_of(certificate)} until {end:%Y-%m-%d}")


def _firmware_roots(settings: Settings) -> Verdict:
    try:
        roots = firmware_roots(settings)
    except ConfigurationError as error:
        return Verdict("firmware roots", False, str(error))
    ends = min(root.not_valid_after_utc for root in roots)
    return Verdict("firmware roots", ends > datetime.now(UTC), f"{len(roots)}, the first until {ends:%Y-%m-%d}")


def _port(name: str, bind: str, ours: bool) -> Verdict:
    try:
        require_free(name, bind)
    except ConfigurationError as error:
        return Verdict(name, ours, f"{bind} in use by the running server" if ours else str(error))
    return Verdict(name, True, f"{bind} free")
