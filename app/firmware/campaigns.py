"""Firmware campaigns as admins run them: begun, looked at, canceled."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from ocpp.v16.enums import RegistrationStatus

from app.domain.campaigns import Campaign, CampaignState, Counts, TargetState
from app.domain.charge_points import charge_point_key
from app.domain.phrases import Phrase
from app.errors import BadInput, Conflict, NotFound
from app.firmware.images import Firmware
from app.storage.collection import equal
from app.storage.database import Storage

MOST_CHARGE_POINTS = 10_000
USUAL_DEADLINE, LONGEST_DEADLINE = timedelta(days=7), timedelta(days=365)


class Campaigns:
    """The use cases; what a campaign does by itself is in app/firmware/campaign_clock.py."""

    def __init__(self, storage: Storage, firmware: Firmware, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._firmware = firmware
        self._now = now

    def begin(
        self,
        firmware_id: str,
        charge_point_ids: Sequence[str] | None,
        *,
        vendor: str | None,
        model: str | None,
        deadline: datetime | None,
        created_by: str,
        **terms: Any,
    ) -> Campaign:
        """Begin a campaign for some charge points, or for all of a vendor, a model.

        Raises NotFound, BadInput, Conflict. `terms` are the campaign's own limits and how the image is to be sent.
        """
        image = self._firmware.get(firmware_id)
        if terms["signed"] and image.signature is None:
            raise Conflict("firmware_not_signed", "the firmware was uploaded without a signature and its certificate")
        self._firmware.require_sound(image)
        now = self._now()
        deadline = deadline or now + USUAL_DEADLINE
        if not now < deadline <= now + LONGEST_DEADLINE:
            raise BadInput("deadline", "must be ahead, and within a year")
        targets = self._chosen(charge_point_ids, vendor, model)
        campaign = Campaign(
            campaign_id=uuid4().hex,
            firmware_id=firmware_id,
            version=image.version,
            created_by=created_by,
            created_at=now,
            deadline=deadline,
            **terms,
        )
        # The charge points first: a campaign without any would be over at once.
        self._storage.campaign_targets.add(campaign.campaign_id, targets)
        return self._storage.campaigns.insert(campaign)

    def _chosen(self, ids: Sequence[str] | None, vendor: str | None, model: str | None) -> list[str]:
        """Return the charge points' ids as they are kept, each once."""
        if (ids is None) == (vendor is None and model is None):
            raise BadInput("charge_point_ids", "name the charge points, or a vendor or model of which all are meant")
        if ids is None:
            wanted = equal([("vendor", vendor), ("model", model), ("registration", RegistrationStatus.accepted)])
            found = self._storage.charge_points.find(wanted, limit=MOST_CHARGE_POINTS + 1)
            if not found:
                raise Conflict("no_charge_points", "there is no such charge point that has booted and been accepted")
            if len(found) > MOST_CHARGE_POINTS:
                raise Conflict("too_many_charge_points", f"a campaign is for {MOST_CHARGE_POINTS} at most")
            return [each.charge_point_id for each in found]
        keys = list(dict.fromkeys(charge_point_key(one) for one in ids))
        known = {each.charge_point_id for each in self._storage.charge_points.find({"_id": {"$in": keys}})}
        missing = set(keys) - {charge_point_key(one) for one in known}
        if missing:
            which = ", ".join(sorted(missing)[:5])
            raise BadInput("charge_point_ids", Phrase("there is no charge point %(which)s", which=which))
        return sorted(known)

    def get(self, campaign_id: str) -> Campaign:
        campaign = self._storage.campaigns.get(campaign_id)
        if campaign is None:
            raise NotFound("there is no such campaign")
        return campaign

    def counts(self, campaign: Campaign) -> Mapping[str, int]:
        """Return how many charge points are in each state, every state named."""
        counts: Counts = self._storage.campaign_targets.counts(campaign.campaign_id)
        return {state.value: counts.get(state, 0) for state in TargetState}

    def cancel(self, campaign_id: str) -> Campaign:
        """Begin with no more charge points; OCPP 1.6 cannot call back what is under way. Raises Conflict."""
        campaign = self.get(campaign_id)
        canceled = self._storage.campaigns.end(campaign_id, CampaignState.CANCELED, None)
        if canceled is None:
            raise Conflict("campaign_over", f"the campaign is {campaign.state.value} already")
        self._storage.campaign_targets.end_waiting(campaign_id, TargetState.CANCELED, None, self._now())
        return canceled
