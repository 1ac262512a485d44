"""Typed settings from the environment and `.env`; a bad value stops the process with one readable line."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import ConfigurationError

MIN_SECRET_BYTES = 32


def _bind(value: Any) -> Any:
    host, colon, port = str(value).rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:8000")
    return f"{host or '0.0.0.0'}:{port}"


Bind = Annotated[str, BeforeValidator(_bind)]


class Settings(BaseSettings):
    """Everything a deployment can set; the README's table says the same in prose."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)

    mongodb_uri: str | None = None
    data_dir: Path = Path("var")
    http_bind: Bind = "127.0.0.1:8000"
    ocpp_bind: Bind = "127.0.0.1:9000"
    public_url: str | None = None
    public_ocpp_url: str | None = None
    jwt_secret_key: str | None = None
    root_username: str = Field("root", min_length=3, max_length=64)
    root_password: str | None = Field(None, min_length=8, max_length=256)
    web_concurrency: int = Field(1, ge=1, le=1)
    web_threads: int = Field(32, ge=1, le=1000)
    unknown_charge_points: Literal["reject", "pending", "accept"] = "reject"
    call_timeout: float = Field(10.0, gt=0, le=300)
    start_deadline: float = Field(180.0, gt=0, le=3600)
    heartbeat_interval: int = Field(300, ge=10, le=86400)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @property
    def http_url(self) -> str:
        return self.public_url or f"http://{_reachable(self.http_bind)}"

    @property
    def ocpp_url(self) -> str:
        return self.public_ocpp_url or f"ws://{_reachable(self.ocpp_bind)}/ocpp"


def _reachable(bind: str) -> str:
    return bind.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]")


_EXPLAIN = {
    "web_concurrency": "this release runs one process; use WEB_THREADS for more parallel requests",
}


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises ConfigurationError with one line that names the variable and the fault."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        message = _EXPLAIN.get(name) or first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{name.upper()}={str(first['input'])[:60]}: {message}") from None


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
        secret = _kept_secret(settings.data_dir / "jwt_secret_key")
    if len(secret.encode()) < MIN_SECRET_BYTES:
        raise ConfigurationError(f"JWT_SECRET_KEY must be at least {MIN_SECRET_BYTES} bytes long")
    return secret


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError), open(path, "x", opener=_private) as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
