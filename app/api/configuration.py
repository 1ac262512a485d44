"""What is known of a charge point's configuration."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from flask_openapi3 import Tag
from pydantic import Field

from app.api.answer import Answer, Time
from app.api.context import services
from app.api.models import ChargePointPath
from app.api.policy import requires
from app.api.routes import Routes
from app.domain.configuration import Change, Configuration, Entry, UnknownKey
from app.domain.roles import Role
from app.domain.times import iso

api = Routes("configuration", __name__, url_prefix="/api", abp_tags=[Tag(name="Charge points")])


class ConfigurationKeyAnswer(Answer):
    """`source`: `read`, or `set` while a value that the charge point accepted has not been read back."""

    key: str
    value: str | None = None
    readonly: bool | None = None
    source: Literal["read", "set"]
    at: Time
    age: int = Field(description="Seconds since the charge point told it.")


class UnknownKeyAnswer(Answer):
    key: str
    at: Time


class RebootRequiredAnswer(Answer):
    key: str
    value: str
    at: Time


class ConfigurationAnswer(Answer):
    """`read_at` is when all of it was last read, `age` the seconds since; absent if it never was."""

    charge_point_id: str
    read_at: Time | None = None
    age: int | None = None
    firmware_version: str | None = Field(None, description="The firmware that told all this.")
    keys: list[ConfigurationKeyAnswer]
    unknown_keys: list[UnknownKeyAnswer] = Field(description="Asked for, and the charge point does not have them.")
    reboot_required: list[RebootRequiredAnswer] = Field(description="Accepted, in force after the next boot.")


@api.get(
    "/charge_points/<charge_point_id>/configuration",
    summary="What is known of a charge point's configuration",
    responses={200: ConfigurationAnswer},
)
@requires(Role.STAFF)
def get_configuration(path: ChargePointPath) -> dict[str, Any]:
    """Kept from the answers to GetConfiguration and ChangeConfiguration; nothing is asked of the charge point. Send
    the command GetConfiguration to read it anew. Keys that open something are masked."""
    charge_point = services.fleet.get(path.charge_point_id)
    known = services.storage.configurations.of(charge_point.charge_point_id)
    waiting = known.changes_awaiting_reboot(charge_point.booted_at)
    return configuration_json(known, waiting, services.now())


def configuration_json(known: Configuration, waiting: Sequence[Change], now: datetime) -> dict[str, Any]:
    told = {
        "charge_point_id": known.charge_point_id,
        "read_at": iso(known.read_at) if known.read_at else None,
        "age": _seconds(known.read_at, now) if known.read_at else None,
        "firmware_version": known.firmware_version,
        "keys": [_entry_json(entry, now) for entry in known.entries],
        "unknown_keys": [_unknown_json(unknown) for unknown in known.unknown],
        "reboot_required": [_change_json(change) for change in waiting],
    }
    return {name: value for name, value in told.items() if value is not None}


def _entry_json(entry: Entry, now: datetime) -> dict[str, Any]:
    optional = {"value": entry.value, "readonly": entry.readonly}
    return {name: value for name, value in optional.items() if value is not None} | {
        "key": entry.key,
        "source": entry.source,
        "at": iso(entry.at),
        "age": _seconds(entry.at, now),
    }


def _unknown_json(unknown: UnknownKey) -> dict[str, Any]:
    return {"key": unknown.key, "at": iso(unknown.at)}


def _change_json(change: Change) -> dict[str, Any]:
    return {"key": change.key, "value": change.value, "at": iso(change.at)}


def _seconds(since: datetime, now: datetime) -> int:
    return max(0, int((now - since).total_seconds()))
