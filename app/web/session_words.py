"""Why a session waits, goes slowly or has ended, in words for its driver: what is the matter, then what to do."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.session_hints import FAULTED
from app.web.fault_words import FAULTS
from app.web.words import Texts

_REFUSED = _("The charger refused to start.")
_LATER = _("The charger has not told the end itself.")

# By a session's reason_code; where there is none the hint says all.
REASONS: Texts = {
    "refused_faulted": _REFUSED,
    "refused_out_of_service": _REFUSED,
    "refused_reserved": _REFUSED,
    "refused_unplug_first": _REFUSED,
    "refused_charging": _REFUSED,
    "refused_not_in_local_list": _REFUSED,
    "refused_checks_id_tags": _REFUSED,
    "refused_plug_in_first": _REFUSED,
    "paused_by_vehicle": _("Paused by the vehicle."),
    "paused_by_charge_point": _("Paused by the charger."),
    "charge_point_offline": _("The charger is not connected."),
    "stopping": _("The charger is ending the session."),
    "stop_given_up": _("The charger could not be made to stop."),
    FAULTED: _("The charger reports a fault."),
    "connector_available": _LATER,
    "superseded": _LATER,
    "charge_point_silent": _LATER,
    "forgotten": _LATER,
    "stopped_by_energy_wh": _("It has ended as you wished: the energy is reached."),
    "stopped_by_minutes": _("It has ended as you wished: the minutes are over."),
    "stopped_by_time": _("It has ended as you wished: it is time."),
    "stopped_by_soc": _("It has ended as you wished: the battery is charged that far."),
    "stopped_by_cost": _("It has ended as you wished: the amount is reached."),
    "emergency_stop": _("The emergency stop was pressed."),
    "unplugged": _("The cable was unplugged at the vehicle."),
    "restarted": _("The charger was restarted."),
    "power_loss": _("The charger lost its power."),
    "unlocked": _("The cable was unlocked from afar."),
    "deauthorized": _("The tag was not accepted."),
    "ended_by_charge_point": _("The charger ended it for a reason of its own."),
    "ended_by_staff": _("The operator has booked its end by hand."),
}
_CODE = re.compile(r"\(([A-Za-z0-9]{1,50})\)$")


def session_words(shown: Mapping[str, Any]) -> str:
    """Return what there is to say of a session, as the API shows it; nothing while all is as it should be."""
    code = shown.get("reason_code", "")
    words = [str(REASONS[code])] if code in REASONS else []
    if code == FAULTED and (named := _CODE.search(shown.get("reason", ""))) and named[1] in FAULTS:
        words.append(str(FAULTS[named[1]]))
    if "hint" in shown:
        words.append(gettext(shown["hint"]))
    return " ".join(words)
