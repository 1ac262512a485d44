"""Numbers handed out once."""

from pymongo import ReturnDocument
from pymongo.database import Database

from app.domain.transactions import MAX_TRANSACTION_ID
from app.storage.collection import Document


class Counters:
    def __init__(self, database: Database[Document]) -> None:
        self.documents = database["counters"]

    def next_transaction_id(self) -> int:
        """Return the next transactionId, 1…2³¹−1, never given out before (OCPP 1.6 errata §3.54)."""
        return self._next("transaction_id")

    def next_request_id(self) -> int:
        """Return the next requestId for the messages of the security extension that have one, counted like those."""
        return self._next("request_id")

    def next_charging_profile_id(self) -> int:
        """Return the next chargingProfileId, likewise: two alike on one charge point would replace each other."""
        return self._next("charging_profile_id")

    def next_reservation_id(self) -> int:
        """Return the next reservationId, 1…2³¹−1; never 0, which some charge points send for none."""
        return self._next("reservation_id")

    def _next(self, name: str) -> int:
        document = self.documents.find_one_and_update(
            {"_id": name},
            {"$inc": {"value": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        value = int(document["value"])  # type: ignore[index]  # an upsert always returns a document
        if value > MAX_TRANSACTION_ID:
            raise OverflowError(f"all numbers for {name} up to 2³¹−1 have been handed out")
        return value
