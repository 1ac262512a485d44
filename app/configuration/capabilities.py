"""What charge points can do: learnt from their answers, and asked before a command is sent in vain."""

from collections.abc import Callable
from datetime import datetime

from app.domain.capabilities import (
    CORE,
    NEVER_REFUSED,
    PROFILES,
    Learnt,
    Supported,
    Verdict,
    judge_action,
    refused_by_error,
    refused_by_status,
)
from app.domain.charge_points import ChargePoint
from app.domain.configuration import Configuration
from app.errors import Conflict
from app.storage.database import Storage

ANSWERED = "it has answered it"


class KnownCapabilities:
    """What is known, and how it comes to be known."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now

    def configuration(self, charge_point: ChargePoint) -> Configuration:
        """Return what the charge point's present firmware has told of its configuration."""
        known = self._storage.configurations.of(charge_point.charge_point_id)
        if known.firmware_version == charge_point.firmware_version:
            return known
        return Configuration(charge_point.charge_point_id, firmware_version=charge_point.firmware_version)

    def judge(self, charge_point: ChargePoint, *actions: str) -> list[Verdict]:
        """Tell of each action whether the charge point supports it, and why that is believed."""
        configuration = self.configuration(charge_point)
        learnt = self._storage.capabilities.learnt_of(charge_point.charge_point_id, charge_point.firmware_version)
        return [judge_action(action, configuration, learnt) for action in actions]

    def require(self, charge_point: ChargePoint, action: str) -> None:
        """Raise Conflict for an action that the charge point is known not to support."""
        if action in NEVER_REFUSED:
            return
        (verdict,) = self.judge(charge_point, action)
        if verdict.supported is Supported.NO:
            raise Conflict(
                "not_supported_by_charge_point",
                f"the charge point does not support {action}: {verdict.reason}; `force` sends it all the same",
                reason=verdict.reason,
            )

    def answered(self, charge_point_id: str, action: str, status: str | None) -> None:
        """Learn from an answer."""
        if reason := refused_by_status(action, status):
            self._learn(charge_point_id, action, supported=False, reason=reason)
        elif action not in NEVER_REFUSED:
            self._learn(charge_point_id, action, supported=True, reason=ANSWERED)

    def failed(self, charge_point_id: str, action: str, error_code: str) -> None:
        """Learn from a CALLERROR."""
        reason = refused_by_error(error_code)
        if reason is not None and action not in NEVER_REFUSED:
            self._learn(charge_point_id, action, supported=False, reason=reason)

    def _learn(self, charge_point_id: str, action: str, *, supported: bool, reason: str) -> None:
        charge_point = self._storage.charge_points.get(charge_point_id)
        if charge_point is None:
            return
        firmware = charge_point.firmware_version
        before = self._storage.capabilities.learnt_of(charge_point_id, firmware).get(action)
        if before is None and supported and PROFILES.get(action) == CORE:
            return
        if before is None or (before.supported, before.reason) != (supported, reason):
            told = Learnt(supported, reason, self._now())
            self._storage.capabilities.learn(charge_point_id, firmware, action, told)
