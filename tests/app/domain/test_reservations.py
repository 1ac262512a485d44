"""Which reservation a transaction uses, and what a connector's word means for one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.charge_points import Connector
from app.domain.id_tags import IdTag
from app.domain.reservations import (
    NOBODY_CAME,
    NOT_KNOWN,
    RELEASED,
    Reservation,
    ReservationState,
    overridden_by,
    reservation_number,
    tells_of,
    used_by,
    why_ended,
)
from app.domain.sessions import Session, State

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
TAG = IdTag("TAG", parent_id_tag="FAMILY")
OWN = Reservation(
    1, "CP", 1, "TAG", ReservationState.RESERVED, "u", NOW, NOW + timedelta(hours=1), parent_id_tag="FAMILY"
)
OWN_ANYWHERE = replace(OWN, reservation_id=2, connector_id=0)
FAMILYS = replace(OWN, reservation_id=3, id_tag="SIBLING")
FAMILYS_ANYWHERE = replace(FAMILYS, reservation_id=4, connector_id=0)
STRANGERS = replace(OWN, reservation_id=5, id_tag="OTHER", parent_id_tag=None)
BEGUN = Session("s", "CP", 1, "TAG", State.CHARGING, started_at=NOW)


def status(word: str, connector_id: int = 1, at: datetime = NOW) -> Connector:
    return Connector(connector_id, word, at)


def test_the_tags_own_comes_before_its_familys_and_the_connectors_before_one_for_any() -> None:
    there = [STRANGERS, FAMILYS_ANYWHERE, FAMILYS, OWN_ANYWHERE, OWN]
    taken = []
    while found := used_by(BEGUN, TAG, None, there):
        taken.append(found)
        there.remove(found)
    assert taken == [OWN, OWN_ANYWHERE, FAMILYS, FAMILYS_ANYWHERE]


@pytest.mark.parametrize("tag", [IdTag("FAMILY"), IdTag("COUSIN", parent_id_tag="FAMILY")], ids=["parent", "child"])
def test_the_family_may_use_it(tag: IdTag) -> None:
    assert OWN.is_for(tag)


@pytest.mark.parametrize("tag", [IdTag("OTHER"), IdTag("OTHER", parent_id_tag="TAG")], ids=["stranger", "child"])
def test_nobody_else_may(tag: IdTag) -> None:
    assert not OWN.is_for(tag)
    assert not replace(OWN, parent_id_tag=None).is_for(tag)


def test_the_one_named_is_used_whatever_the_tag() -> None:
    assert used_by(BEGUN, TAG, 5, [OWN, STRANGERS]) == STRANGERS


@pytest.mark.parametrize(
    ("state", "named"),
    [(s, s not in ("used", "cancelled", "refused")) for s in ReservationState],
    ids=[s.value for s in ReservationState],
)
def test_what_was_over_is_used_only_if_it_is_named_and_can_have_been(state: ReservationState, named: bool) -> None:
    reservation = replace(OWN, state=state)
    assert (used_by(BEGUN, TAG, 1, [reservation]) is not None) == named
    assert (used_by(BEGUN, TAG, None, [reservation]) is not None) == (state in ("requested", "reserved", "expired"))


@pytest.mark.parametrize(("reason", "used"), [(RELEASED, True), (NOT_KNOWN, True), ("connector 1 is Faulted", False)])
def test_what_the_charge_point_let_go_of_may_have_been_used(reason: str, used: bool) -> None:
    ended = replace(OWN, state=ReservationState.ENDED, reason=reason)
    assert (used_by(BEGUN, TAG, None, [ended]) is not None) == used


@pytest.mark.parametrize(("minutes", "used"), [(-4, True), (-6, False), (59, True), (60, False)])
def test_a_transaction_from_before_or_after_it_did_not_use_it(minutes: int, used: bool) -> None:
    begun = replace(BEGUN, started_at=NOW + timedelta(minutes=minutes))
    assert (used_by(begun, TAG, None, [OWN]) is not None) == used
    assert (overridden_by(begun, TAG, [STRANGERS]) is not None) == used


def test_only_what_is_reserved_for_others_on_this_very_connector_is_disregarded() -> None:
    assert overridden_by(BEGUN, TAG, [STRANGERS]) == STRANGERS
    requested = replace(STRANGERS, state=ReservationState.REQUESTED)
    for other in (OWN, FAMILYS, replace(STRANGERS, connector_id=2), replace(STRANGERS, connector_id=0), requested):
        assert overridden_by(BEGUN, TAG, [other]) is None


@pytest.mark.parametrize(
    ("word", "connector_id", "reservation", "ends"),
    [
        ("Faulted", 1, OWN, True),
        ("Unavailable", 0, OWN, True),
        ("Available", 1, OWN, False),
        ("Available", 1, replace(OWN, seen_at=NOW), True),
        ("Available", 0, replace(OWN, seen_at=NOW), False),
        ("Preparing", 1, replace(OWN, seen_at=NOW), False),
        ("Unavailable", 0, OWN_ANYWHERE, True),
        ("Available", 0, replace(OWN_ANYWHERE, seen_at=NOW), True),
    ],
)
def test_what_a_word_means(word: str, connector_id: int, reservation: Reservation, ends: bool) -> None:
    assert (why_ended(status(word, connector_id), reservation) is not None) == ends


@pytest.mark.parametrize(("seconds", "reason"), [(-31, RELEASED), (-30, NOBODY_CAME), (1, NOBODY_CAME)])
def test_a_connector_that_is_free_when_the_time_is_over_was_not_released(seconds: int, reason: str) -> None:
    free = status("Available", at=OWN.expires_at + timedelta(seconds=seconds))
    assert why_ended(free, replace(OWN, seen_at=NOW)) == reason


@pytest.mark.parametrize(
    ("told", "reservation", "concerns"),
    [
        (status("Faulted"), OWN, True),
        (status("Faulted", 0), OWN, True),
        (status("Faulted", 2), OWN, False),
        (status("Faulted", 2), OWN_ANYWHERE, False),
        (status("Faulted", at=NOW - timedelta(minutes=6)), OWN, False),
    ],
)
def test_whom_a_word_concerns(told: Connector, reservation: Reservation, concerns: bool) -> None:
    assert tells_of(told, reservation) == concerns


@pytest.mark.parametrize("none", [None, 0, -1, 2**31, "no", True, 1.5])
def test_a_number_that_cannot_be_is_none(none: object) -> None:
    assert reservation_number(none) is None


def test_a_number_may_be_written_as_text() -> None:
    assert reservation_number("17") == 17
