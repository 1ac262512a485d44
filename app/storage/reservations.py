"""Reservations, by the reservationId that the charge point knows them by."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from app.domain.reservations import OPEN, USABLE, Reservation, ReservationState
from app.storage.collection import Collection, Document, Order

_OPEN: Document = {"state": {"$in": [state.value for state in OPEN]}}


class Reservations(Collection[Reservation]):
    name = "reservations"
    key = "reservation_id"
    kind = Reservation
    readers = {"state": ReservationState}
    versioned = True
    order = Order("requested_at", -1)
    indexes = (
        # Of two drivers at once one gets the connector. How many may be for any connector, the charge point decides.
        IndexModel(
            [("charge_point_id", ASCENDING), ("connector_id", ASCENDING)],
            name="one_open_per_connector",
            unique=True,
            partialFilterExpression={**_OPEN, "connector_id": {"$gt": 0}},
        ),
        IndexModel(
            [("username", ASCENDING)],
            name="one_open_per_account",
            unique=True,
            partialFilterExpression={**_OPEN, "username": {"$exists": True}},
        ),
        IndexModel([("charge_point_id", ASCENDING), ("state", ASCENDING), ("expires_at", ASCENDING)]),
        IndexModel([("state", ASCENDING), ("expires_at", ASCENDING)]),
        order.index(),
        order.index("charge_point_id"),
        order.index("username"),
        order.index("id_tag"),
        order.index("state"),
    )

    def of(self, charge_point_id: str, reservation_id: int) -> Reservation | None:
        """Return a reservation, if it is this very charge point's."""
        return self.first({"_id": reservation_id, "charge_point_id": {"$eq": charge_point_id}})

    def open_on(self, charge_point_id: str) -> list[Reservation]:
        """Return what has not ended on a charge point."""
        return self.find({"charge_point_id": {"$eq": charge_point_id}, **_OPEN})

    def open_of(self, username: str) -> list[Reservation]:
        """Return what an account has that has not ended."""
        return self.find({"username": {"$eq": username}, **_OPEN})

    def usable_on(self, charge_point_id: str, at: datetime) -> list[Reservation]:
        """Return what a transaction that began then may have used."""
        return self.find(
            {
                "charge_point_id": {"$eq": charge_point_id},
                "state": {"$in": [state.value for state in USABLE]},
                "expires_at": {"$gt": at},
            }
        )

    def holding(self, charge_point_id: str, connector_id: int, now: datetime) -> Reservation | None:
        """Return the reservation that holds a connector now."""
        return self.first(
            {
                "charge_point_id": {"$eq": charge_point_id},
                "state": ReservationState.RESERVED.value,
                "expires_at": {"$gt": now},
                "connector_id": connector_id,
            }
        )

    def last_ended_on(self, charge_point_id: str, connector_id: int, reason: str, now: datetime) -> Reservation | None:
        """Return the last reservation of a connector that ended so and whose time has not passed."""
        return self.first(
            {
                "charge_point_id": {"$eq": charge_point_id},
                "state": ReservationState.ENDED.value,
                "expires_at": {"$gt": now},
                "connector_id": connector_id,
                "reason": reason,
            },
            sort=[("ended_at", -1)],
        )

    def move(
        self, reservation_id: int, states: Iterable[ReservationState], changes: Mapping[str, Any]
    ) -> Reservation | None:
        """Change a reservation if its state is still one of `states`; None when it is not."""
        return self.update(reservation_id, changes, when={"state": {"$in": [state.value for state in states]}})

    def revive(self, reservation_id: int, changes: Mapping[str, Any]) -> Reservation | None:
        """Open an ended reservation again; None when there is another by now, of its connector or its driver."""
        try:
            return self.move(reservation_id, (ReservationState.ENDED,), changes)
        except DuplicateKeyError:
            return None

    def due(self, now: datetime, limit: int = 500) -> list[Reservation]:
        """Return the open reservations whose time has passed."""
        return self.find({**_OPEN, "expires_at": {"$lte": now}}, limit=limit)
