"""What became of commands, in words for people: of one, and of one for many charge points."""

from flask_babel import lazy_gettext as _

from app.domain.command_batches import CANCELLED, BatchState, Step
from app.web.told import told
from app.web.words import Texts

BATCH_STATES: Texts = {
    BatchState.RUNNING: _("Under way"),
    BatchState.CANCELLING: _("Being cancelled"),
    BatchState.CANCELLED: _("Cancelled"),
    BatchState.FINISHED: _("Finished"),
}

# What became of a command; of one that was answered its status says more.
OUTCOMES: Texts = {
    "answered": _("Answered"),
    "call_error": _("It could not do this"),
    "cancelled": _("Cancelled"),
    "disconnected": _("It hung up"),
    "offline": _("Not connected"),
    "refused": _("Not sent"),
    "timeout": _("No answer in time"),
}

ANSWERS: Texts = {
    "Accepted": _("Accepted"),
    "NotImplemented": _("It cannot do this"),
    "NotSupported": _("It cannot do this"),
    "Rejected": _("Refused"),
    "Scheduled": _("When the session has ended"),
    "UnlockFailed": _("The cable is stuck"),
    "Unlocked": _("The cable is released"),
}


def batch_state(value: str) -> str:
    return str(BATCH_STATES[value])


def step(one: Step) -> str:
    """Return what became of one charge point's command."""
    if one.status is not None:
        return str(ANSWERS.get(one.status, one.status))
    if one.outcome is not None:
        return str(OUTCOMES[one.outcome])
    return str(_("Waits for its turn") if one.waiting else _("Being asked"))


def step_reason(one: Step) -> str:
    """Return what is known besides, where that is more than the outcome says."""
    return told(one.error) if one.error and one.outcome in ("call_error", "refused") else ""


def step_tone(one: Step) -> str:
    if one.outcome is None:
        return "quiet" if one.waiting else "busy"
    if one.outcome == "answered":
        return "good" if one.status in (None, "Accepted", "Scheduled", "Unlocked") else "bad"
    return "quiet" if one.outcome == CANCELLED else "bad"
