"""The variables that requests share: where the server is, who logs in, what an answer hands to the next request."""

from dataclasses import dataclass
from typing import Any

from app.postman.shapes import stable_id


@dataclass(frozen=True, slots=True)
class Variable:
    """`secret` ones are shown as dots and never shared."""

    key: str
    value: str = ""
    secret: bool = False


VARIABLES = (
    Variable("base_url", "http://127.0.0.1:8000"),
    Variable("charge_point_id", "CP001"),
    Variable("charge_point_password", secret=True),
    Variable("connector_id", "1"),
    Variable("username"),
    Variable("password", secret=True),
    Variable("root_username", "root"),
    Variable("root_password", secret=True),
    Variable("access_token", secret=True),
    Variable("refresh_token", secret=True),
    Variable("root_access_token", secret=True),
    Variable("idTag"),
    Variable("session_id"),
    Variable("transaction_id", "1"),
    Variable("poll_ms", "1000"),
)


def environment() -> dict[str, Any]:
    """Return the environment file's content."""
    return {
        "id": stable_id("environment"),
        "name": "ChargeBridge",
        "values": [
            {"key": v.key, "value": v.value, "type": "secret" if v.secret else "default", "enabled": True}
            for v in VARIABLES
        ],
        "_postman_variable_scope": "environment",
    }
