"""Where one can go from everywhere: the pages in the menu, and from which role on they exist."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from flask import request
from flask_babel import lazy_gettext as _

from app.domain.roles import Role
from app.web.viewer import viewer


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the menu; one is there on every page of its group."""

    endpoint: str
    label: object
    icon: str
    least: Role = Role.USER

    @property
    def is_here(self) -> bool:
        return (request.endpoint or "").rpartition(".")[0] == self.endpoint.rpartition(".")[0]


PLACES = (
    Place("web.home.home", _("Charge"), "bolt"),
    Place("web.sessions.history", _("History"), "clock"),
    Place("web.profile.profile_page", _("Profile"), "person"),
)


def navigation() -> list[Place]:
    """Return the places that exist for who looks at the page."""
    user = viewer()
    return [place for place in PLACES if user is not None and user.role.at_least(place.least)]


def here() -> str:
    """Return the address of what is shown: of the page that a form is on, when the form has been sent."""
    return request.full_path.rstrip("?") if request.method == "GET" else urlsplit(request.referrer or "/").path


def with_query(**changes: str) -> str:
    """Return the query of the page at hand with something changed in it."""
    return urlencode({**request.args, **changes})
