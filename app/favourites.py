"""Favourites as drivers keep them."""

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from ocpp.v16.enums import RegistrationStatus

from app.domain.charge_points import charge_point_key
from app.domain.favourites import MOST_PER_ACCOUNT, Favourite
from app.errors import AlreadyExists, Conflict, NotFound
from app.storage.database import Storage
from app.storage.users import User


class Favourites:
    """The use cases; `now` is the clock they go by."""

    def __init__(self, storage: Storage, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._now = now
        # Of two that are added at once both are counted.
        self._counting = threading.Lock()

    def keys(self, user: User) -> dict[str, Favourite]:
        """Return the user's favourites by their charge points' keys."""
        return {charge_point_key(one.charge_point_id): one for one in self._storage.favourites.of(user.username)}

    def add(self, user: User, charge_point_id: str) -> None:
        """Keep a charge point in service at hand; raises NotFound, or Conflict for one too many."""
        charge_point = self._storage.charge_points.get(charge_point_id)
        if charge_point is None or charge_point.registration != RegistrationStatus.accepted:
            raise NotFound(f"there is no charge point {charge_point_id} in service")
        with self._counting:
            known = self.keys(user)
            if charge_point_key(charge_point_id) in known:
                return
            if len(known) >= MOST_PER_ACCOUNT and not self._make_room(known):
                raise Conflict("too_many_favourites", f"an account has {MOST_PER_ACCOUNT} favourites at most")
            favourite = Favourite(uuid4().hex, user.username, charge_point.charge_point_id, self._now())
            with suppress(AlreadyExists):
                self._storage.favourites.insert(favourite)

    def _make_room(self, known: Mapping[str, Favourite]) -> bool:
        """Let go of a favourite that is not in service, which its owner cannot see to take it away; tell if one was."""
        in_service = self._storage.charge_points.find(self._storage.charge_points.in_service_among(known))
        unseen = known.keys() - {charge_point_key(one.charge_point_id) for one in in_service}
        return bool(unseen) and self._storage.favourites.delete(known[min(unseen)].favourite_id)

    def remove(self, user: User, charge_point_id: str) -> None:
        """Let a favourite go; raises NotFound."""
        favourite = self.keys(user).get(charge_point_key(charge_point_id))
        if favourite is None or not self._storage.favourites.delete(favourite.favourite_id):
            raise NotFound("there is no such charge point among your favourites")
