"""A driver's favourites: charge points at hand."""

from typing import Any

from flask_openapi3 import Tag

from app.api.answer import Answer, Time, page_of
from app.api.answers_charge_points import ChargePointAnswer
from app.api.context import current_user, services
from app.api.models import ChargePointPath, PageQuery
from app.api.paging import page
from app.api.policy import requires
from app.api.routes import Routes
from app.api.views import charge_point_for_drivers
from app.domain.favourites import Favourite
from app.domain.roles import Role
from app.domain.times import iso
from app.storage.charge_points import ChargePoints

api = Routes("favourites", __name__, url_prefix="/api/me/favourites", abp_tags=[Tag(name="Favourites")])


class FavouriteAnswer(Answer):
    charge_point_id: str
    created_at: Time


@api.get("", summary="Your favourites", responses={200: page_of(ChargePointAnswer)})
@requires(Role.USER, own=True)
def my_favourites(query: PageQuery) -> dict[str, Any]:
    """Charge points as they are now, as drivers see them; one that is not in service any more is not among them."""
    mine = ChargePoints.in_service_among(services.favourites.keys(current_user()))
    return page(services.storage.charge_points, mine, query, charge_point_for_drivers)


@api.put("/<charge_point_id>", summary="Keep a charge point among your favourites", responses={204: None})
@requires(Role.USER, own=False)
def add_favourite(path: ChargePointPath) -> tuple[str, int]:
    """At most 50, of which one that is not in service any more makes room; one that is among them already stays."""
    services.favourites.add(current_user(), path.charge_point_id)
    return "", 204


@api.delete("/<charge_point_id>", summary="Take a charge point from your favourites", responses={204: None})
@requires(Role.USER, own=True)
def remove_favourite(path: ChargePointPath) -> tuple[str, int]:
    services.favourites.remove(current_user(), path.charge_point_id)
    return "", 204


def favourite_json(favourite: Favourite) -> dict[str, Any]:
    return {"charge_point_id": favourite.charge_point_id, "created_at": iso(favourite.created_at)}
