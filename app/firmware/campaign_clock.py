"""What firmware campaigns do by the clock: follow the updates under way, judge, let more charge points begin."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from app.commands import Commands
from app.domain.campaigns import (
    ASKED_AGAIN_AFTER,
    DEADLINE_PASSED,
    TOO_MANY_FAILED,
    Campaign,
    CampaignState,
    TargetState,
    follow,
    is_over,
    room,
    too_many_failed,
)
from app.firmware.campaign_orders import stop
from app.follow_ups import FollowUps, Occasion
from app.storage.database import Storage

log = logging.getLogger(__name__)

# An order that was never given, because the database went away at the wrong moment.
LOST_AFTER = timedelta(minutes=15)


class CampaignClock:
    """Everything is stored, so a new process goes on where the old one ended; orders are given by follow-ups."""

    def __init__(
        self,
        storage: Storage,
        commands: Commands,
        follow_ups: FollowUps,
        now: Callable[[], datetime],
    ) -> None:
        self._storage = storage
        self._commands = commands
        self._follow_ups = follow_ups
        self._now = now

    def recover(self) -> None:
        """Let those wait again whose order the last process did not come to give."""
        for campaign in self._storage.campaigns.unfinished():
            self._follow(campaign, self._now(), lost_after=timedelta(0))

    def advance(self, now: datetime) -> None:
        """Take every campaign as far as it can go now; nothing here waits for a charge point."""
        for campaign in self._storage.campaigns.unfinished():
            self._follow(campaign, now, lost_after=LOST_AFTER)
            if self._judge(campaign, now):
                self._begin(campaign, now)

    def _follow(self, campaign: Campaign, now: datetime, lost_after: timedelta) -> None:
        """Keep what has become of the updates under way."""
        targets = self._storage.campaign_targets
        under_way = targets.under_way(campaign.campaign_id)
        ids = [target.firmware_update_id for target in under_way]
        updates = {each.request_id: each for each in self._storage.firmware_updates.find({"_id": {"$in": ids}})}
        for target in under_way:
            update = updates.get(target.firmware_update_id or "")
            if update is None:
                if target.ordered_at is None or now - target.ordered_at >= lost_after:
                    targets.wait_again(target, None, now)
                continue
            state, reason = follow(campaign, target, update.status, update.reason, now)
            if state is TargetState.WAITING:
                targets.wait_again(target, reason, now + ASKED_AGAIN_AFTER)
            elif state is not TargetState.UNDER_WAY:
                targets.settle(target, state, reason, now)

    def _judge(self, campaign: Campaign, now: datetime) -> bool:
        """End what is to be ended; tell whether more charge points may be begun with."""
        targets = self._storage.campaign_targets
        counts = targets.counts(campaign.campaign_id)
        running = campaign.state is CampaignState.RUNNING
        if running and too_many_failed(campaign, counts):
            stop(self._storage, campaign, TOO_MANY_FAILED)
            running = False
        if not running:
            # One that was under way may have come to wait again.
            targets.end_waiting(campaign.campaign_id, TargetState.CANCELED, None, now)
        elif now >= campaign.deadline:
            targets.end_waiting(campaign.campaign_id, TargetState.MISSED, DEADLINE_PASSED, now)
        elif not is_over(counts):
            return True
        if is_over(targets.counts(campaign.campaign_id)):
            self._storage.campaigns.end(campaign.campaign_id, CampaignState.COMPLETED, None)
            ended = self._storage.campaigns.update(campaign.campaign_id, {"finished_at": now}) or campaign
            fields = {"campaign_id": ended.campaign_id, "state": ended.state.value, "version": ended.version}
            log.info("firmware_campaign_finished", extra={"fields": fields})
        return False

    def _begin(self, campaign: Campaign, now: datetime) -> None:
        """Let it be the turn of as many connected charge points as there is room for."""
        targets = self._storage.campaign_targets
        free = room(campaign, targets.counts(campaign.campaign_id))
        if not free:
            return
        occupied = targets.occupied()
        for target in targets.waiting(campaign.campaign_id, now):
            charge_point_id = target.charge_point_id
            if charge_point_id in occupied or not self._commands.connected(charge_point_id):
                continue
            if targets.begin(target, uuid4().hex, now):
                self._follow_ups.tell(Occasion.FIRMWARE_DUE, charge_point_id)
                free -= 1
            if not free:
                return
