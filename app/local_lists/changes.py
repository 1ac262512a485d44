"""From a changed tag to the charge points whose lists it belongs in."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.storage.database import Storage

# Who is new can wait a little, so that lists of everybody are not sent at every sign-up; who is blocked cannot.
PATIENCE = timedelta(minutes=1)


def due_lists(storage: Storage, now: datetime) -> list[str]:
    """Return the charge points whose lists are to be looked at, changes of tags since the last time counted in."""
    changes = storage.id_tags.untold()
    urgent = [change.id_tag for change in changes if not change.is_new]
    spread(storage, urgent, now)
    spread(storage, [change.id_tag for change in changes if change.is_new], now + PATIENCE)
    if changes:
        storage.id_tags.told(changes)
    return storage.local_lists.claim_due(now)


def spread(storage: Storage, id_tags: Iterable[str], due_at: datetime) -> None:
    """Make the lists due that these tags, or those that fare as these do, may be in."""
    concerned = set(id_tags)
    if not concerned:
        return
    concerned |= {tag.id_tag for tag in storage.id_tags.children(concerned)}
    rules = storage.local_list_rules.about(concerned)
    if any(rule.all_charge_points for rule in rules):
        storage.local_lists.touch(None, due_at)
    elif charge_points := sorted({one for rule in rules for one in rule.charge_point_ids}):
        storage.local_lists.touch(charge_points, due_at)
