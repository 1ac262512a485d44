"""Where one can go from everywhere: the pages in the menu, and from which role on they exist."""

from collections.abc import Iterable, Sequence
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


@dataclass(frozen=True, slots=True)
class Topic:
    """Places that belong together, behind the menu's last word."""

    label: object
    places: Sequence[Place]


OPERATOR = "/operator"
PLACES = (
    Place("web.home.home", _("Charge"), "bolt"),
    Place("web.sessions.history", _("History"), "clock"),
    Place("web.overview.overview_page", _("Operate"), "gauge", Role.STAFF, (OPERATOR,)),
    Place("web.profile.profile_page", _("Profile"), "person"),
)
# The second menu, which all operators' pages have: where one goes every day, and all else by topic.
OFTEN = (
    Place("web.overview.overview_page", _("Overview"), "gauge", Role.STAFF),
    Place(
        "web.fleet.charge_points",
        _("Charge points"),
        "plug",
        Role.STAFF,
        (f"{OPERATOR}/charge-points", f"{OPERATOR}/batches"),
    ),
    Place("web.all_sessions.sessions", _("Sessions"), "bolt", Role.STAFF),
    Place("web.tags.tags", _("Tags"), "tag", Role.STAFF),
)
TOPICS = (
    Topic(
        _("Chargers"),
        (
            Place("web.all_reservations.reservations", _("Reservations"), "clock", Role.STAFF),
            Place("web.newcomers.newcomers", _("Unknown chargers"), "door", Role.ADMIN),
            Place(
                "web.firmware.images",
                _("Firmware"),
                "chip",
                Role.ADMIN,
                (f"{OPERATOR}/firmware", f"{OPERATOR}/firmware-campaigns"),
            ),
            Place("web.charging_profiles.profiles", _("Charging profiles"), "steps", Role.ADMIN),
        ),
    ),
    Topic(
        _("Drivers"),
        (
            Place("web.users.users", _("Users"), "person", Role.ADMIN),
            Place("web.tag_lists.lists", _("Lists of tags"), "list", Role.ADMIN, (f"{OPERATOR}/tag-lists",)),
            Place("web.tariffs.tariffs", _("Tariffs"), "money", Role.ADMIN),
        ),
    ),
    Topic(
        _("What happened"),
        (
            Place("web.security_events.events", _("Security events"), "shield", Role.STAFF),
            Place("web.quarantine.messages", _("Set aside"), "aside", Role.STAFF),
            Place("web.audit_log.audit", _("Audit log"), "pen", Role.ADMIN, (f"{OPERATOR}/audit",)),
            Place("web.audit_log.settings", _("Settings"), "sliders", Role.ROOT, (f"{OPERATOR}/settings",)),
        ),
    ),
)


def navigation() -> list[Place]:
    """Return the places that exist for who looks at the page."""
    return _existing(PLACES)


def often() -> list[Place]:
    """Return where operators go every day, as far as it exists for who looks at the page."""
    return _existing(OFTEN)


def topics() -> list[Topic]:
    """Return the operators' other places by topic, as far as they exist for who looks at the page."""
    found = [Topic(topic.label, _existing(topic.places)) for topic in TOPICS]
    return [topic for topic in found if topic.places]


def _existing(places: Iterable[Place]) -> list[Place]:
    user = viewer()
    return [place for place in places if user is not None and user.role.at_least(place.least)]


def here() -> str:
    """Return the address of what is shown: of the page that a form is on, when the form has been sent."""
    return request.full_path.rstrip("?") if request.method == "GET" else parts_of(request.referrer).path or "/"


def with_query(**changes: str) -> str:
    """Return the query of the page at hand with something changed in it."""
    return urlencode({**request.args, **changes})
