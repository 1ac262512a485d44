"""Local authorization lists reach charge points frame by frame, and what they hold in the end is what is wanted."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.app.charging import new_tag
from tests.app.list_station import ListStation
from tests.app.stories import meanwhile, problem
from tests.live import Api, Charger, until

YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).isoformat()


@pytest.fixture
def station(charger: Charger) -> ListStation:
    return ListStation(charger, limits={"LocalAuthListMaxLength": "8", "SendLocalListMaxLength": "3"})


def tags(root: Api, count: int) -> list[str]:
    return sorted(new_tag(root) for _ in range(count))


# What is sent


def test_a_list_is_sent_in_full_with_info_on_every_entry(root: Api, station: ListStation) -> None:
    parent = new_tag(root)
    child = new_tag(root, parent_id_tag=parent, expiry_date="2099-01-01T00:00:00Z")
    blocked, expired = new_tag(root, status="Blocked"), new_tag(root, expiry_date=YESTERDAY)
    station.limits["SendLocalListMaxLength"] = "8"
    station.want(root, parent, child.lower(), blocked, expired)
    shown = station.synced(root)
    (full,) = station.sent
    assert (full["updateType"], full["listVersion"]) == ("Full", 1)
    assert {e["idTag"]: e["idTagInfo"] for e in full["localAuthorizationList"]} == {
        parent: {"status": "Accepted"},
        child: {"status": "Accepted", "expiryDate": "2099-01-01T00:00:00.000Z", "parentIdTag": parent},
        blocked: {"status": "Blocked"},
        expired: {"status": "Expired"},
    }
    assert (
        shown.items()
        >= {
            "state": "in_sync",
            "wanted_version": 1,
            "confirmed_version": 1,
            "charge_point_version": 1,
            "charge_point_list": "present",
            "wanted_length": 4,
            "confirmed_length": 4,
            "answer": "SendLocalList: Accepted",
            "max_length": 8,
            "max_per_message": 8,
        }.items()
    )
    assert shown["attempted_at"] <= shown["confirmed_at"]


def test_a_long_list_is_sent_in_pieces_no_longer_than_the_charge_point_takes(root: Api, station: ListStation) -> None:
    wanted = tags(root, 7)
    station.want(root, *wanted)
    assert station.synced(root)["confirmed_length"] == 7
    assert station.told() == [
        ("Full", 1, wanted[:3]),
        ("Differential", 2, wanted[3:6]),
        ("Differential", 3, wanted[6:]),
    ]
    assert list(station.entries) == wanted


def test_a_change_is_sent_alone(root: Api, station: ListStation) -> None:
    a, b, c, d = tags(root, 4)
    station.want(root, a, b, c)
    station.synced(root)
    station.told()
    station.want(root, b, c, d)
    assert station.synced(root)["confirmed_version"] == 2
    assert station.told() == [("Differential", 2, [f"-{a}", d])]
    assert sorted(station.entries) == [b, c, d]
    station.synced(root)
    assert station.told() == []
    assert station.synced(root, full=True)["confirmed_version"] == 3
    assert station.told() == [("Full", 3, [b, c, d])]


def test_a_list_in_which_nothing_is_wanted_any_more_is_emptied_and_left_alone(root: Api, station: ListStation) -> None:
    station.want(root, new_tag(root))
    station.synced(root)
    station.told()
    assert root.delete(f"/api/local_lists/{station.id}").status_code == 204
    assert station.in_state(root, "unmanaged")["confirmed_length"] == 0
    assert (station.told(), station.entries) == ([("Full", 2, [])], {})
    station.version = 9
    station.charger.boot()
    station.serve_what_came()
    assert station.told() == []


def test_a_version_that_another_server_left_is_exceeded(root: Api, station: ListStation) -> None:
    station.version, station.entries = 500, {"THEIRS": {"status": "Accepted"}}
    wanted = tags(root, 2)
    station.want(root, *wanted)
    assert station.synced(root)["confirmed_version"] == 501
    assert station.told() == [("Full", 501, wanted)]
    assert sorted(station.entries) == wanted


# What makes a list due


def in_sync(root: Api, station: ListStation, *id_tags: str) -> None:
    station.want(root, *id_tags)
    station.synced(root)
    station.told()


def test_a_tag_that_is_blocked_is_blocked_on_the_lists_at_once(root: Api, station: ListStation) -> None:
    a, b = tags(root, 2)
    in_sync(root, station, a, b)
    root.patch(f"/api/id_tags/{a}", status="Blocked")
    station.serve_until(lambda: station.entries[a] == {"status": "Blocked"})
    assert station.told() == [("Differential", 2, [a])]
    root.patch(f"/api/id_tags/{b}", expiry_date="2099-01-01T00:00:00Z")
    station.serve_until(lambda: station.entries[b] == {"status": "Accepted", "expiryDate": "2099-01-01T00:00:00.000Z"})
    assert station.in_state(root, "in_sync")["confirmed_version"] == 3


def test_a_tag_fares_on_the_lists_as_its_parent_and_its_account_do(
    root: Api, driver: Api, station: ListStation
) -> None:
    parent = new_tag(root)
    child = new_tag(root, parent_id_tag=parent)
    in_sync(root, station, child, driver.id_tag)
    root.patch(f"/api/id_tags/{parent}", status="Blocked")
    station.serve_until(lambda: station.entries[child] == {"status": "Blocked"})
    root.patch(f"/api/users/{driver.username}", disabled=True)
    station.serve_until(lambda: station.entries[driver.id_tag] == {"status": "Blocked"})


def test_vehicles_are_blocked_on_the_lists_with_their_account_and_with_its_family(
    root: Api, driver: Api, station: ListStation
) -> None:
    vehicle, card, family = driver.post("/api/me/vehicles", name="Red").json()["idTag"], new_tag(root), new_tag(root)
    root.patch(f"/api/id_tags/{driver.id_tag}", parent_id_tag=family)
    in_sync(root, station, vehicle, driver.id_tag, card)

    def until_they_are(*expected: str) -> None:
        station.serve_until(
            lambda: [station.entries[tag]["status"] for tag in (vehicle, driver.id_tag, card)] == [*expected]
        )

    root.patch(f"/api/id_tags/{vehicle}", status="Blocked")
    until_they_are("Blocked", "Accepted", "Accepted")
    root.patch(f"/api/id_tags/{vehicle}", status="Accepted")
    root.patch(f"/api/id_tags/{driver.id_tag}", status="Blocked")
    until_they_are("Blocked", "Blocked", "Accepted")
    root.patch(f"/api/id_tags/{driver.id_tag}", status="Accepted")
    until_they_are("Accepted", "Accepted", "Accepted")
    root.patch(f"/api/id_tags/{family}", status="Blocked")
    until_they_are("Blocked", "Blocked", "Accepted")
    root.patch(f"/api/id_tags/{card}", status="Blocked")
    until_they_are("Blocked", "Blocked", "Blocked")


def test_a_card_that_is_removed_leaves_the_lists(root: Api, station: ListStation) -> None:
    a, b = tags(root, 2)
    in_sync(root, station, a, b)
    assert root.delete(f"/api/id_tags/{a}").status_code == 204
    station.serve_until(lambda: list(station.entries) == [b])
    assert station.shown(root)["own"]["idTags"] == [b]
    station.in_state(root, "in_sync")
    for tag, told in ((a, {}), (b, {"entry": {"status": "Accepted"}})):
        query = {"charge_point_id": station.id, "connector_id": 1, "idTag": tag}
        assert root.get("/api/authorize/explain", **query).json()["local_list"] == {"state": "in_sync", **told}


def test_what_changed_while_a_charge_point_was_away_is_sent_when_it_is_back(
    root: Api, station: ListStation, connect: Any, new_charge_point: Any
) -> None:
    charge_point_id, password = new_charge_point()
    away = ListStation(connect(charge_point_id, password))
    away.charger.boot()
    a, b = tags(root, 2)
    in_sync(root, away, a, b)
    away.charger.close()
    until(lambda: not root.get(f"/api/charge_points/{charge_point_id}").json()["online"])
    root.patch(f"/api/id_tags/{a}", status="Blocked")
    until(lambda: away.shown(root)["state"] == "pending")
    problem(root.post(f"/api/local_lists/{charge_point_id}/sync", {}), 409, "charge_point_offline")
    back = ListStation(connect(charge_point_id, password), version=away.version, entries=away.entries)
    back.charger.boot()
    back.in_state(root, "in_sync")
    assert back.told() == [("Differential", 2, [a])]


def test_a_charge_point_that_comes_back_with_another_list_gets_ours(root: Api, station: ListStation) -> None:
    a, b = tags(root, 2)
    in_sync(root, station, a, b)
    attempted_at = station.shown(root)["attempted_at"]
    station.charger.boot()
    station.serve_until(lambda: station.shown(root)["attempted_at"] != attempted_at)
    assert station.told() == []

    station.version, station.entries = 0, {}
    station.charger.boot()
    station.serve_until(lambda: sorted(station.entries) == [a, b])
    assert station.told() == [("Full", 2, [a, b])]
    station.in_state(root, "in_sync")

    station.version, station.entries = 7, {"THEIRS": {"status": "Accepted"}}
    station.charger.boot()
    station.serve_until(lambda: sorted(station.entries) == [a, b])
    assert station.told() == [("Full", 8, [a, b])]


def test_a_list_that_was_sent_by_hand_is_not_taken_for_ours(root: Api, station: ListStation) -> None:
    a, b = tags(root, 2)
    in_sync(root, station, a, b)
    by_hand = {
        "listVersion": 1,
        "updateType": "Full",
        "localAuthorizationList": [{"idTag": "BYHAND", "idTagInfo": {"status": "Accepted"}}],
    }
    sent = meanwhile(lambda: root.post(f"/api/charge_points/{station.id}/commands/SendLocalList", by_hand))
    station.serve_until(sent.done)
    assert (station.version, list(station.entries)) == (1, ["BYHAND"])
    assert station.shown(root)["reason"] == "a list was sent by hand"
    station.told()
    station.synced(root)
    assert station.told() == [("Full", 2, [a, b])]


# What charge points answer


@pytest.mark.parametrize("mood", ["Failed", "VersionMismatch", "Odd", ["InternalError", "", {}]], ids=str)
def test_a_change_that_is_refused_is_followed_by_one_full_list(root: Api, station: ListStation, mood: Any) -> None:
    a, b = tags(root, 2)
    in_sync(root, station, a)
    station.moods["SendLocalList"] = [mood]
    station.want(root, a, b)
    assert station.synced(root)["confirmed_version"] == 3
    assert station.told() == [("Differential", 2, [b]), ("Full", 3, [a, b])]


def test_a_full_list_that_fails_is_not_stored_as_applied(root: Api, station: ListStation) -> None:
    a, b = tags(root, 2)
    in_sync(root, station, a)
    station.ever["SendLocalList"] = "Failed"
    station.want(root, a, b)
    failed = station.synced(root)
    assert (
        failed.items()
        >= {
            "state": "failed",
            "reason": "the charge point answered Failed to the Full list",
            "answer": "SendLocalList: Failed",
        }.items()
    )
    assert "confirmed_version" not in failed
    assert station.noted(root) == ["local_list_failed"]
    assert [kind for kind, *_ in station.told()][:2] == ["Differential", "Full"]
    del station.ever["SendLocalList"]
    assert station.synced(root)["state"] == "in_sync"
    assert [(kind, tags) for kind, _version, tags in station.told()] == [("Full", [a, b])]


@pytest.mark.parametrize("mood", ["NotSupported", ["NotImplemented", "", {}], ["NotSupported", "", {}]], ids=str)
def test_a_charge_point_that_takes_no_list_is_told_so_and_asked_again_at_its_next_boot(
    root: Api, station: ListStation, mood: Any
) -> None:
    a = new_tag(root)
    station.ever["SendLocalList"] = mood
    station.want(root, a)
    shown = station.synced(root)
    assert shown["state"] == "not_supported"
    assert not shown.keys() & {"confirmed_version", "confirmed_length", "wanted_version"}
    station.told()
    root.patch(f"/api/id_tags/{a}", status="Blocked")
    del station.ever["SendLocalList"]
    station.charger.boot()
    station.in_state(root, "in_sync")
    assert [(kind, tags) for kind, _version, tags in station.told()] == [("Full", [a])]


@pytest.mark.parametrize("mood", [{"listVersion": -1}, ["NotImplemented", "", {}]], ids=str)
def test_a_charge_point_that_says_it_has_no_list_is_sent_none(root: Api, station: ListStation, mood: Any) -> None:
    station.ever["GetLocalListVersion"] = mood
    station.want(root, new_tag(root))
    shown = station.synced(root)
    assert (station.told(), shown["state"]) == ([], "not_supported")
    assert shown["reason"] == "the charge point says that it has no local authorization list"
    assert station.noted(root) == ["local_list_not_supported"]


@pytest.mark.parametrize(("version", "words"), [(-1, "not supported"), (0, "empty"), (4, "present")])
def test_a_version_is_shown_in_words(root: Api, station: ListStation, version: int, words: str) -> None:
    station.version = version
    asked = meanwhile(lambda: root.post(f"/api/charge_points/{station.id}/commands/GetLocalListVersion", {}))
    station.serve_until(asked.done)
    shown = station.shown(root)
    assert (shown["state"], shown["charge_point_version"], shown["charge_point_list"]) == ("unmanaged", version, words)


def test_a_version_beyond_all_versions_is_not_followed(root: Api, station: ListStation) -> None:
    station.version = 2**31 + 5
    station.want(root, new_tag(root))
    station.synced(root)
    assert [each["listVersion"] for each in station.sent] == [1]


def test_a_list_that_is_too_long_is_not_sent_but_who_is_blocked_is_blocked(root: Api, station: ListStation) -> None:
    wanted = tags(root, 9)
    in_sync(root, station, *wanted[:8])
    station.want(root, *wanted)
    shown = station.synced(root)
    assert shown["state"] == "too_long"
    assert shown["reason"] == "more idTags are wanted than the 8 that the charge point holds; none was added"
    assert station.told() == []
    root.patch(f"/api/id_tags/{wanted[0]}", status="Blocked")
    station.serve_until(lambda: station.entries[wanted[0]] == {"status": "Blocked"})
    assert (station.told()[0][2], station.in_state(root, "too_long")["confirmed_length"]) == ([wanted[0]], 8)


# Interruptions


def test_two_at_once_take_turns_and_the_newest_content_is_what_remains(root: Api, station: ListStation) -> None:
    a, b, c = tags(root, 3)
    in_sync(root, station, a)
    station.want(root, a, b)
    first = station.charger.receive()
    assert first[2] == "GetLocalListVersion"
    station.want(root, c)
    second = meanwhile(lambda: root.post(f"/api/local_lists/{station.id}/sync", {}))
    assert not second.done()
    station.answer(first)
    station.serve_until(second.done)
    station.in_state(root, "in_sync")
    assert list(station.entries) == [c]
    versions = [each["listVersion"] for each in station.sent]
    assert versions == sorted(set(versions))


def test_whoever_waits_too_long_for_his_turn_is_told_so(impatient_root: Api, silent_charger: Charger) -> None:
    root, station = impatient_root, ListStation(silent_charger, moods={"SendLocalList": [None]})
    station.want(root, new_tag(root))
    while not station.sent:
        station.answer(station.charger.receive())
    problem(root.post(f"/api/local_lists/{station.id}/sync", {}), 409, "local_list_busy")


def test_what_nobody_can_know_is_found_out_by_the_version(impatient_root: Api, silent_charger: Charger) -> None:
    root, station = impatient_root, ListStation(silent_charger)
    a, b, c = tags(root, 3)
    in_sync(root, station, a)
    station.moods["SendLocalList"] = [None]
    station.want(root, a, b)
    shown = station.serve_until(lambda: s if "did not answer" in (s := station.shown(root)).get("reason", "") else None)
    assert (shown["state"], shown["confirmed_version"], shown["wanted_version"]) == ("pending", 1, 3)
    station.synced(root)
    assert station.told() == [("Differential", 2, [b]), ("Differential", 3, [b])]

    station.moods["SendLocalList"] = [None]
    station.want(root, a, b, c)
    station.serve_until(lambda: "did not answer" in station.shown(root).get("reason", ""))
    station._take(station.sent[-1])
    station.synced(root)
    assert station.told() == [("Differential", 4, [c]), ("Full", 5, [a, b, c])]


def test_a_charge_point_that_is_not_accepted_yet_is_sent_nothing(root: Api, station: ListStation) -> None:
    root.patch(f"/api/charge_points/{station.id}", registration="Pending")
    station.want(root, new_tag(root))
    problem(root.post(f"/api/local_lists/{station.id}/sync", {}), 409, "charge_point_not_accepted")


def test_nothing_is_sent_where_nothing_was_ever_wanted(root: Api, station: ListStation) -> None:
    problem(root.post(f"/api/local_lists/{station.id}/sync", {}), 409, "local_list_unmanaged")
    assert station.shown(root)["state"] == "unmanaged"
    problem(root.post(f"/api/local_lists/{uuid4().hex}/sync", {}), 404, "not_found")
