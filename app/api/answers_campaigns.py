"""What answers about firmware campaigns look like, for the OpenAPI document."""

from app.api.answer import Answer, Time
from app.domain.campaigns import CampaignState, TargetState


class CampaignAnswer(Answer):
    """`state`: running; completed; stopped, `reason` and `hint` say why; canceled. With `finished_at` nothing of it is
    under way any more."""

    campaign_id: str
    firmware_id: str
    version: str
    state: CampaignState
    reason: str | None = None
    hint: str | None = None
    at_once: int
    max_failures: int
    time_limit: int
    deadline: Time
    signed: bool | None = None
    force: bool
    allow_downgrade: bool
    created_by: str
    created_at: Time
    finished_at: Time | None = None


class CampaignCounts(Answer):
    waiting: int
    under_way: int
    succeeded: int
    failed: int
    skipped: int
    missed: int
    canceled: int


class CampaignDetailAnswer(CampaignAnswer):
    """`charge_points`: how many have come how far."""

    charge_points: CampaignCounts


class CampaignTargetAnswer(Answer):
    """`skipped`: it was left out, such as one that has the version already; `missed`: it did not come in time."""

    charge_point_id: str
    state: TargetState
    reason: str | None = None
    hint: str | None = None
    firmware_update_id: str | None = None
    ordered_at: Time | None = None
    ended_at: Time | None = None
