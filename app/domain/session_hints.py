"""Why a charging session waits, goes slowly or has ended, in words for its driver: THE TABLE, a row for each case."""

from dataclasses import dataclass
from typing import Any

from app.domain.configuration import Configuration
from app.domain.sessions import Session, State


@dataclass(frozen=True, slots=True)
class Why:
    """`code` is stable and meant for programs, `reason` says what is the matter, `hint` what to do about it."""

    code: str | None
    reason: str | None = None
    hint: str | None = None

    def told(self) -> dict[str, Any]:
        """Return it as a session keeps it."""
        return {"reason_code": self.code, "reason": self.reason, "hint": self.hint}


NOTHING = Why(None)

# Before it begins

WAITING = Why("plug_in", None, "Accepted. Plug the cable into the vehicle to begin.")
STARTING = Why("starting", None, "The cable is plugged in. Charging begins in a moment.")
_REFUSED = "the charge point refused"
_BY_STATUS = {
    "Faulted": Why("refused_faulted", _REFUSED, "The charge point reports a fault on this connector."),
    "Unavailable": Why("refused_out_of_service", _REFUSED, "The connector is out of service."),
    "Reserved": Why("refused_reserved", _REFUSED, "The connector is reserved."),
    "Finishing": Why(
        "refused_unplug_first",
        _REFUSED,
        "The last session has just ended; unplug the cable and plug it in again.",
    ),
    "Charging": Why("refused_charging", _REFUSED, "The connector is already charging."),
}
_NOT_IN_LOCAL_LIST = Why(
    "refused_not_in_local_list",
    _REFUSED,
    "The charge point looks into its own list of idTags before it starts, and this idTag is not known to be on it. "
    "Hold your card to it, or ask the operator to add the idTag to its local list.",
)
_CHECKS_TAGS = Why(
    "refused_checks_id_tags",
    _REFUSED,
    "The charge point checks idTags itself before it starts. Plug the cable in first, or hold your card to it.",
)
_PLUG_IN_FIRST = Why(
    "refused_plug_in_first",
    _REFUSED,
    "Plug the cable in first, then start again: some charge points want it that way.",
)
_REFUSED_SOMEHOW = Why(
    "refused",
    _REFUSED,
    "The charge point refused. It may want the cable plugged in first, the tag in its local list, "
    "or another connector.",
)
_UNKNOWN = "The charge point gave no answer; it may still start. Watch this session or try again later."
_START_FAILED = {
    "charge_point_timeout": _UNKNOWN,
    "charge_point_disconnected": _UNKNOWN,
    "charge_point_offline": "The charge point lost its connection. Try again in a minute, or choose another one.",
    "charge_point_busy": "The charge point has not answered earlier requests yet. Try again in a minute.",
    "call_error": "The charge point cannot start from here now. Hold a card to it, or choose another one.",
    "invalid_answer": "The charge point answered nonsense. Hold a card to it, or choose another one.",
}
_DEADLINE = "deadline_passed"
_NOT_PLUGGED_IN = Why(
    "not_plugged_in", _DEADLINE, "The cable was not plugged in in time. Start again when you are ready."
)
_NEVER_BEGAN = Why(
    "never_began",
    _DEADLINE,
    "The cable was plugged in, but charging never began. Unplug it, look whether the vehicle is ready, start again.",
)
_NEVER_ANSWERED = Why(
    "never_answered", _DEADLINE, "The charge point never answered. Start again, or choose another charge point."
)

# While it runs

_SUSPENDED = {
    "SuspendedEV": Why(
        "paused_by_vehicle",
        "paused by the vehicle",
        "The vehicle takes nothing now: its battery may be full, or it waits for a time set in it.",
    ),
    "SuspendedEVSE": Why(
        "paused_by_charge_point",
        "paused by the charge point",
        "The charge point holds back, often because others charge too. It goes on by itself.",
    ),
}
OFFLINE = Why(
    "charge_point_offline",
    "the charge point is not connected",
    "Charging may go on. What was drawn meanwhile is told when the charge point is back.",
)
STOP_REFUSED = Why(
    "stop_refused", None, "The charge point does not know this transaction any more; it may have ended already."
)
STOPPING = Why("stopping")
STOP_PENDING = Why(
    "stop_pending",
    None,
    "This session is to stop now, but the charge point is not connected. It is asked as soon as it is back.",
)
STOP_ASKED_AGAIN = Why(
    "stop_asked_again", None, "This session is to stop now, but the charge point has not done it. It is asked again."
)
STOP_GIVEN_UP = Why(
    "stop_given_up",
    "the charge point could not be made to stop",
    "The charge point was asked to stop several times. End the session at the charge point or in the vehicle.",
)
# What the rules for the end say; other rules make it untrue.
OF_STOP_RULES = tuple(why.code for why in (STOP_PENDING, STOP_ASKED_AGAIN, STOP_GIVEN_UP))
FAULTED = "faulted"
_FAULT_HINT = "Charging stands still. Unplug and try another charge point if it does not go on by itself."
_FAULTS = {
    "ConnectorLockFailure": "the connector cannot be locked or unlocked",
    "EVCommunicationError": "the vehicle and the charge point do not understand each other",
    "GroundFailure": "the residual current device has switched off",
    "HighTemperature": "it is too hot",
    "InternalError": "something inside has failed",
    "LocalListConflict": "its list of idTags does not fit",
    "OverCurrentFailure": "too much current was drawn",
    "OverVoltage": "the voltage is too high",
    "UnderVoltage": "the voltage is too low",
    "PowerMeterFailure": "the meter cannot be read",
    "PowerSwitchFailure": "the power cannot be switched",
    "ReaderFailure": "the card reader has failed",
    "ResetFailure": "it could not be restarted",
    "WeakSignal": "its radio signal is weak",
}

# At its end

CONNECTOR_AVAILABLE = Why(
    "connector_available",
    "connector_available",
    "The cable was unplugged. The charge point has not told its last reading, so the energy may change.",
)
SUPERSEDED = Why(
    "superseded",
    "superseded",
    "Another session has begun on this connector. The last reading was not told, so the energy may change.",
)
SILENT = Why(
    "charge_point_silent",
    "charge_point_silent",
    "The charge point has not been heard for a day. When it comes back the energy may change.",
)
FORGOTTEN = Why(
    "forgotten",
    "forgotten",
    "For a day the charge point has told nothing of this session, and its connector does not charge. "
    "When it tells the end the energy may change.",
)
_BY_RULE = {
    "energy_wh": "the energy asked for was reached",
    "minutes": "the minutes asked for were over",
    "time": "the time asked for had come",
    "soc": "the state of charge asked for was reached",
    "cost": "the amount allowed for was reached",
}
_ENDED = {
    "EmergencyStop": Why("emergency_stop", "the emergency stop was pressed", "Unplug, and tell the operator."),
    "EVDisconnected": Why("unplugged", "the cable was unplugged at the vehicle", None),
    "HardReset": Why("restarted", "the charge point was restarted", "Start again if you need more."),
    "SoftReset": Why("restarted", "the charge point was restarted", "Start again if you need more."),
    "Reboot": Why("restarted", "the charge point restarted by itself", "Start again if you need more."),
    "PowerLoss": Why("power_loss", "the charge point lost its power", "Start again when it is back."),
    "UnlockCommand": Why("unlocked", "the cable was unlocked from afar", None),
    "DeAuthorized": Why("deauthorized", "the idTag was not accepted", "Look at your idTag, or ask the operator."),
}

OF_ITS_OWN = Why(
    "ended_by_charge_point", "the charge point ended it for a reason of its own", "Start again if you need more."
)

BY_STAFF = Why("ended_by_staff", "the operator has booked its end by hand", None)


def looks_into_local_list(configuration: Configuration) -> bool:
    """Tell whether a charge point is known to look for an idTag in its own list before it starts."""
    keys = ("AuthorizeRemoteTxRequests", "LocalAuthListEnabled", "LocalPreAuthorize")
    return all(configuration.boolean_of(key) for key in keys)


def why_rejected(connector_status: str | None, configuration: Configuration, *, in_local_list: bool) -> Why:
    """Explain a RemoteStartTransaction answered with Rejected, by the connector's last status and by what is known of
    how the charge point looks at idTags (OCPP 1.6 §9.1: AuthorizeRemoteTxRequests, §9.2: LocalAuthListEnabled)."""
    if why := _BY_STATUS.get(connector_status or ""):
        return why
    if looks_into_local_list(configuration) and not in_local_list:
        return _NOT_IN_LOCAL_LIST
    if configuration.boolean_of("AuthorizeRemoteTxRequests"):
        return _CHECKS_TAGS
    return _PLUG_IN_FIRST if connector_status == "Available" else _REFUSED_SOMEHOW


def why_not_started(code: str, message: str) -> Why:
    """Explain a RemoteStartTransaction without a usable answer, by the failure's code."""
    return Why(code, message, _START_FAILED.get(code))


def why_expired(*, answered: bool, plugged_in: bool) -> Why:
    """Explain a request that has come to nothing."""
    if not answered:
        return _NEVER_ANSWERED
    return _NEVER_BEGAN if plugged_in else _NOT_PLUGGED_IN


def why_not_authorized(status: str, reason: str) -> Why:
    """Explain a transaction that has begun although its idTag is not accepted."""
    hint = "The charge point was told not to charge with this idTag."
    return Why(f"id_tag_{status.casefold()}", reason, hint)


def why_paused(status: str) -> Why | None:
    """Explain a connector's status that pauses a session; None for all others."""
    return _SUSPENDED.get(status)


def why_faulted(error_code: str) -> Why:
    """Explain a fault by its error code (OCPP 1.6 §7.6), a vendor's own as it came."""
    words = _FAULTS.get(error_code)
    what = f"{words} ({error_code})" if words else error_code if error_code != "NoError" else "it does not say which"
    return Why(FAULTED, f"the charge point reports a fault: {what}", _FAULT_HINT)


def why_ended(session: Session, stop_reason: str | None) -> Why:
    """Explain a StopTransaction by its reason (OCPP 1.6 §7.36), by the rule that has asked for it, or by the fault that
    was told before it."""
    if why := _ENDED.get(stop_reason or ""):
        return why
    if session.stopped_by:
        return Why(f"stopped_by_{session.stopped_by}", _BY_RULE.get(session.stopped_by))
    if session.reason_code == FAULTED:
        return Why(FAULTED, session.reason, _FAULT_HINT)
    return OF_ITS_OWN if stop_reason == "Other" and session.state is not State.STOPPING else NOTHING
