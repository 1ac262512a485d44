"""From a changed tag to the charge points whose lists it belongs in."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain.id_tags import MOST_ABOVE
from app.storage.database import Storage

# Who is new can wait a little, so that lists of everybody are not sent at every sign-up; who is blocked cannot.
PATIENCE = timedelta(minutes=1)


def due_lists(storage: Storage, now: datetime) -> list[str]:
    """Return the charge points whose lists are to be looked at, changes of tags since the last time counted in."""
    changes = storage.id_tags.untold()
    urgent = [change.id_tag for change in changes if not change.is_new]
    spread(storage, urgent, now)
    new = [change for change in changes if change.is_new]
    # A list that was gone through after the last of them was made has them already.
    made_at = max((change.created_at or now for change in new), default=now)
    spread(storage, [change.id_tag for change in new], now + PATIENCE, attempted_before=made_at)
    if changes:
        storage.id_tags.told(changes)
    return storage.local_lists.claim_due(now)


def spread(
    storage: Storage, id_tags: Iterable[str], due_at: datetime, *, attempted_before: datetime | None = None
) -> None:
    """Make the lists due that these tags, or those that fare as these do, may be in.

    With `attempted_before` only those that nobody has tried to bring up to date since.
    """
    concerned = set(id_tags)
    if not concerned:
        return
    below = concerned
    for _ in range(MOST_ABOVE):
        below = {tag.id_tag for tag in storage.id_tags.children(below)} if below else below
        concerned |= below
    rules = storage.local_list_rules.about(concerned)
    if any(rule.all_charge_points for rule in rules):
        storage.local_lists.touch(None, due_at, attempted_before)
    elif charge_points := sorted({one for rule in rules for one in rule.charge_point_ids}):
        storage.local_lists.touch(charge_points, due_at, attempted_before)
