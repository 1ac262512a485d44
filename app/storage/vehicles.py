"""Vehicles, by an id of their own."""

from pymongo import ASCENDING, IndexModel

from app.domain.vehicles import Vehicle
from app.storage.audit import Audited


class Vehicles(Audited[Vehicle]):
    called = "vehicle"
    name = "vehicles"
    key = "vehicle_id"
    kind = Vehicle
    indexes = (IndexModel([("username", ASCENDING), ("_id", ASCENDING)]),)

    def has_as_many(self, username: str, number: int) -> bool:
        """Tell whether an account has that many vehicles, or more."""
        return self.documents.count_documents({"username": {"$eq": username}}, limit=number) >= number

    def of(self, username: str) -> list[Vehicle]:
        """Return an account's vehicles, in the order in which they are listed."""
        return self.find({"username": {"$eq": username}}, sort=self.order.keys)
