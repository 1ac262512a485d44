"""What happened at a charge point, in words; where there are none, as it was written down."""

from flask_babel import lazy_gettext as _

from app.domain.reservations import ReservationState
from app.smart_charging.record import CLEARED, ENDED_WITH, NOT_THERE, REPLACED
from app.storage.certificates import CertificateStatus
from app.storage.records import Event
from app.web.command_words import ANSWERS
from app.web.concerns import error_words
from app.web.told import told
from app.web.words import Texts
from ocpp_server.frames import Outcome

EVENTS: Texts = {
    "authorization_key_changed": _("Its password was changed."),
    "certificate_delivered": _("It has its new certificate."),
    "certificate_given_up": _("Its certificate could not be renewed."),
    "certificate_issued": _("A certificate was issued for it."),
    "certificate_not_signed": _("The authority has not signed its certificate."),
    "certificate_refused": _("It did not take its new certificate."),
    "certificate_request_rejected": _("Its request for a certificate was refused."),
    "certificate_requests_too_many": _("It asks for certificates too often."),
    "connection_refused": _("Its connection was refused."),
    "connection_replaced": _("A newer connection has replaced its old one."),
    "critical_security_events_dropped": _("It tells too much of its security: critical events were left out."),
    "firmware_update_failed": _("A firmware update failed."),
    "foreign_transaction": _("It spoke of a transaction of another charger."),
    "local_list_conflict": _("It refuses its list of tags as contradictory."),
    "local_list_failed": _("It did not take its list of tags."),
    "local_list_too_long": _("Its list of tags is too long for it."),
    "reservation_disregarded": _("Somebody else has charged where a connector was reserved."),
    "root_certificate_deleted": _("A root certificate was deleted in it."),
    "root_certificate_installed": _("A root certificate was installed in it."),
    "security_event": _("It tells of its security."),
    "security_events_dropped": _("It tells too much of its security: some was left out."),
    "security_profile_raised": _("Its security profile was raised."),
    "stop_rule_given_up": _("A session could not be stopped by its rule."),
}

MESSAGE_OUTCOMES: Texts = {
    Outcome.ANSWERED: _("Answered"),
    Outcome.UNANSWERED: _("No answer"),
    Outcome.LATE: _("Too late"),
    Outcome.UNSOLICITED: _("Nobody had asked"),
    Outcome.IGNORED: _("Ignored"),
}

REMOVALS: Texts = {
    CLEARED: _("Cleared"),
    ENDED_WITH: _("Over with its session"),
    NOT_THERE: _("The charger does not know it any more"),
    REPLACED: _("Replaced by a newer one"),
}

# What becomes of a file, as charge points tell it: firmware, diagnostics, logs.
FILE_STATUSES: Texts = {
    "Canceled": _("Given up for a newer one"),
    "Downloaded": _("Downloaded"),
    "DownloadFailed": _("It could not download it"),
    "Downloading": _("Being downloaded"),
    "DownloadPaused": _("The download pauses"),
    "DownloadScheduled": _("To be downloaded later"),
    "Failed": _("It failed"),
    "Idle": _("Idle"),
    "InstallationFailed": _("It could not install it"),
    "Installed": _("Installed"),
    "Installing": _("Being installed"),
    "InstallRebooting": _("Restarts to install it"),
    "InstallScheduled": _("To be installed later"),
    "InstallVerificationFailed": _("It is not what it should be"),
    "InvalidSignature": _("The signature is wrong"),
    "NothingToUpload": _("It has nothing to send"),
    "PermissionDenied": _("It was not let in to bring it"),
    "Requested": _("Asked"),
    "SignatureVerified": _("The signature is right"),
    "Uploaded": _("It has sent it"),
    "UploadFailed": _("It could not send it"),
    "UploadFailure": _("It could not send it"),
    "Uploading": _("Being sent"),
}

RESERVATIONS: Texts = {
    ReservationState.REQUESTED: _("Asking the charger"),
    ReservationState.RESERVED: _("Reserved"),
    ReservationState.USED: _("Used"),
    ReservationState.CANCELLED: _("Cancelled"),
    ReservationState.EXPIRED: _("Nobody came in time"),
    ReservationState.ENDED: _("Ended early"),
    ReservationState.REFUSED: _("Refused"),
    ReservationState.FAILED: _("Failed"),
}

CERTIFICATES: Texts = {
    CertificateStatus.ASKED: _("Asked to renew"),
    CertificateStatus.REQUESTED: _("Being signed"),
    CertificateStatus.REJECTED: _("Its request was no good one"),
    CertificateStatus.ISSUED: _("Signed, not taken yet"),
    CertificateStatus.DELIVERED: _("The charger has it"),
    CertificateStatus.REFUSED: _("The charger did not want it"),
    CertificateStatus.FAILED: _("Nothing came of it"),
    CertificateStatus.SUPERSEDED: _("Replaced by a newer one"),
}


def event(one: Event) -> str:
    """Return what happened; of a security event what its type means."""
    if "type" in one.detail and one.kind.startswith("security_event"):
        return error_words(one.detail["type"])
    return str(EVENTS.get(one.kind, one.kind))


def detail(one: Event) -> str:
    """Return what more was written down."""
    return ", ".join(f"{name}: {told(text)}" for name, text in one.detail.items() if text)


def message_outcome(value: str) -> str:
    """Return what became of a message; a CALLERROR's code as it is."""
    return str(MESSAGE_OUTCOMES.get(value, value))


def message_tone(value: str) -> str:
    if value == Outcome.ANSWERED:
        return "good"
    return "busy" if value in (Outcome.LATE, Outcome.IGNORED, Outcome.UNSOLICITED) else "bad"


def reservation_state(value: str) -> str:
    return str(RESERVATIONS[value])


def certificate_state(value: str) -> str:
    return str(CERTIFICATES[value])


def removal(why: str | None) -> str:
    """Return why a charging profile rules no more."""
    return str(REMOVALS.get(why or "", "–"))


def answer(status: str) -> str:
    """Return what a charge point has answered; a vendor's own word as it came."""
    return str(FILE_STATUSES.get(status) or ANSWERS.get(status, status))
