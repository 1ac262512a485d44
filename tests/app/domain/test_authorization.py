"""May this tag charge?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.authorization import OpenSession, authorize, authorize_start
from app.domain.id_tags import IdTag, IdTagStatus

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
TAG = IdTag("TAG")
BLOCKED = replace(TAG, status=IdTagStatus.BLOCKED)
EXPIRED = replace(TAG, expiry_date=NOW)
HERE = ("CP", 1)


def status(tag: IdTag | None, parent: IdTag | None = None, *, owner_disabled: bool = False) -> str:
    parents = [parent] if parent else []
    return authorize(tag, parents, owner_disabled=owner_disabled, now=NOW).status.value


def test_a_known_tag_may_charge() -> None:
    assert status(TAG) == "Accepted"


def test_a_tag_nobody_knows_is_invalid() -> None:
    assert status(None) == "Invalid"


def test_a_blocked_tag_is_blocked_even_when_it_has_expired_too() -> None:
    assert status(replace(EXPIRED, status=IdTagStatus.BLOCKED)) == "Blocked"


def test_a_tag_expires_at_its_very_date() -> None:
    assert status(EXPIRED) == "Expired"
    assert status(replace(TAG, expiry_date=NOW + timedelta(milliseconds=1))) == "Accepted"


@pytest.mark.parametrize(("parent", "verdict"), [(BLOCKED, "Blocked"), (EXPIRED, "Expired"), (TAG, "Accepted")])
def test_a_child_fares_as_its_parent_does(parent: IdTag, verdict: str) -> None:
    assert status(replace(TAG, parent_id_tag="PARENT"), parent) == verdict


def test_a_child_whose_parent_is_gone_stands_for_itself() -> None:
    assert status(replace(TAG, parent_id_tag="GONE"), None) == "Accepted"


def test_the_tag_of_a_disabled_account_is_blocked() -> None:
    assert status(TAG, owner_disabled=True) == "Blocked"


def start(open_sessions: list[OpenSession], limit: int = 1) -> str:
    tag = replace(TAG, concurrent_limit=limit)
    verdict = authorize(tag, [], owner_disabled=False, now=NOW)
    return authorize_start(verdict, tag, open_sessions, at=HERE).status.value


def test_a_tag_that_charges_elsewhere_is_refused_at_its_limit() -> None:
    elsewhere = OpenSession("s1", "CP", 2)
    assert start([elsewhere]) == "ConcurrentTx"
    assert start([elsewhere], limit=2) == "Accepted"
    assert start([elsewhere, OpenSession("s2", "CP2", 1)], limit=2) == "ConcurrentTx"


def test_what_runs_on_the_same_connector_does_not_count() -> None:
    assert start([OpenSession("s1", *HERE)]) == "Accepted"


def test_the_sessions_in_the_way_are_named() -> None:
    verdict = authorize(TAG, [], owner_disabled=False, now=NOW)
    assert authorize_start(verdict, TAG, [OpenSession("s1", "CP", 2)], at=HERE).in_the_way == ("s1",)


def test_a_tag_that_is_refused_by_itself_is_not_judged_by_its_limit() -> None:
    verdict = authorize(BLOCKED, [], owner_disabled=False, now=NOW)
    assert authorize_start(verdict, BLOCKED, [OpenSession("s1", "CP", 2)], at=HERE) == verdict
