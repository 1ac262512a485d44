"""Every page there is, from the URL map, with the address of one that has something on it, and who looks at it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.roles import Role
from tests.app.every_route import PAGES, Route

# What is fetched from addresses like a page's and is none.
NO_PAGES = {
    "/manifest.webmanifest": "a file",
    "/service-worker.js": "a file",
    "/static/<path:name>": "a file",
    "/charge-points": "a part of /",
    "/going-on": "a part of /",
    "/charge/<charge_point_id>/<int(min=1, max=100):connector_id>/status": "a part of the charger's page",
    "/operator/batches/<batch_id>/now": "a part of the batch's page",
    "/operator/charge-points/<charge_point_id>/arrival": "a part of what is shown when one is added",
    "/operator/charge-points/<charge_point_id>/files/now": "a part of the charger's files",
    "/operator/charge-points/<charge_point_id>/live": "a part of the charger's page",
    "/operator/charge-points/<charge_point_id>/messages/<place>": "a part of the charger's messages",
    "/operator/firmware-campaigns/<campaign_id>/now": "a part of the campaign's page",
    "/operator/newcomers/now": "a part of the newcomers' page",
    "/operator/now": "a part of the overview",
    "/sessions/<session_id>/now": "a part of the session's page",
}
# What a page is asked besides, where it needs it to show something, and what else it may show.
QUERIES = {
    "/operator/charge-points/<charge_point_id>/configuration/change": ["?key=HeartbeatInterval"],
    "/operator/charge-points": ["", "?group=place"],
    "/operator/newcomers/accept": ["?charge_point_id={newcomer_id}"],
    "/operator/tag-lists/groups/one": ["?name={list_group}"],
    "/operator/tags/one": ["?id_tag={idTag}"],
    "/operator/tags/why": ["?id_tag={idTag}&at={charge_point_id}&connector=1"],
}
# Of what there is more than one kind: a session that goes on, and one that is over.
OTHERS = {
    "/operator/sessions/<session_id>": [{"session_id": "ended_session_id"}],
    "/sessions/<session_id>": [{"session_id": "ended_session_id"}],
    "/charge/<charge_point_id>/<int(min=1, max=100):connector_id>": [
        {"connector_id": "held_connector_id"},
        {"connector_id": "faulted_connector_id"},
    ],
}
# The receipt is of a session that is over.
INSTEAD = {"/sessions/<session_id>/receipt": {"session_id": "ended_session_id"}}


@dataclass(frozen=True, slots=True)
class Look:
    """A page, and the role of who looks at it, None for somebody who is not logged in."""

    path: str
    role: Role | None


EVERY_PAGE = [route for route in PAGES if route.method == "GET" and route.rule not in NO_PAGES]


def looks_at(route: Route, things: Mapping[str, Any]) -> Iterator[Look]:
    """Yield the page about these things, and what else it may show; raises LookupError where a thing is missing."""
    kinds = [INSTEAD.get(route.rule, {}), *OTHERS.get(route.rule, [])]
    for names in kinds:
        here = {**things, **{name: things[other] for name, other in names.items()}}
        missing = [name for name in route.names if name not in here]
        if missing:
            raise LookupError(f"{route}: let `populated` make a {missing[0]}, or say in NO_PAGES why it is no page")
        for query in QUERIES.get(route.rule, [""]):
            path = (route.path + query).format_map(here)
            yield from (Look(path, role) for role in _who(route))


def _who(route: Route) -> list[Role | None]:
    """Return who looks: of a page for everybody somebody who is logged in too, for it is another one to him."""
    match route.policy.role:
        case None:
            return [None, Role.USER] if route.rule == "/" else [None]
        case Role.USER:
            return [Role.USER]
    return [Role.ROOT]
