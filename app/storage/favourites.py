"""Favourites, one for each account and charge point."""

from pymongo import ASCENDING, IndexModel

from app.domain.favourites import Favourite
from app.storage.audit import Audited
from app.storage.collection import Order


class Favourites(Audited[Favourite]):
    called = "favourite"
    name = "favourites"
    key = "favourite_id"
    kind = Favourite
    order = Order("charge_point_id", 1)
    indexes = (
        order.index("username"),
        IndexModel([("username", ASCENDING), ("charge_point_id", ASCENDING)], unique=True),
        IndexModel([("charge_point_id", ASCENDING)]),
    )

    def of(self, username: str) -> list[Favourite]:
        """Return an account's favourites."""
        return self.find({"username": {"$eq": username}}, sort=self.order.keys)

    def drop_charge_point(self, charge_point_id: str) -> None:
        """Let a charge point be nobody's favourite."""
        self.documents.delete_many({"charge_point_id": {"$eq": charge_point_id}})
