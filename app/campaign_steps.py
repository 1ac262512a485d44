"""What firmware campaigns do by themselves: by the clock they follow, judge and begin; on a thread they order."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

from app.commands import Commands
from app.domain.campaigns import (
    ALREADY_INSTALLED,
    ASKED_AGAIN_AFTER,
    CHARGE_POINT_REMOVED,
    DEADLINE_PASSED,
    LEFT_OUT,
    TOO_MANY_FAILED,
    Campaign,
    CampaignState,
    Target,
    TargetState,
    follow,
    is_over,
    room,
    too_many_failed,
)
from app.errors import CommandFailed, Conflict, NotFound
from app.firmware_orders import Terms
from app.firmware_updates import FirmwareUpdates
from app.follow_ups import FollowUps, Occasion
from app.storage.database import Storage

log = logging.getLogger(__name__)

# An order that was never given, because the database went away at the wrong moment.
LOST_AFTER = timedelta(minutes=15)


class CampaignSteps:
    """Everything is stored, so a new process goes on where the old one ended."""

    def __init__(
        self,
        storage: Storage,
        updates: FirmwareUpdates,
        commands: Commands,
        follow_ups: FollowUps,
        now: Callable[[], datetime],
    ) -> None:
        self._storage = storage
        self._updates = updates
        self._commands = commands
        self._follow_ups = follow_ups
        self._now = now

    def recover(self) -> None:
        """Let those wait again whose order the last process did not come to give."""
        for campaign in self._storage.campaigns.unfinished():
            self._follow(campaign, self._now(), lost_after=timedelta(0))

    def advance(self) -> None:
        """Take every campaign as far as it can go now; nothing here waits for a charge point."""
        now = self._now()
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
            self._stop(campaign, TOO_MANY_FAILED)
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

    def _stop(self, campaign: Campaign, reason: str) -> None:
        if self._storage.campaigns.end(campaign.campaign_id, CampaignState.STOPPED, reason):
            log.warning(
                "firmware_campaign_stopped", extra={"fields": {"campaign_id": campaign.campaign_id, "reason": reason}}
            )

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

    def order(self, charge_point_id: str) -> None:
        """Give the order to a charge point whose turn it is; a job of follow-ups."""
        for target in self._storage.campaign_targets.under_way_at(charge_point_id):
            campaign = self._storage.campaigns.get(target.campaign_id)
            update_id = target.firmware_update_id
            if campaign is None or update_id is None or self._storage.firmware_updates.get(update_id) is not None:
                continue
            if campaign.state is CampaignState.RUNNING:
                self._order(campaign, target, update_id)
            else:
                self._settle(target, TargetState.CANCELED, None)

    def _order(self, campaign: Campaign, target: Target, update_id: str) -> None:
        charge_point = self._storage.charge_points.get(target.charge_point_id)
        if charge_point is None:
            self._settle(target, TargetState.SKIPPED, CHARGE_POINT_REMOVED)
            return
        if charge_point.firmware_version == campaign.version:
            self._settle(target, TargetState.SKIPPED, ALREADY_INSTALLED)
            return
        try:
            self._updates.order(
                charge_point,
                _terms(campaign),
                requested_by=campaign.created_by,
                update_id=update_id,
                campaign_id=campaign.campaign_id,
            )
        except CommandFailed as failure:
            # The update tells it, and is looked at by the clock.
            fields = {"charge_point_id": target.charge_point_id, "campaign_id": campaign.campaign_id}
            log.info("firmware_order_failed", extra={"fields": {**fields, "code": failure.code}})
        except Conflict as conflict:
            if conflict.code in LEFT_OUT:
                self._settle(target, TargetState.SKIPPED, conflict.code)
            else:
                self._settle(target, TargetState.CANCELED, conflict.code)
                self._stop(campaign, conflict.code)
        except NotFound:
            self._settle(target, TargetState.CANCELED, "firmware_deleted")
            self._stop(campaign, "firmware_deleted")

    def _settle(self, target: Target, state: TargetState, reason: str | None) -> None:
        self._storage.campaign_targets.settle(target, state, reason, self._now())


def _terms(campaign: Campaign) -> Terms:
    return Terms(
        firmware_id=campaign.firmware_id,
        retries=campaign.retries,
        signed=campaign.signed,
        force=campaign.force,
        allow_downgrade=campaign.allow_downgrade,
    )
