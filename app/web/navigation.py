"""Where one can go from everywhere: the pages in the menu, and from which role on they exist."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from flask_babel import lazy_gettext as _

from app.domain.roles import Role
from app.web.addresses import parts_of
from app.web.viewer import viewer


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the menu; one is there on every page of its group, or below `under` where several groups are."""

    endpoint: str
    label: object
    icon: str
    least: Role = Role.USER
    under: tuple[str, ...] = ()

    @property
    def is_here(self) -> bool:
        if self.under:
            return f"{request.path}/".startswith(tuple(f"{path}/" for path in self.under))
        return (request.endpoint or "").rpartition(".")[0] == self.endpoint.rpartition(".")[0]


OPERATOR = "/operator"
_CHARGE_POINTS = f"{OPERATOR}/charge-points"
_CAMPAIGNS = f"{OPERATOR}/firmware-campaigns"
PLACES = (
    Place("web.home.home", _("Charge"), "bolt"),
    Place("web.sessions.history", _("History"), "clock"),
    Place("web.overview.overview_page", _("Operate"), "gauge", Role.STAFF, (OPERATOR,)),
    Place("web.profile.profile_page", _("Profile"), "person"),
)
# The second menu, which all operators' pages have.
OPERATOR_PLACES = (
    Place("web.overview.overview_page", _("Overview"), "gauge", Role.STAFF),
    Place("web.fleet.charge_points", _("Charge points"), "plug", Role.STAFF, (_CHARGE_POINTS, f"{OPERATOR}/batches")),
    Place("web.newcomers.newcomers", _("Unknown chargers"), "door", Role.ADMIN),
    Place("web.charging_profiles.profiles", _("Charging profiles"), "steps", Role.ADMIN),
    Place("web.all_sessions.sessions", _("Sessions"), "bolt", Role.STAFF),
    Place("web.tags.tags", _("Tags"), "tag", Role.STAFF, (f"{OPERATOR}/tags",)),
    Place("web.tariffs.tariffs", _("Tariffs"), "money", Role.ADMIN),
    Place("web.quarantine.messages", _("Set aside"), "aside", Role.STAFF),
    Place("web.users.users", _("Users"), "person", Role.ADMIN),
    Place("web.audit_log.audit", _("Audit log"), "clock", Role.ADMIN),
    Place("web.firmware.images", _("Firmware"), "chip", Role.ADMIN, (f"{OPERATOR}/firmware", _CAMPAIGNS)),
)


def navigation() -> list[Place]:
    """Return the places that exist for who looks at the page."""
    return _existing(PLACES)


def operator_navigation() -> list[Place]:
    """Return the operators' places, as far as they exist for who looks at the page."""
    return _existing(OPERATOR_PLACES)


def _existing(places: Iterable[Place]) -> list[Place]:
    user = viewer()
    return [place for place in places if user is not None and user.role.at_least(place.least)]


def here() -> str:
    """Return the address of what is shown: of the page that a form is on, when the form has been sent."""
    return request.full_path.rstrip("?") if request.method == "GET" else parts_of(request.referrer).path or "/"


def with_query(**changes: str) -> str:
    """Return the query of the page at hand with something changed in it."""
    return urlencode({**request.args, **changes})
