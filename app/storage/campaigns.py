"""Firmware campaigns and the part of each charge point in them."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from pymongo import ASCENDING, IndexModel

from app.domain.campaigns import Campaign, CampaignState, Counts, Target, TargetState
from app.domain.charge_points import charge_point_key
from app.storage.audit import Audited
from app.storage.collection import Collection, Document, Order, to_document

_BATCH = 1000


class Campaigns(Audited[Campaign]):
    called = "firmware_campaign"
    name = "firmware_campaigns"
    key = "campaign_id"
    kind = Campaign
    readers = {"state": CampaignState}
    order = Order("created_at", -1)
    indexes = (order.index(), order.index("state"), IndexModel([("finished_at", ASCENDING)]))

    def unfinished(self) -> list[Campaign]:
        return self.find({"finished_at": {"$exists": False}})

    def stopped_since(self, moment: datetime) -> list[Campaign]:
        """Return the campaigns that have stopped since then because too many updates failed, the newest first."""
        where = {"state": CampaignState.STOPPED.value, "finished_at": {"$gte": moment}}
        return self.find(where, sort=self.order.keys)

    def end(self, campaign_id: str, state: CampaignState, reason: str | None) -> Campaign | None:
        """End a running campaign; what is under way goes on. None when it is not running any more."""
        changes = {"state": state, "reason": reason}
        return self.update(campaign_id, changes, when={"state": CampaignState.RUNNING.value})


class CampaignTargets(Collection[Target]):
    name = "firmware_campaign_targets"
    key = "target_id"
    kind = Target
    readers = {"state": TargetState}
    order = Order("_id", 1)
    indexes = (
        order.index("campaign_id"),
        order.index("campaign_id", "state"),
        IndexModel([("state", ASCENDING), ("charge_point_id", ASCENDING)]),
    )

    def add(self, campaign_id: str, charge_point_ids: Iterable[str]) -> None:
        """Let charge points wait for their turn."""
        documents = []
        for one in charge_point_ids:
            target = Target(target_id=target_id(campaign_id, one), campaign_id=campaign_id, charge_point_id=one)
            documents.append({**to_document(target), "_id": target.target_id})
        for start in range(0, len(documents), _BATCH):
            self.documents.insert_many(documents[start : start + _BATCH])

    def counts(self, campaign_id: str) -> Counts:
        """Return how many of a campaign's charge points are in each state."""
        stages: list[Document] = [
            {"$match": {"campaign_id": campaign_id}},
            {"$group": {"_id": "$state", "count": {"$sum": 1}}},
        ]
        return {TargetState(each["_id"]): each["count"] for each in self.documents.aggregate(stages)}

    def under_way(self, campaign_id: str) -> list[Target]:
        return self.find({"campaign_id": {"$eq": campaign_id}, "state": TargetState.UNDER_WAY.value})

    def under_way_at(self, charge_point_id: str) -> list[Target]:
        return self.find({"state": TargetState.UNDER_WAY.value, "charge_point_id": {"$eq": charge_point_id}})

    def occupied(self) -> set[str]:
        """Return the charge points that are under way in any campaign."""
        return set(self.documents.distinct("charge_point_id", {"state": TargetState.UNDER_WAY.value}))

    def waiting(self, campaign_id: str, now: datetime) -> Iterator[Target]:
        """Give the charge points that wait for their turn, one by one."""
        due = {"$or": [{"not_before": {"$exists": False}}, {"not_before": {"$lte": now}}]}
        where = {"campaign_id": {"$eq": campaign_id}, "state": TargetState.WAITING.value, **due}
        return map(self.load, self.documents.find(where, sort=self.order.keys))

    def begin(self, target: Target, update_id: str, at: datetime) -> bool:
        """Let it be a waiting one's turn; tell whether it was still waiting."""
        changes = {"state": TargetState.UNDER_WAY, "firmware_update_id": update_id, "ordered_at": at, "reason": None}
        return self.update(target.target_id, changes, when={"state": TargetState.WAITING.value}) is not None

    def settle(self, target: Target, state: TargetState, reason: str | None, at: datetime) -> None:
        """End what is under way, unless another update has been begun for it by now."""
        changes = {"state": state, "reason": reason, "ended_at": at}
        self.update(target.target_id, changes, when=_as_it_was(target))

    def wait_again(self, target: Target, reason: str | None, not_before: datetime) -> None:
        """Let one that is under way wait again."""
        changes = {"state": TargetState.WAITING, "reason": reason, "not_before": not_before, "firmware_update_id": None}
        self.update(target.target_id, changes, when=_as_it_was(target))

    def end_waiting(self, campaign_id: str, state: TargetState, reason: str | None, at: datetime) -> None:
        """End what has not begun."""
        ended = to_document({"state": state, "reason": reason, "ended_at": at})
        where = {"campaign_id": {"$eq": campaign_id}, "state": TargetState.WAITING.value}
        self.documents.update_many(where, {"$set": {name: value for name, value in ended.items() if value is not None}})


def target_id(campaign_id: str, charge_point_id: str) -> str:
    return f"{campaign_id}:{charge_point_key(charge_point_id)}"


def _as_it_was(target: Target) -> dict[str, object]:
    return {"state": target.state.value, "firmware_update_id": {"$eq": target.firmware_update_id}}
