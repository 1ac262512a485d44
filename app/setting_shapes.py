"""The shapes of single settings: an address to listen on, a URL, a command, lists of files, hosts and values."""

import ipaddress
import json
import re
import shlex
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_settings import NoDecode

from app.domain.file_hosts import FileHost, read_file_host


def _bind(value: Any) -> str:
    host, colon, port = str(value).strip().rpartition(":")
    if not colon or not re.fullmatch("[0-9]{1,5}", port) or not 1 <= int(port) <= 65535:
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:8000")
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        raise ValueError("must have an IPv6 address in brackets, such as [::1]:8000")
    return f"{host or '0.0.0.0'}:{int(port)}"


def url(*schemes: str) -> BeforeValidator:
    """Return what reads a URL of one of these schemes, without a slash at its end."""

    def check(value: Any) -> str:
        text = str(value).strip().rstrip("/")
        parts = urlsplit(text)
        plain = re.fullmatch(r"[\x21-\x7e]+", text) and not parts.query and not parts.fragment
        if parts.scheme not in schemes or not parts.hostname or not plain:
            raise ValueError(f"must be a URL such as {schemes[-1]}://charging.example.org")
        return text

    return BeforeValidator(check)


def _listed(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _command(value: Any) -> Any:
    try:
        words = tuple(shlex.split(value)) if isinstance(value, str) else value
    except ValueError as error:
        raise ValueError(f"is no command: {str(error).lower()}") from None
    if not words:
        raise ValueError("is no command: it has no words")
    return words


def _network(value: str) -> str:
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        raise ValueError(f"{ascii(value)} is no IP address or network, such as 10.0.0.7 or 10.0.0.0/24") from None


def _configuration(value: Any) -> Any:
    """Read `Key=Value,Key=Value`, or a JSON object where a value has a comma or a space at its ends."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("must be a JSON object, or Key=Value,Key=Value") from None
    if isinstance(value, str):
        pairs = [part.partition("=") for part in value.split(",") if part.strip()]
        if not all(key.strip() and equals for key, equals, _ in pairs):
            raise ValueError("must be Key=Value,Key=Value, or a JSON object")
        return {key.strip(): text.strip() for key, _, text in pairs}
    return value


def _for_all(key: str) -> str:
    if key.casefold() in ("authorizationkey", "securityprofile"):
        raise ValueError(f"{key} must not be the same for all charge points; send ChangeConfiguration to each")
    return key


Bind = Annotated[str, BeforeValidator(_bind)]
Paths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_listed)]
Secrets = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
Networks = Annotated[tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_listed)]
Command = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_command)]
Hosts = Annotated[tuple[Annotated[FileHost, BeforeValidator(read_file_host)], ...], NoDecode, BeforeValidator(_listed)]
ConfigurationKey = Annotated[str, StringConstraints(min_length=1, max_length=50), AfterValidator(_for_all)]
ConfigurationValue = Annotated[str, StringConstraints(max_length=500)]
ConfigurationValues = Annotated[dict[ConfigurationKey, ConfigurationValue], NoDecode, BeforeValidator(_configuration)]
