"""What went wrong, in words for people: errors by their codes."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.web.words import Texts

# What happened, and what to do about it.
FAILURES: Texts = {
    "already_settled": _("Somebody else has settled this already."),
    "already_exists": _("There is one like that already. Choose another name."),
    "bad_input": _("Please look at the fields marked below."),
    "beyond_charge_point_limits": _("That is more than this charger can take. Look at the fields marked below."),
    "call_error": _("The charger could not do this. Try again, or use another one."),
    "charge_point_busy": _("The charger is busy with other requests. Try again in a moment."),
    "charge_point_exists": _("There is a charger of this number already. Choose another number."),
    "charge_point_not_accepted": _("This charger is not in service yet. Please choose another one."),
    "charge_point_offline": _("This charger is not connected at the moment. Please choose another one."),
    "charge_point_timeout": _("The charger has not answered in time. It may still do it: look again in a minute."),
    "connector_busy": _("Somebody is charging here, or about to. Please choose another connector."),
    "connector_reserved": _("This connector is reserved for somebody else. Please choose another one."),
    "csrf_failed": _("This page was open for too long. Load it again and repeat what you did."),
    "database_unavailable": _("We cannot reach our records at the moment. Try again in a few seconds."),
    "campaign_over": _("This campaign is over already."),
    "firmware_damaged": _("The stored file is not what was brought any more. Bring it again."),
    "firmware_signature_invalid": _("The certificate of its signature is not good any more, or nobody trusts it."),
    "firmware_not_signed": _("This firmware was brought without the signature of its maker."),
    "no_certificate_authority": _("This server has no authority that signs certificates for chargers."),
    "no_charge_points": _("No charger in service is of this vendor and model."),
    "firmware_does_not_fit": _("This firmware is for another vendor or model. Below you can send it all the same."),
    "firmware_is_older": _("The charger has a newer version. Below you can send the older one all the same."),
    "forbidden": _("There is nothing at this address."),
    "group_exists": _("There is a group of this name already. Choose another name."),
    "id_tag_not_accepted": _("Your account may not charge at the moment. Please ask the operator."),
    "id_tag_exists": _("There is this tag already."),
    "id_tag_in_use": _("This tag is in use or was used, so it has to stay. Block it instead."),
    "internal_error": _("Something went wrong on our side. If it happens again, tell the operator the number below."),
    "last_root_certificate": _(
        "It is the last one the charger trusts this server by. Below you can delete it all the same."
    ),
    "local_list_busy": _("The list is being sent already."),
    "local_list_unmanaged": _("Say first what belongs in the list of this charger."),
    "last_root": _("This is the last account that may do everything. Make another one first."),
    "method_not_allowed": _("There is nothing at this address."),
    "no_transaction": _("Nobody is charging on this connector, and this profile is for a session."),
    "not_authenticated": _("User name or password wrong. Try again."),
    "not_found": _("There is nothing at this address. It may have been removed, or it belongs to somebody else."),
    "not_supported_by_charge_point": _("This charger cannot do that."),
    "password_missing": _("Security profiles 1 and 2 need a password: make one for the charger."),
    "serial_number_missing": _("Security profile 3 needs the serial number, which is in the certificate."),
    "serial_number_taken": _("Another charger with this security profile has the same serial number."),
    "session_ended": _("This session has ended already."),
    "session_open": _("A session of this account is open. Stop it first, then delete the account."),
    "session_not_started": _("Charging has not begun yet. Without a cable the request ends by itself."),
    "signing_failed": _("The authority has not signed the certificate."),
    "stopping": _("We are just restarting. Try again in a moment."),
    "tariff_in_use": _("This tariff is in use, or is that of all chargers without one. Take it away from them first."),
    "default_tariff_changed": _("Somebody else has just made another tariff the usual one. Look again."),
    "tls_not_configured": _("This server does not serve this security profile. Choose another one."),
    "too_large": _("That is too much to send at once."),
    "too_many_attempts": _("Too many attempts. Wait a minute before the next one."),
    "too_many_favourites": _("You have 50 favourites, which is the most. Take one away first."),
    "too_many_vehicles": _("An account has 20 vehicles at most. Remove one first."),
    "username_taken": _("This user name is taken. Choose another one."),
    "connector_faulted": _("The charger reports a fault on this connector. Please choose another one."),
    "connector_unavailable": _("This connector is out of service. Please choose another one."),
    "connector_unplugged": _("Plug the cable into the vehicle first, then press start."),
    "idempotency_key_reused": _("This page was sent before with something else in it. Load it again."),
    "label_forged": _("This label was not made by us. Do not use it, and tell the operator."),
    "label_mismatch": _("The label you scanned belongs to another connector. Scan the one where your cable is."),
    "label_required": _("To start here, scan the label on the charger with your telephone."),
    "label_revoked": _("This label is not valid any more. Please tell the operator, who has a new one."),
    "label_unreadable": _("This is no label of ours. Scan the one on the charger."),
    "label_unsigned": _("Only signed labels count here. Scan the one on the charger itself."),
    "request_in_progress": _("Your request is under way already. Look at your session in a moment."),
    "reservation_ended": _("This reservation has ended already."),
    "reservation_open": _("There is a reservation already. Cancel it first."),
    "session_stopping": _("This session is being stopped already."),
    "own_account": _("This cannot be done to your own account."),
    "too_many_charge_points": _("That is more chargers than one campaign is for."),
    "too_many_pending_keys": _(
        "It was sent several new keys and has used none. Let it connect again first, or make a new password here."
    ),
    "too_many_commands_waiting": _("Too many requests wait for this charger already. Try again in a minute."),
    "unknown_charge_point": _("There is no charger of this number. Look at the label once more."),
    "unknown_connector": _("This charger has no such connector. Look at the label once more."),
}


def failure(code: str, otherwise: str = "") -> str:
    """Return what to say of an error."""
    return str(FAILURES[code]) if code in FAILURES else gettext(otherwise)
