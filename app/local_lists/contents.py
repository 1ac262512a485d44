"""What belongs in a charge point's local authorization list at this moment, and how much of it it takes."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from app.domain.authorization import authorize
from app.domain.id_tags import IdTag
from app.domain.local_lists import Entry, Held, Limits, chosen, limits_from
from app.id_tags import id_tag_info
from app.storage.database import Storage
from app.storage.users import user_key

LENGTH_KEY, PER_MESSAGE_KEY = "LocalAuthListMaxLength", "SendLocalListMaxLength"
ENABLED_KEY = "LocalAuthListEnabled"


def limits_of(storage: Storage, charge_point_id: str) -> Limits:
    """Return what a charge point takes, as far as it has told (OCPP 1.6 §9.2)."""
    known = storage.configurations.of(charge_point_id)
    return limits_from(known.integer_of(LENGTH_KEY), known.integer_of(PER_MESSAGE_KEY))


def wanted_entries(
    storage: Storage, charge_point_id: str, held: Held | None, limits: Limits, now: datetime
) -> list[Entry] | None:
    """Return what a charge point is to hold, every tag judged as Authorize would; None when that is too much for it.

    `held` is what it holds, as far as that is known.
    """
    rules = storage.local_list_rules.of(charge_point_id)
    named = {id_tag for rule in rules for id_tag in rule.id_tags}
    everybody = any(rule.all_accepted for rule in rules)
    usable = storage.id_tags.usable(now, limits.length + 1) if everybody else []
    if len(named) > limits.length or len(usable) > limits.length:
        return None
    looked_at = {tag.id_tag: tag for tag in usable}
    known = named | (held.entries.keys() if everybody and held is not None else set())
    looked_at |= {tag.id_tag: tag for tag in storage.id_tags.those(known - looked_at.keys())}
    entries = chosen(_judged(storage, list(looked_at.values()), now), named, held, limits.length)
    return entries if len(entries) <= limits.length else None


def judged_again(storage: Storage, held: Held, now: datetime) -> list[Entry]:
    """Return what a charge point holds with the verdicts of this moment, nothing new and nobody who is gone."""
    return sorted(_judged(storage, storage.id_tags.those(held.entries), now))


def _judged(storage: Storage, tags: Sequence[IdTag], now: datetime) -> list[Entry]:
    parents = _parents_of(storage, tags)
    grandparents = _parents_of(storage, parents.values())
    disabled = storage.users.disabled({tag.username for tag in tags if tag.username})
    judged = []
    for tag in tags:
        parent = parents.get(tag.parent_id_tag or "")
        grandparent = grandparents.get(parent.parent_id_tag or "") if parent else None
        verdict = authorize(
            tag,
            [one for one in (parent, grandparent) if one is not None],
            owner_disabled=user_key(tag.username or "") in disabled,
            now=now,
        )
        info = id_tag_info(verdict.status, tag)
        judged.append(Entry(tag.id_tag, verdict.status.value, info.expiry_date, info.parent_id_tag))
    return judged


def _parents_of(storage: Storage, tags: Iterable[IdTag]) -> dict[str, IdTag]:
    named = {tag.parent_id_tag for tag in tags if tag.parent_id_tag}
    return {parent.id_tag: parent for parent in storage.id_tags.those(named)} if named else {}
