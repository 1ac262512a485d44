"""What a charge point can do, and how that is known."""

from typing import Any

from flask_openapi3 import Tag
from pydantic import Field

from app.api.answer import Answer, Time
from app.api.context import services
from app.api.models import ChargePointPath
from app.api.policy import requires
from app.api.routes import Routes
from app.command_table import COMMANDS
from app.domain.capabilities import Supported, Verdict, declared_profiles, limits
from app.domain.roles import Role
from app.domain.times import iso

api = Routes("capabilities", __name__, url_prefix="/api", abp_tags=[Tag(name="Charge points")])


class ActionAnswer(Answer):
    """`reason` is why `supported` is believed, `at` when the charge point told so."""

    action: str
    supported: Supported
    reason: str
    at: Time | None = None


class CapabilitiesAnswer(Answer):
    """What is not known is absent. `read_at` is when the configuration was last read as a whole."""

    charge_point_id: str
    firmware_version: str | None = None
    read_at: Time | None = None
    feature_profiles: list[str] | None = None
    limits: dict[str, int | bool | list[str]] = Field(
        description="Configuration keys that tell what it can take, by OCPP's names."
    )
    actions: list[ActionAnswer]


@api.get(
    "/charge_points/<charge_point_id>/capabilities",
    summary="What a charge point can do",
    responses={200: CapabilitiesAnswer},
)
@requires(Role.STAFF)
def get_capabilities(path: ChargePointPath) -> dict[str, Any]:
    """By what it declares in its configuration and by what it has answered; nothing is asked of it. What was learnt is
    forgotten with a new firmware version. An action that is not supported is refused here (409
    `not_supported_by_charge_point`) unless `force` is given."""
    charge_point = services.fleet.get(path.charge_point_id)
    configuration = services.capabilities.configuration(charge_point)
    told = {
        "charge_point_id": charge_point.charge_point_id,
        "firmware_version": charge_point.firmware_version,
        "read_at": iso(configuration.read_at) if configuration.read_at else None,
        "feature_profiles": declared_profiles(configuration),
        "limits": limits(configuration),
        "actions": [_json(verdict) for verdict in services.capabilities.judge(charge_point, *COMMANDS)],
    }
    return {name: value for name, value in told.items() if value is not None}


def _json(verdict: Verdict) -> dict[str, Any]:
    at = {"at": iso(verdict.at)} if verdict.at else {}
    return {"action": verdict.action, "supported": verdict.supported.value, "reason": verdict.reason} | at
