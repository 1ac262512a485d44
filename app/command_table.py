"""THE TABLE of commands: every action that a Central System may send, of OCPP 1.6 and of its security extension."""

from collections.abc import Callable
from dataclasses import dataclass

from ocpp.v16.enums import Action

from app.answered import Answered
from app.certificates.answers import learn_delivery
from app.certificates.root_answers import learn_deletion, learn_installation, learn_installed
from app.config import Settings
from app.configuration.keeping import learn_change, learn_configuration
from app.domain.roles import Role
from app.door.security_changes import SecurityChange, security_change
from app.files.answers import learn_log, learn_signed_update
from app.files.locations import check_location
from app.follow_ups import FollowUps, Occasion
from app.local_lists.answers import learn_list_version, learn_sent_list
from app.reservations.events import learn_cancelled, learn_reserved
from app.smart_charging.record import learn_clear, learn_set, learn_start
from app.storage.database import Storage
from ocpp_server.central_system import Payload


@dataclass(frozen=True, slots=True)
class Command:
    """One action a Central System may send: from this row follow its route, role gate, schema and documentation.

    `security_change` tells of a payload what it changes about how the charge point comes in. `check` raises
    BadInput for a payload that an operator must not send, though OCPP's schema allows it. `learn` keeps what an
    answer tells about the charge point; `then` is the occasion that an answer is for follow-ups.
    """

    action: str
    role: Role
    summary: str
    needs_acceptance: bool = False
    security_change: Callable[[Payload], SecurityChange | None] = lambda _payload: None
    check: Callable[[Payload, Settings], None] = lambda _payload, _settings: None
    learn: Callable[[Storage, Answered], None] = lambda _storage, _answered: None
    then: Occasion | None = None


COMMANDS = {
    row.action: row
    for row in (
        Command(Action.cancel_reservation, Role.STAFF, "Cancel a reservation", learn=learn_cancelled),
        Command(
            Action.certificate_signed,
            Role.ADMIN,
            "Give the charge point its signed certificate",
            learn=learn_delivery,
        ),
        Command(Action.change_availability, Role.STAFF, "Put a connector, or all of them (0), in or out of service"),
        Command(
            Action.change_configuration,
            Role.ADMIN,
            "Set a configuration key",
            security_change=security_change,
            learn=learn_change,
            then=Occasion.CONFIGURATION_CHANGED,
        ),
        Command(Action.clear_cache, Role.STAFF, "Empty the charge point's own memory of idTags"),
        Command(
            Action.clear_charging_profile,
            Role.ADMIN,
            "Remove charging profiles; all of them when none is named",
            learn=learn_clear,
        ),
        Command(Action.data_transfer, Role.ADMIN, "Send a vendor's own message"),
        Command(Action.delete_certificate, Role.ADMIN, "Delete an installed root certificate", learn=learn_deletion),
        Command(Action.extended_trigger_message, Role.STAFF, "Ask for a message, those of the security extension too"),
        Command(Action.get_composite_schedule, Role.STAFF, "Ask what a connector may draw from now on"),
        Command(
            Action.get_configuration,
            Role.STAFF,
            "Read configuration keys; all of them when none is named",
            learn=learn_configuration,
        ),
        Command(Action.get_diagnostics, Role.ADMIN, "Ask for a diagnostics file", check=check_location),
        Command(
            Action.get_installed_certificate_ids,
            Role.ADMIN,
            "Read which root certificates are installed",
            learn=learn_installed,
        ),
        Command(
            Action.get_local_list_version,
            Role.STAFF,
            "Read the version of the local authorization list",
            learn=learn_list_version,
        ),
        Command(
            Action.get_log,
            Role.ADMIN,
            "Ask for the diagnostics or the security log",
            check=check_location,
            learn=learn_log,
        ),
        Command(Action.install_certificate, Role.ADMIN, "Install a root certificate", learn=learn_installation),
        Command(
            Action.remote_start_transaction,
            Role.STAFF,
            "Ask to start a transaction",
            needs_acceptance=True,
            learn=learn_start,
        ),
        Command(Action.remote_stop_transaction, Role.STAFF, "Ask to stop a transaction", needs_acceptance=True),
        Command(
            Action.reserve_now,
            Role.STAFF,
            "Reserve a connector, or any of them (0), for an idTag",
            learn=learn_reserved,
        ),
        Command(Action.reset, Role.STAFF, "Restart the charge point, gently (Soft) or at once (Hard)"),
        Command(
            Action.send_local_list,
            Role.ADMIN,
            "Send a local authorization list, whole or in part",
            learn=learn_sent_list,
        ),
        Command(Action.set_charging_profile, Role.ADMIN, "Limit what a connector may draw", learn=learn_set),
        Command(
            Action.signed_update_firmware,
            Role.ADMIN,
            "Install signed firmware",
            check=check_location,
            learn=learn_signed_update,
        ),
        Command(Action.trigger_message, Role.STAFF, "Ask the charge point to send a message now"),
        Command(Action.unlock_connector, Role.STAFF, "Release a connector's cable lock"),
        Command(Action.update_firmware, Role.ADMIN, "Install the firmware at a URL", check=check_location),
    )
}


def learn_from(storage: Storage, follow_ups: FollowUps, told: Answered) -> None:
    """Keep what an answer tells, be it in time or late, and let follow what it is the occasion for."""
    if row := COMMANDS.get(told.action):
        row.learn(storage, told)
        if row.then is not None:
            follow_ups.tell(row.then, told.charge_point_id)
