"""Which messages bring a charge point's list to what is wanted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.local_lists import (
    DEFAULT_LENGTH,
    DEFAULT_PER_MESSAGE,
    EMPTY,
    MAX_VERSION,
    MOST_LENGTH,
    MOST_PER_MESSAGE,
    NOT_SUPPORTED,
    NOTHING_HELD,
    Entry,
    Held,
    Limits,
    Message,
    believed,
    chosen,
    highest_used,
    limits_from,
    plan,
)

A, B, C = (Entry(id_tag, "Accepted") for id_tag in "ABC")
BLOCKED_A = Entry("A", "Blocked")


def held(version: int, *entries: Entry) -> Held:
    return Held(version, {entry.id_tag: entry for entry in entries})


def payloads(messages: list[Message]) -> list[dict[str, Any]]:
    return [message.payload() for message in messages]


def accepted(id_tag: str) -> dict[str, Any]:
    return {"idTag": id_tag, "idTagInfo": {"status": "Accepted"}}


def test_an_unknown_list_is_sent_in_full_with_info_on_every_entry() -> None:
    told = Entry("D", "Accepted", "2030-01-01T00:00:00.000Z", "GROUP")
    assert payloads(plan([A, BLOCKED_A, told], None, 6, Limits())) == [
        {
            "listVersion": 7,
            "updateType": "Full",
            "localAuthorizationList": [
                accepted("A"),
                {"idTag": "A", "idTagInfo": {"status": "Blocked"}},
                {
                    "idTag": "D",
                    "idTagInfo": {
                        "status": "Accepted",
                        "expiryDate": "2030-01-01T00:00:00.000Z",
                        "parentIdTag": "GROUP",
                    },
                },
            ],
        }
    ]


def test_a_change_is_sent_alone_and_a_tag_is_taken_off_by_leaving_out_its_info() -> None:
    assert payloads(plan([BLOCKED_A, C], held(4, A, B), 4, Limits())) == [
        {
            "listVersion": 5,
            "updateType": "Full",
            "localAuthorizationList": [{"idTag": "A", "idTagInfo": {"status": "Blocked"}}, accepted("C")],
        }
    ]
    assert payloads(plan([BLOCKED_A, B], held(4, A, B, C), 4, Limits())) == [
        {
            "listVersion": 5,
            "updateType": "Differential",
            "localAuthorizationList": [{"idTag": "A", "idTagInfo": {"status": "Blocked"}}, {"idTag": "C"}],
        }
    ]


def test_a_list_that_is_as_wanted_is_left_alone() -> None:
    assert plan([A, B], held(4, B, A), 4, Limits()) == []
    assert plan([], NOTHING_HELD, 0, Limits()) == []


def test_a_list_is_emptied_by_a_full_one_without_entries() -> None:
    assert payloads(plan([], held(4, A, B), 4, Limits())) == [
        {"listVersion": 5, "updateType": "Full", "localAuthorizationList": []}
    ]
    assert [message.is_full for message in plan([], None, 4, Limits())] == [True]


def test_an_empty_list_is_filled_by_a_full_one() -> None:
    assert [message.is_full for message in plan([A], NOTHING_HELD, 0, Limits())] == [True]


def test_when_the_versions_run_out_they_begin_anew_with_a_full_list() -> None:
    messages = plan([A, B, C], held(MAX_VERSION - 1, A), MAX_VERSION - 1, Limits(per_message=1))
    assert [(m.update_type, m.version) for m in messages] == [("Full", 1), ("Differential", 2), ("Differential", 3)]
    (last,) = plan([A, B], held(MAX_VERSION - 1, A), MAX_VERSION - 1, Limits())
    assert (last.update_type, last.version) == ("Differential", MAX_VERSION)


ENTRIES = st.dictionaries(
    st.text("ABCDEFGH", min_size=1, max_size=2), st.sampled_from(["Accepted", "Blocked", "Expired"]), max_size=12
).map(lambda statuses: [Entry(id_tag, status) for id_tag, status in sorted(statuses.items())])


@given(ENTRIES, st.none() | ENTRIES, st.integers(1, 5), st.sampled_from([1, 41, MAX_VERSION - 3, MAX_VERSION]))
def test_whatever_a_charge_point_holds_it_ends_with_what_is_wanted(
    wanted: list[Entry], holds: list[Entry] | None, per_message: int, version: int
) -> None:
    before = None if holds is None else held(version, *holds)
    now, most = before, max(len(wanted), len(holds or ()))
    for message in plan(wanted, before, version, Limits(per_message=per_message)):
        assert 1 <= message.version <= MAX_VERSION
        assert len(message.changes) <= per_message
        assert message.is_full or (now is not None and message.version > now.version)
        assert len({id_tag for id_tag, _ in message.changes}) == len(message.changes)
        if message.is_full:
            assert all(entry is not None for _, entry in message.changes)
        now = message.applied_to(now)
        assert len(now.entries) <= most
    assert now is not None
    assert sorted(now.entries.values()) == wanted


def test_who_may_not_charge_any_more_is_told_first() -> None:
    new = [Entry(f"N{n}", "Accepted") for n in range(5)]
    first, *_ = plan([*new, A, B, Entry("C", "Expired")], held(1, A, B, C), 1, Limits(per_message=1))
    assert first.changes == (("C", Entry("C", "Expired")),)


@pytest.mark.parametrize(
    ("reported", "known", "is_believed"),
    [
        (7, held(7, A), held(7, A)),
        (8, held(7, A), None),
        (7, None, None),
        (None, held(7, A), None),
        (EMPTY, held(7, A), NOTHING_HELD),
        (EMPTY, None, NOTHING_HELD),
        (NOT_SUPPORTED, held(7, A), None),
    ],
)
def test_what_is_known_of_a_list_counts_only_while_its_version_is_the_same(
    reported: int | None, known: Held | None, is_believed: Held | None
) -> None:
    assert believed(known, reported) == is_believed


@pytest.mark.parametrize(
    ("given_out", "reported", "used"),
    [(3, None, 3), (3, 2, 3), (3, 500, 500), (0, NOT_SUPPORTED, 0), (3, 2**40, 3), (3, MAX_VERSION, MAX_VERSION)],
)
def test_the_next_version_exceeds_what_was_given_out_and_what_another_server_left(
    given_out: int, reported: int | None, used: int
) -> None:
    assert highest_used(given_out, reported) == used


def test_a_refused_tag_stays_on_the_list_as_what_it_is_while_there_is_room() -> None:
    stranger = Entry("X", "Blocked")
    assert chosen([BLOCKED_A, B, stranger], (), held(1, A, B), 2) == [BLOCKED_A, B]
    assert chosen([BLOCKED_A, B, stranger], (), held(1, A, B), 1) == [B]
    assert chosen([BLOCKED_A, B, stranger], (), None, 9) == [B]
    assert chosen([BLOCKED_A, B, stranger], ("X",), None, 0) == [B, stranger]


@pytest.mark.parametrize(
    ("length", "per_message", "limits"),
    [
        (None, None, Limits(DEFAULT_LENGTH, DEFAULT_PER_MESSAGE)),
        (20, 5, Limits(20, 5)),
        (0, 0, Limits(0, DEFAULT_PER_MESSAGE)),
        (-1, -1, Limits(DEFAULT_LENGTH, DEFAULT_PER_MESSAGE)),
        (10**9, 10**9, Limits(MOST_LENGTH, MOST_PER_MESSAGE)),
    ],
)
def test_a_limit_that_makes_sense_is_kept(length: int | None, per_message: int | None, limits: Limits) -> None:
    assert limits_from(length, per_message) == limits
