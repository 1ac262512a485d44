"""Serve: the database, the root account, then gunicorn; and the same database for a command of the shell."""

import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.accounts import Accounts
from app.central_system import utc_now
from app.certificates.authority import CertificateAuthority
from app.config import Settings, jwt_secret, qr_secrets
from app.domain.roles import Role
from app.door.tls import server_context
from app.errors import ConfigurationError
from app.firmware.roots import firmware_roots
from app.gunicorn_conf import Gunicorn
from app.storage.database import Storage
from app.storage.embedded import EmbeddedMongo, running_uri
from app.storage.errors import DatabaseError

Say = Callable[[str], None]


def serve(settings: Settings, say: Say) -> None:
    """Run the server until it is told to stop; raises ConfigurationError, DatabaseUnusable, EmbeddedMongoError."""
    secrets_in_use = {"jwt_secret_key": jwt_secret(settings), "qr_secret_key": qr_secrets(settings)}
    server_context(settings)
    firmware_roots(settings)
    CertificateAuthority(settings, utc_now)
    for name, bind in settings.binds.items():
        require_free(name, bind)
    with database(settings, say, attach=False) as uri:
        ready_settings = settings.model_copy(update={"mongodb_uri": uri, **secrets_in_use})
        password = _prepare(uri, settings)
        Gunicorn(ready_settings, lambda: _greet(settings, password, say)).run()


@contextmanager
def database(settings: Settings, say: Say, *, attach: bool) -> Iterator[str]:
    """Give the URI of the database: the one that is set, else the embedded one, started here for as long as this lasts.

    With `attach`, one that a running server has started already is used.
    """
    if settings.mongodb_uri is not None:
        yield settings.mongodb_uri
        return
    if attach and (uri := running_uri(settings.data_dir)):
        yield uri
        return
    mongo = EmbeddedMongo(settings.data_dir)
    try:
        yield mongo.start(say)
    finally:
        mongo.stop()


@contextmanager
def storage(settings: Settings, say: Say) -> Iterator[Storage]:
    """Give the storage to a command of the shell, beside a running server or without one."""
    with database(settings, say, attach=True) as uri:
        opened = _opened(uri)
        try:
            opened.prepare()
            yield opened
        finally:
            opened.close()


def _opened(uri: str) -> Storage:
    try:
        return Storage(uri)
    except DatabaseError as error:
        raise ConfigurationError(f"MONGODB_URI=***: {error}") from None


def _prepare(uri: str, settings: Settings) -> str | None:
    """Make the indexes and, the first time, the root account; return its password if one was made up."""
    opened = _opened(uri)
    try:
        opened.prepare()
        accounts = Accounts(opened, utc_now, settings.password_cost)
        if accounts.root_exists():
            return None
        password = settings.root_password or secrets.token_urlsafe(12)
        accounts.create(settings.root_username, password, Role.ROOT, {})
        return None if settings.root_password else password
    finally:
        opened.close()


def require_free(name: str, bind: str) -> None:
    """Raise ConfigurationError with the reason when nobody could listen there."""
    host, _, port = bind.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), int(port)))
        except OSError as error:
            raise ConfigurationError(f"{name}={bind}: {(error.strerror or str(error)).lower()}") from None


def _greet(settings: Settings, password: str | None, say: Say) -> None:
    say(f"ChargeBridge  pages        {settings.http_url}/")
    say(f"              API          {settings.http_url}/api")
    say(f"              API docs     {settings.http_url}/docs")
    for url in dict.fromkeys(filter(None, (settings.ocpp_url, settings.ocpp_tls_url))):
        say(f"              chargers     {url}/<charge point id>")
    if password is not None:
        say(f"              first login  {settings.root_username} / {password}   (shown this once: write it down)")
    say("              stop         Ctrl-C")
