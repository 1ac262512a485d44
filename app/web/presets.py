"""The commands that can be sent to many charge points from a page: those that need no thought for each of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from flask_babel import lazy_gettext as _
from ocpp.v16.enums import Action, AvailabilityType, MessageTrigger, ResetType

from app.domain.command_batches import CommandBatch


@dataclass(frozen=True, slots=True)
class Preset:
    """A command whose payload means the same to every charge point."""

    label: object
    action: str
    payload: Mapping[str, Any] = field(default_factory=dict)


def _trigger(message: MessageTrigger) -> dict[str, str]:
    return {"requestedMessage": message.value}


def _availability(type_: AvailabilityType) -> dict[str, Any]:
    return {"connectorId": 0, "type": type_.value}


PRESETS = {
    "reset-soft": Preset(_("Restart gently"), Action.reset, {"type": ResetType.soft.value}),
    "reset-hard": Preset(_("Restart at once, which ends sessions"), Action.reset, {"type": ResetType.hard.value}),
    "operative": Preset(_("Put into service"), Action.change_availability, _availability(AvailabilityType.operative)),
    "inoperative": Preset(
        _("Take out of service"), Action.change_availability, _availability(AvailabilityType.inoperative)
    ),
    "unlock": Preset(_("Release the cable of connector 1"), Action.unlock_connector, {"connectorId": 1}),
    "status": Preset(_("Ask for the status"), Action.trigger_message, _trigger(MessageTrigger.status_notification)),
    "meter": Preset(_("Ask for meter values"), Action.trigger_message, _trigger(MessageTrigger.meter_values)),
    "boot": Preset(_("Ask for model and firmware"), Action.trigger_message, _trigger(MessageTrigger.boot_notification)),
    "configuration": Preset(_("Read the configuration"), Action.get_configuration),
    "clear-cache": Preset(_("Empty the memory of tags"), Action.clear_cache),
}


def label(batch: CommandBatch) -> str:
    """Return what was asked for in words, or OCPP's word for it where it was asked for by the API."""
    for preset in PRESETS.values():
        if preset.action == batch.action and preset.payload == orjson.loads(batch.payload):
            return str(preset.label)
    return batch.action
