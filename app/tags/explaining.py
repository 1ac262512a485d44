"""Why a tag may charge at a connector or not: the rules of a start told one by one, as they would be judged now."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.authorization import Verdict, limit_check, verdict_of
from app.domain.charge_points import ChargePoint
from app.domain.checks import Check, first_refusal
from app.domain.id_tags import IdTag, normalise_id_tag
from app.domain.local_lists import Entry, ListState
from app.domain.session_hints import why_rejected
from app.domain.sessions import RUNNING, Session
from app.domain.starting import connector_check, known_checks, reservation_check, service_checks
from app.id_tags import checks_of, seen_open
from app.storage.database import Storage


@dataclass(frozen=True, slots=True)
class Explanation:
    """`verdict` is what StartTransaction would be answered; `obstacle` the first rule that start_charging fails.

    `checks` are the rules in order; `in_the_way` are the sessions that one of them names. `list_entry` is what the
    charge point's local list is known to hold of the tag, `hint` what is likely the matter where it refuses itself.
    """

    id_tag: str
    charge_point: ChargePoint | None
    checks: Sequence[Check]
    verdict: Verdict
    obstacle: Check | None
    in_the_way: Sequence[Session]
    list_state: ListState
    list_entry: Entry | None
    hint: str | None


def explain(
    storage: Storage,
    connected: Callable[[str], bool],
    now: datetime,
    *,
    charge_point_id: str,
    connector_id: int,
    id_tag: str,
) -> Explanation:
    """Look at every rule of a start with this tag at this connector, and change nothing."""
    charge_point = storage.charge_points.get(charge_point_id)
    at = (charge_point.charge_point_id if charge_point else charge_point_id, connector_id)
    key = normalise_id_tag(id_tag)
    tag = storage.id_tags.get(key)
    around = storage.sessions.open_around(*at, key)
    asked = list(known_checks(charge_point, *at))
    if charge_point is not None:
        asked += service_checks(charge_point, connected=connected(charge_point.charge_point_id))
        asked.append(connector_check(around, at))
        held = storage.reservations.holding(*at, now)
        asked.append(reservation_check(tag or IdTag(key), held))
    judged = list(_tag_checks(storage, tag, now))
    requests = []
    if tag is not None:
        judged.append(limit_check(tag, seen_open(storage.sessions.of_tag(tag.id_tag, RUNNING)), at=at))
        # What an app asks for also has to wait for what is only asked for elsewhere.
        requests.append(replace(limit_check(tag, seen_open(around), at=at), rule="within_limit_with_requests"))
    checks = [*asked, *judged, *requests]
    named = {session_id for check in checks for session_id in check.in_the_way}
    contents = storage.local_list_contents.held(at[0])
    entry = contents.entries.get(key) if contents else None
    known_list = storage.local_lists.get(at[0])
    return Explanation(
        id_tag=key,
        charge_point=charge_point,
        checks=checks,
        verdict=verdict_of(judged),
        obstacle=first_refusal(checks),
        in_the_way=[session for session in around if session.session_id in named],
        list_state=known_list.state if known_list else ListState.UNMANAGED,
        list_entry=entry,
        hint=why_rejected(
            charge_point.status_of(connector_id) if charge_point else None,
            storage.configurations.of(at[0]),
            in_local_list=entry is not None,
        ).hint,
    )


def _tag_checks(storage: Storage, tag: IdTag | None, now: datetime) -> Iterator[Check]:
    owner = storage.users.by_name(tag.username) if tag and tag.username else None
    return checks_of(storage, tag, owner, now)
