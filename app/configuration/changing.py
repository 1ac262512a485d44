"""Change a configuration key as an operator does: set it, and look at what the charge point has made of it."""

from contextlib import suppress

from ocpp.v16.enums import Action, ConfigurationStatus

from app.command_outcomes import Outcome
from app.commands import Commands
from app.errors import CommandFailed

_TAKEN = (ConfigurationStatus.accepted, ConfigurationStatus.reboot_required)


def change_and_read_back(commands: Commands, charge_point_id: str, key: str, value: str, requested_by: str) -> Outcome:
    """Return the answer to ChangeConfiguration; where it was taken the key is read anew, if the charge point lets it.

    Raises what Commands.send_verbatim raises of the change itself.
    """
    change = {"key": key, "value": value}
    outcome = commands.send_verbatim(charge_point_id, Action.change_configuration, change, requested_by=requested_by)
    if outcome.status in _TAKEN:
        with suppress(CommandFailed):
            commands.send_verbatim(charge_point_id, Action.get_configuration, {"key": [key]}, requested_by=requested_by)
    return outcome
