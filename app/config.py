"""Typed settings from the environment and `.env`; a bad value stops the process with one readable line."""

import contextlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.domain.users import (
    PASSWORD_COST,
    PASSWORD_COST_MAX,
    PASSWORD_COST_MIN,
    PASSWORD_MAX,
    PASSWORD_MIN,
    USERNAME_IN_WORDS,
    USERNAME_PATTERN,
)
from app.errors import ConfigurationError
from app.setting_shapes import Bind, Command, ConfigurationValues, Hosts, Networks, Paths, Secrets, url

MIN_SECRET_BYTES = 32
MIB = 1024 * 1024


class Settings(BaseSettings):
    """Everything a deployment can set; the README's table says the same in prose."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    mongodb_uri: str | None = None
    data_dir: Path = Path("var")
    http_bind: Bind = "127.0.0.1:8000"
    ocpp_bind: Bind = "127.0.0.1:9000"
    ocpp_tls_bind: Bind = "127.0.0.1:9443"
    ocpp_tls_cert: Paths = ()
    ocpp_tls_key: Paths = ()
    ocpp_tls_client_ca: Path | None = None
    cpo_name: str | None = Field(None, max_length=64)
    ca_cert: Path | None = None
    ca_key: Path | None = None
    ca_command: Command | None = None
    ca_timeout: float = Field(30.0, gt=0, le=300)
    certificate_lifetime: float = Field(365 * 86_400, ge=3600, le=20 * 366 * 86_400)
    trusted_proxies: Networks = ()
    public_url: Annotated[str, url("http", "https")] | None = None
    public_ocpp_url: Annotated[str, url("ws", "wss")] | None = None
    jwt_secret_key: str | None = None
    qr_secret_key: Secrets = ()
    qr_require_signed: bool = False
    qr_require_plugged: bool = True
    root_username: str = Field("root", pattern=f"^{USERNAME_PATTERN}$")
    root_password: str | None = Field(None, min_length=PASSWORD_MIN, max_length=PASSWORD_MAX)
    password_cost: int = Field(PASSWORD_COST, ge=PASSWORD_COST_MIN, le=PASSWORD_COST_MAX)
    web_concurrency: int = Field(1, ge=1, le=1)
    web_threads: int = Field(32, ge=1, le=1000)
    unknown_charge_points: Literal["reject", "pending", "accept"] = "reject"
    call_timeout: float = Field(10.0, gt=0, le=300)
    batch_commands_at_once: int = Field(32, ge=1, le=200)
    start_deadline: float = Field(180.0, gt=0, le=3600)
    reservation_lifetime: float = Field(1800.0, gt=0, le=31 * 86_400)
    reservation_max: float = Field(4 * 3600.0, gt=0, le=31 * 86_400)
    heartbeat_interval: int = Field(300, ge=10, le=86400)
    auto_provision: bool = True
    provision_configuration: ConfigurationValues = Field(default_factory=dict)
    file_hosts: Hosts = ()
    file_link_lifetime: float = Field(86_400, gt=0, le=31 * 86_400)
    file_idle_timeout: float = Field(60, gt=0, le=3600)
    firmware_roots: Path | None = None
    firmware_max_bytes: int = Field(256 * MIB, ge=1)
    diagnostics_max_bytes: int = Field(64 * MIB, ge=1)
    diagnostics_lifetime: float = Field(30 * 86_400, gt=0)
    frames_kept_days: float = Field(3, ge=0, le=90)
    frames_max_bytes: int = Field(1024 * MIB, ge=MIB)
    metrics_token: str | None = Field(None, min_length=16, max_length=200)
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(str.upper)] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("ocpp_bind")
    @classmethod
    def _two_ports(cls, bind: str, others: ValidationInfo) -> str:
        if bind == others.data.get("http_bind"):
            raise ValueError("must not be the same as HTTP_BIND")
        return bind

    @property
    def binds(self) -> dict[str, str]:
        """Return the addresses that are listened on, by the setting's name."""
        binds = {"HTTP_BIND": self.http_bind, "OCPP_BIND": self.ocpp_bind}
        return binds | {"OCPP_TLS_BIND": self.ocpp_tls_bind} if self.ocpp_tls_cert else binds

    @property
    def http_url(self) -> str:
        return self.public_url or f"http://{reachable(self.http_bind)}"

    @property
    def ocpp_url(self) -> str:
        return self.public_ocpp_url or f"ws://{reachable(self.ocpp_bind)}/ocpp"

    @property
    def ocpp_tls_url(self) -> str | None:
        """Return where charge points connect over TLS, if they can."""
        public = urlsplit(self.public_ocpp_url or "")
        if public.scheme == "wss":
            return self.public_ocpp_url
        if not self.ocpp_tls_cert:
            return None
        if public.hostname is None:
            return f"wss://{reachable(self.ocpp_tls_bind)}/ocpp"
        host = f"[{public.hostname}]" if ":" in public.hostname else public.hostname
        port = self.ocpp_tls_bind.rpartition(":")[2]
        return public._replace(scheme="wss", netloc=f"{host}:{port}").geturl()

    @property
    def live_url(self) -> str:
        """Return where apps and pages watch: on the charge points' port, over TLS if the pages come that way."""
        over_tls = self.ocpp_tls_url if self.http_url.startswith("https:") else None
        return urlsplit(over_tls or self.ocpp_url)._replace(path="/live", query="", fragment="").geturl()

    @property
    def origins(self) -> tuple[str, ...]:
        """Return the origins of our own pages, as browsers name them (RFC 6454 §6)."""
        port = self.http_bind.rpartition(":")[2]
        urls = [self.http_url, f"http://{reachable(self.http_bind)}", f"http://localhost:{port}"]
        return tuple(dict.fromkeys(map(_origin, urls)))

    def url_for(self, security_profile: int) -> str:
        """Return the address to enter in a charge point of a security profile."""
        return (self.ocpp_tls_url if security_profile >= 2 else None) or self.ocpp_url


def reachable(bind: str) -> str:
    """Return HOST:PORT as a client on this machine may call it."""
    return bind.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]")


def _origin(url: str) -> str:
    """Return scheme, host and port, without the port that is the scheme's own."""
    scheme, address, *_ = urlsplit(url.lower())
    usual = {"http": ":80", "https": ":443"}[scheme]
    return f"{scheme}://{address.rpartition('@')[2].removesuffix(usual)}"


_EXPLAIN = {
    "web_concurrency": "this release runs one process; use WEB_THREADS for more parallel requests",
    "root_username": f"must be {USERNAME_IN_WORDS}",
}
SECRETS = frozenset({"root_password", "jwt_secret_key", "qr_secret_key", "mongodb_uri", "metrics_token", "ca_command"})


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises ConfigurationError with one line that names the variable and the fault."""
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        message = _EXPLAIN.get(name) or first["msg"].removeprefix("Value error, ")
        value = "***" if name in SECRETS else ascii(first["input"])[1:61].removesuffix("'")
        raise ConfigurationError(f"{name.upper()}={value}: {message}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f".env: {error}") from None
    _require_whole_tls(settings)
    _require_whole_authority(settings)
    return settings


def _require_whole_tls(settings: Settings) -> None:
    """Refuse settings that only make sense together and are not all there."""
    certificates, keys = len(settings.ocpp_tls_cert), len(settings.ocpp_tls_key)
    if certificates != keys:
        raise ConfigurationError(
            f"OCPP_TLS_KEY: {keys} given for {certificates} in OCPP_TLS_CERT; each certificate needs its key"
        )
    if settings.ocpp_tls_client_ca and not certificates:
        raise ConfigurationError("OCPP_TLS_CLIENT_CA: client certificates need TLS: set OCPP_TLS_CERT and OCPP_TLS_KEY")
    if settings.ocpp_tls_client_ca and not settings.cpo_name:
        raise ConfigurationError(
            "CPO_NAME is required with OCPP_TLS_CLIENT_CA: the organisation (O) in the charge points' certificates"
        )
    others = (settings.http_bind, settings.ocpp_bind)
    if certificates and settings.ocpp_tls_bind in others:
        raise ConfigurationError(f"OCPP_TLS_BIND={settings.ocpp_tls_bind}: must not be the same as another bind")


def _require_whole_authority(settings: Settings) -> None:
    """Refuse settings that do not say, or say twice, who signs charge points' certificates."""
    if settings.ca_command and settings.ca_key:
        raise ConfigurationError("CA_COMMAND: signs instead of CA_KEY; set one of them")
    if settings.ca_key and not settings.ca_cert:
        raise ConfigurationError("CA_KEY: needs CA_CERT, the certificate of the authority it belongs to")
    if settings.ca_cert and not (settings.ca_key or settings.ca_command):
        raise ConfigurationError("CA_CERT: needs CA_KEY, or CA_COMMAND, to sign with")


def jwt_secret(settings: Settings) -> str:
    """Return the key that tokens are signed with, at least 32 bytes.

    Made once and kept in DATA_DIR when the database is embedded; with MONGODB_URI set it must be given, for several
    installations may share that database. Raises ConfigurationError.
    """
    secret = settings.jwt_secret_key
    if secret is None and settings.mongodb_uri is not None:
        raise ConfigurationError(
            "JWT_SECRET_KEY is required when MONGODB_URI is set; make one with: "
            'python -c "import secrets; print(secrets.token_urlsafe(48))"'
        )
    if secret is None:
        return _kept_secret(settings, "jwt_secret_key")
    return _long_enough(secret, "JWT_SECRET_KEY")


def qr_secrets(settings: Settings) -> Sequence[str]:
    """Return the secrets that labels may be signed with, of which the first signs.

    Where none is set, one is kept as the tokens' is; with MONGODB_URI set, the tokens' own stands in. Raises
    ConfigurationError.
    """
    if settings.qr_secret_key:
        return [_long_enough(secret, "QR_SECRET_KEY: each secret in it") for secret in settings.qr_secret_key]
    return [jwt_secret(settings) if settings.mongodb_uri is not None else _kept_secret(settings, "qr_secret_key")]


def _kept_secret(settings: Settings, name: str) -> str:
    path = settings.data_dir / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError), open(path, "x", opener=_private) as file:
            file.write(secrets.token_urlsafe(48))
        return _long_enough(path.read_text().strip(), f"the secret in {path}")
    except OSError as error:
        raise ConfigurationError(f"DATA_DIR={settings.data_dir}: {error.strerror}: {error.filename}") from None


def _long_enough(secret: str, where: str) -> str:
    if len(secret.encode()) < MIN_SECRET_BYTES:
        raise ConfigurationError(f"{where} must be at least {MIN_SECRET_BYTES} bytes long")
    return secret


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
