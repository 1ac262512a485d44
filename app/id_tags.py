"""What is known of a tag, brought together and judged."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import AuthorizationStatus

from app.domain.authorization import OpenSession, Verdict, authorize_start, tag_checks, verdict_of
from app.domain.checks import Check
from app.domain.id_tags import MOST_ABOVE, IdTag, normalise_id_tag
from app.domain.sessions import RUNNING, Session
from app.domain.times import iso
from app.storage.database import Storage
from app.storage.users import User


def judge(storage: Storage, id_tag: str, now: datetime) -> tuple[Verdict, IdTag | None]:
    """Judge a tag by itself, as Authorize.req asks."""
    tag = storage.id_tags.get(normalise_id_tag(id_tag))
    owner = storage.users.by_name(tag.username) if tag and tag.username else None
    return _judge(storage, tag, owner, now), tag


def judge_start(
    storage: Storage,
    tag: IdTag,
    owner: User | None,
    now: datetime,
    *,
    at: tuple[str, int],
    open_sessions: Sequence[Session],
) -> Verdict:
    """Judge what an app asks for: the tag itself, then its limit, which what it has asked for elsewhere counts in.

    `owner` is the account that the tag belongs to, if any; `open_sessions` are the tag's.
    """
    return authorize_start(_judge(storage, tag, owner, now), tag, seen_open(open_sessions), at=at)


def judge_transaction(
    storage: Storage, id_tag: str, now: datetime, *, charge_point_id: str, connector_id: int
) -> tuple[Verdict, IdTag | None]:
    """Judge a StartTransaction: the tag itself, then its limit of transactions at a time (OCPP 1.6 §7.2).

    What was only asked for is no transaction: of two requests for one tag the one that gets there first is served.
    """
    verdict, tag = judge(storage, id_tag, now)
    running = storage.sessions.of_tag(tag.id_tag, RUNNING) if tag and verdict.accepted else []
    return authorize_start(verdict, tag, seen_open(running), at=(charge_point_id, connector_id)), tag


def _judge(storage: Storage, tag: IdTag | None, owner: User | None, now: datetime) -> Verdict:
    return verdict_of(checks_of(storage, tag, owner, now))


def checks_of(storage: Storage, tag: IdTag | None, owner: User | None, now: datetime) -> Iterator[Check]:
    """Look at the rules for a tag itself, one by one; `owner` is the account it belongs to, if any."""
    parents = parents_of(storage, tag) if tag else []
    return tag_checks(tag, parents, owner_disabled=bool(owner and owner.disabled), now=now)


def parents_of(storage: Storage, tag: IdTag) -> list[IdTag]:
    """Return a tag's parent and that one's, as far as they are known."""
    parents: list[IdTag] = []
    above = tag.parent_id_tag
    while above and len(parents) < MOST_ABOVE and (parent := storage.id_tags.get(above)):
        parents.append(parent)
        above = parent.parent_id_tag
    return parents


def seen_open(sessions: Sequence[Session]) -> list[OpenSession]:
    """Return sessions as the rule about a tag's limit sees them."""
    return [OpenSession(s.session_id, s.charge_point_id, s.connector_id) for s in sessions]


def id_tag_info(status: str, tag: IdTag | None) -> IdTagInfo:
    """Return OCPP's IdTagInfo; expiry and parent are told only of a tag that is accepted."""
    told = tag if tag is not None and status == AuthorizationStatus.accepted else None
    return IdTagInfo(
        status=AuthorizationStatus(status),
        expiry_date=iso(told.expiry_date) if told and told.expiry_date else None,
        parent_id_tag=told.parent_id_tag if told else None,
    )


def related(storage: Storage, one: str, other: str) -> bool:
    """Tell whether two tags are the same, parent and child, or children of one parent (OCPP 1.6 §3.6)."""
    if one == other:
        return True
    groups = []
    for id_tag in (one, other):
        tag = storage.id_tags.get(id_tag)
        groups.append({id_tag, tag.parent_id_tag if tag and tag.parent_id_tag else id_tag})
    return bool(groups[0] & groups[1])
