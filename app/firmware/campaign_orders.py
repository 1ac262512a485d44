"""The orders of firmware campaigns: given to a charge point when its turn has come."""

import logging
from collections.abc import Callable
from datetime import datetime

from app.domain.campaigns import (
    ALREADY_INSTALLED,
    CHARGE_POINT_REMOVED,
    LEFT_OUT,
    Campaign,
    CampaignState,
    Target,
    TargetState,
)
from app.errors import CommandFailed, Conflict, NotFound
from app.firmware.orders import Terms
from app.firmware.updates import FirmwareUpdates
from app.storage.database import Storage

log = logging.getLogger(__name__)


def stop(storage: Storage, campaign: Campaign, reason: str) -> None:
    """Stop a running campaign; what is under way goes on, what waits is ended by the clock."""
    if storage.campaigns.end(campaign.campaign_id, CampaignState.STOPPED, reason):
        fields = {"campaign_id": campaign.campaign_id, "reason": reason}
        log.warning("firmware_campaign_stopped", extra={"fields": fields})


class CampaignOrders:
    """A job of follow-ups, which may wait for the charge point."""

    def __init__(self, storage: Storage, updates: FirmwareUpdates, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._updates = updates
        self._now = now

    def order(self, charge_point_id: str) -> None:
        """Give the order to a charge point whose turn it is."""
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
                stop(self._storage, campaign, conflict.code)
        except NotFound:
            self._settle(target, TargetState.CANCELED, "firmware_deleted")
            stop(self._storage, campaign, "firmware_deleted")

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
