"""May this tag charge? The verdict told apart as OCPP does (AuthorizationStatus, OCPP 1.6 §7.2)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ocpp.v16.enums import AuthorizationStatus

from app.domain.id_tags import IdTag, IdTagStatus


@dataclass(frozen=True, slots=True)
class OpenSession:
    """What the concurrency rule needs to know of a session that has not ended."""

    session_id: str
    charge_point_id: str
    connector_id: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """`status` for the charge point, `reason` for people; `in_the_way` lists the sessions behind a ConcurrentTx."""

    status: AuthorizationStatus
    reason: str
    in_the_way: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        return self.status == AuthorizationStatus.accepted


ACCEPTED = Verdict(AuthorizationStatus.accepted, "the tag may charge")


def authorize(tag: IdTag | None, parent: IdTag | None, *, owner_disabled: bool, now: datetime) -> Verdict:
    """Judge the tag itself, as Authorize.req asks: known, not blocked, not expired, nor its parent, nor its owner.

    `parent` is the tag that `tag.parent_id_tag` names, or None when there is none or it is unknown.
    """
    if tag is None:
        return Verdict(AuthorizationStatus.invalid, "the tag is not known here")
    for who, one in (("tag", tag), ("parent tag", parent)):
        if one is None:
            continue
        if one.status is IdTagStatus.BLOCKED:
            return Verdict(AuthorizationStatus.blocked, f"the {who} is blocked")
        if one.expiry_date is not None and one.expiry_date <= now:
            return Verdict(AuthorizationStatus.expired, f"the {who} has expired")
    if owner_disabled:
        return Verdict(AuthorizationStatus.blocked, "the tag's account is disabled")
    return ACCEPTED


def authorize_start(
    verdict: Verdict, tag: IdTag | None, open_sessions: Iterable[OpenSession], *, at: tuple[str, int]
) -> Verdict:
    """Judge a start: what `authorize` said, then the tag's limit of sessions at a time.

    `at` is (charge_point_id, connector_id) of the start: a session open on that very connector is about to be
    superseded, or is the start's own, and does not count.
    """
    if not verdict.accepted or tag is None:
        return verdict
    others = tuple(s.session_id for s in open_sessions if (s.charge_point_id, s.connector_id) != at)
    if len(others) < tag.concurrent_limit:
        return verdict
    return Verdict(
        AuthorizationStatus.concurrent_tx,
        f"the tag is already charging in {len(others)} session(s); its limit is {tag.concurrent_limit}",
        others,
    )
