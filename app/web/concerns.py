"""What an operator has to see to, in words, and the page where it is seen to."""

from collections.abc import Mapping

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from app.domain.roles import Role
from app.overview import About, Matter
from app.web.fault_words import FAULTS
from app.web.refused import advice
from app.web.security_words import SECURITY_EVENTS
from app.web.viewer import viewer
from app.web.words import Texts

TITLES: Texts = {
    About.FAULT: _("Out of order"),
    About.SECURITY: _("Security events of the last 24 hours"),
    About.OFFLINE: _("Not connected"),
    About.CAMPAIGN: _("Firmware campaigns that were stopped"),
    About.LOCAL_LIST: _("Lists of tags that a charger does not take"),
    About.QUARANTINE: _("Messages that could not be booked"),
    About.NEWCOMER: _("Unknown chargers at the door"),
    About.UNKNOWN_TAG: _("Unknown tags shown at chargers"),
}

TONES: Mapping[About, str] = {About.FAULT: "bad", About.SECURITY: "bad", About.OFFLINE: "busy", About.CAMPAIGN: "busy"}

# What is known of one, where OCPP's own word would not say it to everybody.
DETAILS: Texts = {
    **FAULTS,
    **SECURITY_EVENTS,
    "too_many_failed": _("Too many updates failed."),
    "failed": _("The charger did not take it."),
    "too_long": _("It is longer than the charger takes."),
}


def title(about: About) -> str:
    return str(TITLES[about])


def tone(about: About) -> str:
    return TONES.get(about, "quiet")


def text(about: About, matter: Matter) -> str:
    """Return what is known of a matter."""
    if about is About.OFFLINE:
        return gettext("Last heard from:")
    if about is About.NEWCOMER:
        return str(advice(matter.detail or "").wrong)
    if about is About.UNKNOWN_TAG:
        return gettext("At %(charger)s", charger=matter.detail)
    known = str(DETAILS.get(matter.detail or "", matter.detail or ""))
    return f"{known} {matter.words}" if matter.words else known


def error_words(code: str) -> str:
    """Return what a charge point's error code or security event means; a vendor's own word as it came."""
    return str(DETAILS.get(code, code))


def page_of_all(about: About) -> str:
    """Return the address of all matters of a kind."""
    match about:
        case About.FAULT:
            return url_for("web.fleet.charge_points", status="Faulted")
        case About.OFFLINE:
            return url_for("web.fleet.charge_points", online="no")
        case About.CAMPAIGN:
            return url_for("web.campaigns.campaigns", state="stopped")
        case About.NEWCOMER:
            return url_for("web.newcomers.newcomers")
        case About.QUARANTINE:
            return url_for("web.quarantine.messages")
        case About.UNKNOWN_TAG:
            return url_for("web.tags.tags")
        case About.SECURITY:
            return url_for("web.security_events.events", critical="1")
        case About.LOCAL_LIST:
            return url_for("web.tag_lists.lists" if _is_admin() else "web.fleet.charge_points")


def _is_admin() -> bool:
    """Tell whether who looks may see the pages for admins; others are led to what they may see of the same."""
    user = viewer()
    return user is not None and user.role.at_least(Role.ADMIN)


def page_of(about: About, matter: Matter) -> str:
    """Return the address of the page where a matter is seen to."""
    match about:
        case About.FAULT | About.OFFLINE:
            return url_for("web.point_overview.overview", charge_point_id=matter.subject)
        case About.LOCAL_LIST:
            page = "web.point_tag_list.tag_list" if _is_admin() else "web.point_overview.overview"
            return url_for(page, charge_point_id=matter.subject)
        case About.SECURITY:
            return url_for("web.security_events.events", at=matter.subject)
        case About.QUARANTINE:
            return url_for("web.quarantine.messages", at=matter.subject)
        case About.UNKNOWN_TAG:
            return url_for("web.tags.tags")
        case About.CAMPAIGN:
            return url_for("web.campaigns.campaign_page", campaign_id=matter.subject)
        case About.NEWCOMER:
            return url_for("web.newcomers.accept_page", charge_point_id=matter.subject)
