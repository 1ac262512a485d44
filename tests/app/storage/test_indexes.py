"""No question that is asked while people wait may read a whole collection."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest

from app.domain.charge_points import ChargePoint
from app.domain.sessions import ENDED, OPEN, RUNNING
from app.storage.collection import Collection
from app.storage.database import Storage
from app.storage.local_list_rules import GROUPS

NOW = datetime(2036, 6, 15, tzinfo=UTC)


def plans(storage: Storage, ask: Callable[[Storage], Any]) -> list[dict[str, Any]]:
    """Return the plan of every query that `ask` makes."""
    found: list[dict[str, Any]] = []
    original = Collection.find

    def explained(self: Collection[Any], where: Any, sort: Any = None, limit: int = 0) -> Any:
        found.append(self.documents.find(where, sort=sort, limit=limit).explain()["queryPlanner"]["winningPlan"])
        return original(self, where, sort, limit)

    def first(self: Collection[Any], where: Any, sort: Any = None) -> Any:
        return next(iter(explained(self, where, sort, 1)), None)

    with patch.object(Collection, "find", explained), patch.object(Collection, "first", first):
        ask(storage)
    return found


def stages(plan: Any) -> set[str]:
    if isinstance(plan, list):
        return set().union(*map(stages, plan)) if plan else set()
    if not isinstance(plan, dict):
        return set()
    own = {plan["stage"]} if "stage" in plan else set()
    return own.union(*(stages(value) for value in plan.values()))


QUESTIONS: dict[str, Callable[[Storage], Any]] = {
    "a charge point": lambda s: s.charge_points.get("CP"),
    "whose a serial number is": lambda s: s.charge_points.twin_of(ChargePoint("CP", serial_number="SN")),
    "which charge points have a tariff": lambda s: s.charge_points.with_tariff("t", 20),
    "the default tariff": lambda s: s.tariffs.default(),
    "a tag": lambda s: s.id_tags.get("TAG"),
    "a user": lambda s: s.users.by_name("name"),
    "a session": lambda s: s.sessions.get("id"),
    "the session of a transaction": lambda s: s.sessions.by_transaction("CP", 1),
    "whose a transaction is": lambda s: s.sessions.owner_of(1),
    "a start seen before": lambda s: s.sessions.first({"start_key": "key"}),
    "a stop seen before": lambda s: s.sessions.first({"stop_key": "key"}),
    "what is open around a start": lambda s: s.sessions.open_around("CP", 1, "TAG"),
    "what is open on a connector": lambda s: s.sessions.open_on("CP", 1),
    "what is open on a charge point": lambda s: s.sessions.open_on("CP"),
    "what began today": lambda s: s.sessions.begun_since(NOW),
    "security events to look into": lambda s: s.events.critical_since("security_event", NOW, 5, but=["Startup"]),
    "odd messages of a week": lambda s: s.quarantine.kept_since(NOW, 5),
    "what was odd about a session": lambda s: s.quarantine.of_session("id"),
    "who is at the door": lambda s: s.newcomers.at_the_door(),
    "who is ignored": lambda s: s.newcomers.ignored(10),
    "why a charge point does not come in": lambda s: s.refusals.lately(["cp", ""], NOW, 5),
    "unknown tags": lambda s: s.unknown_tags.to_judge(),
    "broken lists": lambda s: s.local_lists.broken(),
    "stopped campaigns": lambda s: s.campaigns.stopped_since(NOW),
    "what runs on some charge points": lambda s: s.sessions.running_on(["CP", "CP2"]),
    "what a tag has running": lambda s: s.sessions.of_tag("TAG", RUNNING),
    "what a tag has open": lambda s: s.sessions.of_tag("TAG", OPEN),
    "what has run for long": lambda s: s.sessions.running_since(NOW),
    "what was closed without a stop": lambda s: s.sessions.closed_without_stop("CP", NOW),
    "what makes a charge point's list": lambda s: s.local_list_rules.of("CP"),
    "which lists a tag may be in": lambda s: s.local_list_rules.about(["TAG"]),
    "which lists are due": lambda s: s.local_lists.claim_due(NOW),
    "who fares as a tag does": lambda s: s.id_tags.children(["TAG"]),
    "whether a tag is a parent": lambda s: s.id_tags.is_parent("TAG"),
    "whose deadline has passed": lambda s: s.sessions.due(NOW),
    "what was last on a connector": lambda s: s.sessions.last_on("CP", 1),
    "whose stop rules are to be looked at": lambda s: s.sessions.with_stop_due(NOW),
    "whose stop rules are to be carried out": lambda s: s.sessions.with_stop_due(NOW, "CP"),
    "what a charge point has of charging profiles": lambda s: s.profile_installations.believed("CP"),
    "which certificate has a fingerprint": lambda s: s.certificates.with_fingerprint("ab"),
    "which certificates are under way": lambda s: s.certificates.under_way("CP"),
    "which certificate's next step is due": lambda s: s.certificates.due(NOW),
    "what is reserved at a charge point": lambda s: s.reservations.open_on("CP"),
    "what a transaction may have used": lambda s: s.reservations.usable_on("CP", NOW),
    "whose a reservation is": lambda s: s.reservations.of("CP", 1),
    "what holds a connector": lambda s: s.reservations.holding("CP", 1, NOW),
    "what was released last": lambda s: s.reservations.last_ended_on("CP", 1, "reason", NOW),
    "whose reservation has run out": lambda s: s.reservations.due(NOW),
}
LISTS: dict[str, Callable[[Storage], Any]] = {
    "sessions": lambda s: s.sessions.page({}, None, 50),
    "sessions, next page": lambda s: s.sessions.page({"charge_point_id": {"$eq": "CP"}}, (NOW, "id"), 50),
    "sessions of a charge point": lambda s: s.sessions.page({"charge_point_id": {"$eq": "CP"}}, None, 50),
    "sessions of a driver": lambda s: s.sessions.page({"username": {"$eq": "u"}}, None, 50),
    "sessions of a tag": lambda s: s.sessions.page({"id_tag": {"$eq": "TAG"}}, None, 50),
    "sessions of a vehicle": lambda s: s.sessions.page({"vehicle_id": {"$eq": "v"}}, None, 50),
    "favourites of a driver": lambda s: s.favourites.page({"username": {"$eq": "u"}}, None, 50),
    "vehicles of a driver": lambda s: s.vehicles.page({"username": {"$eq": "u"}}, None, 50),
    "sessions in a state": lambda s: s.sessions.page({"state": {"$eq": ENDED[0].value}}, None, 50),
    "reservations": lambda s: s.reservations.page({}, None, 50),
    "reservations of a charge point": lambda s: s.reservations.page({"charge_point_id": {"$eq": "CP"}}, None, 50),
    "reservations of a driver": lambda s: s.reservations.page({"username": {"$eq": "u"}}, (NOW, 1), 50),
    "reservations of a tag": lambda s: s.reservations.page({"id_tag": {"$eq": "TAG"}}, None, 50),
    "reservations in a state": lambda s: s.reservations.page({"state": {"$eq": "reserved"}}, None, 50),
    "charge points": lambda s: s.charge_points.page({}, None, 50),
    "charge points with a tariff": lambda s: s.charge_points.page({"tariff_id": {"$eq": "t"}}, None, 50),
    "tariffs": lambda s: s.tariffs.page({}, None, 50),
    "tags": lambda s: s.id_tags.page({}, None, 50),
    "tags of a kind": lambda s: s.id_tags.page({"kind": {"$eq": "card"}}, None, 50),
    "tags in a status": lambda s: s.id_tags.page({"status": {"$eq": "Blocked"}}, None, 50),
    "tags of a user": lambda s: s.id_tags.page({"username": {"$eq": "u"}}, None, 50),
    "unknown tags": lambda s: s.unknown_tags.page({"ignored": {"$eq": False}}, None, 50),
    "users": lambda s: s.users.page({}, None, 50),
    "commands": lambda s: s.commands.page({}, None, 50),
    "commands to a charge point": lambda s: s.commands.page({"charge_point_id": {"$eq": "CP"}}, None, 50),
    "commands of somebody": lambda s: s.commands.page({"requested_by": {"$eq": "u"}}, None, 50),
    "commands of a batch": lambda s: s.commands.page({"batch_id": {"$eq": "b"}}, None, 50),
    "batches": lambda s: s.command_batches.page({}, None, 50),
    "events of a charge point": lambda s: s.events.page({"charge_point_id": {"$eq": "CP"}}, None, 50),
    "events of a kind of a charge point": lambda s: s.events.page(
        {"charge_point_id": {"$eq": "CP"}, "kind": {"$eq": "boot"}}, None, 50
    ),
    "security events": lambda s: s.events.page(
        {"kind": {"$eq": "security_event"}, "critical": {"$in": [True, False]}}, None, 50
    ),
    "critical security events": lambda s: s.events.page(
        {"kind": {"$eq": "security_event"}, "critical": {"$eq": True}}, None, 50
    ),
    "critical security events of a charge point": lambda s: s.events.page(
        {"kind": {"$eq": "security_event"}, "charge_point_id": {"$eq": "CP"}, "critical": {"$eq": True}}, None, 50
    ),
    "unknown charge points": lambda s: s.newcomers.page({"ignored": {"$eq": False}}, None, 50),
    "frames of a charge point": lambda s: list(s.frames.seconds({"charge_point_id": {"$eq": "CP"}})),
    "certificates": lambda s: s.certificates.page({}, None, 50),
    "certificates of a charge point": lambda s: s.certificates.page({"charge_point_id": {"$eq": "CP"}}, None, 50),
    "certificates in a status": lambda s: s.certificates.page({"status": {"$eq": "issued"}}, None, 50),
    "refusals": lambda s: s.refusals.page({}, None, 50),
    "refusals of an address": lambda s: s.refusals.page({"remote_address": {"$eq": "10.0.0.1"}}, None, 50),
    "refusals of a charge point": lambda s: s.refusals.page({"key": {"$eq": "cp"}}, None, 50),
    "local lists": lambda s: s.local_lists.page({}, None, 50),
    "local lists in a state": lambda s: s.local_lists.page({"state": {"$eq": "failed"}}, None, 50),
    "groups of local lists": lambda s: s.local_list_rules.page(GROUPS, None, 50),
    "what was set aside": lambda s: s.quarantine.page({}, None, 50),
    "what was set aside of a charge point": lambda s: s.quarantine.page({"charge_point_id": {"$eq": "CP"}}, None, 50),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered_by_an_index(prepared_storage: Storage, question: str) -> None:
    for plan in plans(prepared_storage, QUESTIONS[question]):
        assert stages(plan).isdisjoint({"COLLSCAN", "EOF"}), plan


@pytest.mark.parametrize("listed", LISTS)
def test_a_list_is_read_in_its_order_and_not_sorted(prepared_storage: Storage, listed: str) -> None:
    for plan in plans(prepared_storage, LISTS[listed]):
        assert stages(plan).isdisjoint({"COLLSCAN", "SORT", "EOF"}), plan
