"""The variables that requests share: where the server is, who logs in, what an answer hands to the next request."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.demo_accounts import CHARGE_POINT_PASSWORD, PASSWORDS
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
    Variable("staff_username"),
    Variable("staff_password", secret=True),
    Variable("admin_username"),
    Variable("admin_password", secret=True),
    Variable("root_username", "root"),
    Variable("root_password", secret=True),
    Variable("access_token", secret=True),
    Variable("refresh_token", secret=True),
    Variable("staff_access_token", secret=True),
    Variable("admin_access_token", secret=True),
    Variable("root_access_token", secret=True),
    Variable("idTag"),
    Variable("session_id"),
    Variable("transaction_id", "1"),
    Variable("virtual_charger_url"),
    Variable("poll_ms", "1000"),
)


# What `make demo` has, with passwords that everybody knows.
DEMO = {
    "charge_point_password": CHARGE_POINT_PASSWORD,
    "username": "driver",
    "password": PASSWORDS["driver"],
    **{f"{name}_username": name for name in ("staff", "admin", "root")},
    **{f"{name}_password": PASSWORDS[name] for name in ("staff", "admin", "root")},
    "virtual_charger_url": "http://127.0.0.1:9001",
}


def environment(name: str, known: Mapping[str, str] = MappingProxyType({})) -> dict[str, Any]:
    """Return the content of an environment file in which some variables have values of their own."""
    return {
        "id": stable_id(f"environment {name}"),
        "name": name,
        "values": [
            {
                "key": v.key,
                "value": known.get(v.key, v.value),
                "type": "secret" if v.secret else "default",
                "enabled": True,
            }
            for v in VARIABLES
        ],
        "_postman_variable_scope": "environment",
    }
