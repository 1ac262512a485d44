"""What answers about local lists look like, and how they are made."""

from typing import Any, Literal

from app.api.answer import Answer, Time
from app.domain.local_lists import ListState, in_words, next_version
from app.domain.times import iso
from app.storage.local_list_rules import LocalListRule
from app.storage.local_lists import LocalList


class LocalListAnswer(Answer):
    """`wanted_version` is what is to be confirmed next, `confirmed_version` what the charge point has accepted last,
    `charge_point_version` its own word, which `charge_point_list` tells in words; `answer` is its last answer."""

    charge_point_id: str
    state: ListState
    reason: str | None = None
    wanted_version: int | None = None
    wanted_length: int | None = None
    confirmed_version: int | None = None
    confirmed_length: int | None = None
    confirmed_at: Time | None = None
    charge_point_version: int | None = None
    charge_point_list: Literal["not supported", "empty", "present"] | None = None
    answer: str | None = None
    attempted_at: Time | None = None


class ContentAnswer(Answer):
    idTags: list[str]  # noqa: N815
    all_accepted: bool
    changed_by: str
    changed_at: Time


class LocalListDetailAnswer(LocalListAnswer):
    """`own` is the charge point's own content; what its groups want is added to it. `enabled` is the charge point's
    LocalAuthListEnabled, `max_length` and `max_per_message` what it takes."""

    own: ContentAnswer | None = None
    groups: list[str]
    enabled: bool | None = None
    max_length: int
    max_per_message: int


class LocalListGroupAnswer(ContentAnswer):
    group: str
    charge_point_ids: list[str]
    all_charge_points: bool


def local_list_json(known: LocalList) -> dict[str, Any]:
    told = {
        "charge_point_id": known.charge_point_id,
        "state": known.state.value,
        "reason": known.reason,
        "wanted_version": _wanted_version(known),
        "wanted_length": known.wanted_length,
        "confirmed_version": known.confirmed_version,
        "confirmed_length": known.confirmed_length,
        "confirmed_at": iso(known.confirmed_at) if known.confirmed_at else None,
        "charge_point_version": known.charge_point_version,
        "charge_point_list": in_words(known.charge_point_version),
        "answer": known.answer,
        "attempted_at": iso(known.attempted_at) if known.attempted_at else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _wanted_version(known: LocalList) -> int | None:
    """Return the version that what is wanted has, or will have at least."""
    if known.state in (ListState.UNMANAGED, ListState.NOT_SUPPORTED):
        return None
    if known.state is ListState.IN_SYNC:
        return known.confirmed_version
    return next_version(known.version, known.charge_point_version)


def group_json(rule: LocalListRule) -> dict[str, Any]:
    return content_json(rule) | {
        "group": rule.group,
        "charge_point_ids": rule.charge_point_ids,
        "all_charge_points": rule.all_charge_points,
    }


def content_json(rule: LocalListRule) -> dict[str, Any]:
    return {
        "idTags": rule.id_tags,
        "all_accepted": rule.all_accepted,
        "changed_by": rule.changed_by,
        "changed_at": iso(rule.changed_at),
    }
