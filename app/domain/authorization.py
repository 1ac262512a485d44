"""May this tag charge? The verdict told apart as OCPP does (AuthorizationStatus, OCPP 1.6 §7.2)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from ocpp.v16.enums import AuthorizationStatus

from app.domain.checks import Check, first_refusal
from app.domain.id_tags import IdTag, IdTagStatus

# Of a tag, its parent, and that one's parent, which only a vehicle has.
_CALLED = (("tag", "tag"), ("parent", "parent tag"), ("grandparent", "parent's parent tag"))


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


def tag_checks(tag: IdTag | None, parents: Sequence[IdTag], *, owner_disabled: bool, now: datetime) -> Iterator[Check]:
    """Look at the tag itself, as Authorize.req asks, rule by rule in the order in which they count.

    `parents` is the tag's parent with that one's, as far as there are any and they are known: a tag fares as they do.
    """
    if tag is None:
        yield Check("tag_known", "the tag is not known here", AuthorizationStatus.invalid)
        return
    yield Check("tag_known", "the tag is known")
    for (rule, called), one in zip(_CALLED, (tag, *parents), strict=False):
        if one.status is IdTagStatus.BLOCKED:
            yield Check(f"{rule}_not_blocked", f"the {called} is blocked", AuthorizationStatus.blocked)
        else:
            yield Check(f"{rule}_not_blocked", f"the {called} is not blocked")
        if one.expiry_date is not None and one.expiry_date <= now:
            yield Check(f"{rule}_not_expired", f"the {called} has expired", AuthorizationStatus.expired)
        else:
            yield Check(f"{rule}_not_expired", f"the {called} has not expired")
    if owner_disabled:
        yield Check("account_enabled", "the tag's account is disabled", AuthorizationStatus.blocked)
    else:
        yield Check("account_enabled", "the tag's account is not disabled" if tag.username else "the tag is nobody's")


def limit_check(tag: IdTag, open_sessions: Iterable[OpenSession], *, at: tuple[str, int]) -> Check:
    """Look at the tag's limit of sessions at a time.

    `at` is (charge_point_id, connector_id) of the start: a session open on that very connector is about to be
    superseded, or is the start's own, and does not count.
    """
    others = tuple(s.session_id for s in open_sessions if (s.charge_point_id, s.connector_id) != at)
    if len(others) < tag.concurrent_limit:
        return Check(
            "within_limit", f"the tag has {len(others)} session(s) elsewhere; its limit is {tag.concurrent_limit}"
        )
    return Check(
        "within_limit",
        f"the tag is already charging in {len(others)} session(s); its limit is {tag.concurrent_limit}",
        AuthorizationStatus.concurrent_tx,
        others,
        {"sessions": len(others), "limit": tag.concurrent_limit},
    )


def verdict_of(checks: Iterable[Check]) -> Verdict:
    """Return what the first rule that refuses says, or that none does."""
    refused = first_refusal(checks)
    if refused is None:
        return ACCEPTED
    return Verdict(AuthorizationStatus(refused.refusal), refused.words, refused.in_the_way)


def authorize(tag: IdTag | None, parents: Sequence[IdTag], *, owner_disabled: bool, now: datetime) -> Verdict:
    """Judge the tag itself: known, not blocked, not expired, nor its parents, nor its owner disabled."""
    return verdict_of(tag_checks(tag, parents, owner_disabled=owner_disabled, now=now))


def authorize_start(
    verdict: Verdict, tag: IdTag | None, open_sessions: Iterable[OpenSession], *, at: tuple[str, int]
) -> Verdict:
    """Judge a start: what `authorize` said, then the tag's limit of sessions at a time."""
    if not verdict.accepted or tag is None:
        return verdict
    return verdict_of([limit_check(tag, open_sessions, at=at)])
