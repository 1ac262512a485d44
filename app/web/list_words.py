"""How far a charge point's list of tags is, in words: its state, what is in the way, and what to do."""

from collections.abc import Mapping

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.local_lists import ListState
from app.storage.local_lists import LocalList
from app.web.words import Texts

LISTS: Texts = {
    ListState.UNMANAGED: _("Nothing is wanted in it"),
    ListState.PENDING: _("Under way"),
    ListState.IN_SYNC: _("Up to date"),
    ListState.NOT_SUPPORTED: _("It cannot do this"),
    ListState.FAILED: _("The charger did not take it."),
    ListState.TOO_LONG: _("It is longer than the charger takes."),
}

TONES: Mapping[str, str] = {
    ListState.PENDING: "busy",
    ListState.IN_SYNC: "good",
    ListState.FAILED: "bad",
    ListState.TOO_LONG: "bad",
}
_AGAIN = _("Send the whole list. If that fails too, look at the charger's messages.")
# By what the charger answered last (OCPP 1.6 §7.51).
ANSWERS: Texts = {
    "Failed": _("It says that it could not do it. Send the whole list; if it fails again, its memory may be full."),
    "VersionMismatch": _("It counts its versions otherwise. Send the whole list."),
    "NotSupported": _("It says that it keeps no list, or has none switched on."),
}


def list_state(value: str) -> str:
    """Return how a charge point's list of tags stands to what is wanted."""
    return str(LISTS[value])


def list_tone(value: str) -> str:
    return TONES.get(value, "quiet")


def list_trouble(one: LocalList, *, is_online: bool) -> str:
    """Return what is in the way of a list and what to do about it; nothing where nothing is."""
    match one.state:
        case ListState.PENDING if not is_online:
            return gettext("It is not connected. It gets the list when it is back.")
        case ListState.PENDING:
            return gettext("It goes on by itself.")
        case ListState.FAILED:
            return str(ANSWERS.get((one.answer or "").partition(": ")[2], _AGAIN))
        case ListState.TOO_LONG:
            return gettext("More tags are wanted than it holds. Want fewer in it, or in the groups it is in.")
        case ListState.NOT_SUPPORTED:
            return gettext("It lets in only whom it can ask about.")
    return ""
