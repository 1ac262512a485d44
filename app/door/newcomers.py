"""Charge points that nobody has announced: seen at the door, taken in under this name or another, or ignored."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.domain.charge_points import ChargePoint, charge_point_key
from app.domain.similar_ids import SimilarIds
from app.errors import NotFound
from app.fleet import Fleet
from app.storage.database import Storage
from app.storage.newcomers import Newcomer
from app.storage.refusals import Refusal
from ocpp_server.central_system import Handshake


def record_refusals(storage: Storage, refusals: Sequence[Refusal]) -> None:
    """Write refusals down, and which of them were of charge points that nobody knows."""
    storage.refusals.record(refusals)
    at_the_door = [one for one in refusals if one.kind == "refused" and one.key]
    known = storage.charge_points.announced({one.key for one in at_the_door}) if at_the_door else set()
    storage.newcomers.record([_refused(one) for one in at_the_door if one.key not in known])


def _refused(refusal: Refusal) -> Newcomer:
    return Newcomer(
        key=refusal.key,
        charge_point_id=refusal.charge_point_id,
        remote_address=refusal.remote_address,
        reason=refusal.reason,
        subprotocols=refusal.subprotocols or [],
        secure=bool(refusal.secure),
        username=refusal.username,
        first_at=refusal.first_at,
        last_at=refusal.last_at,
    )


def record_let_in(storage: Storage, handshake: Handshake) -> None:
    """Write down that an unknown charge point was let in to wait for an admin."""
    newcomer = Newcomer(
        key=charge_point_key(handshake.charge_point_id),
        charge_point_id=handshake.charge_point_id,
        remote_address=handshake.remote_address,
        reason="let in to wait for an admin",
        subprotocols=[offered[:50] for offered in handshake.subprotocols[:10]],
        secure=handshake.secure,
        username=handshake.username[:100] if handshake.username else None,
        first_at=handshake.received_at,
        last_at=handshake.received_at,
    )
    storage.newcomers.record([newcomer])


class Newcomers:
    """An admin's use cases."""

    def __init__(self, storage: Storage, fleet: Fleet) -> None:
        self._storage = storage
        self._fleet = fleet

    def similar(self) -> Callable[[str], list[str]]:
        """Return a function that tells which known ids an unknown one is like; it looks them up at its first use."""
        known: list[SimilarIds] = []

        def similar_to(charge_point_id: str) -> list[str]:
            if not known:
                known.append(SimilarIds(self._storage.charge_points.announced_ids()))
            return known[0].to(charge_point_id)

        return similar_to

    def waiting(self, newcomers: Iterable[Newcomer]) -> dict[str, ChargePoint]:
        """Return which of them have a charge point here, by key: pending ones, or announced ones meanwhile."""
        keys = [newcomer.key for newcomer in newcomers]
        return {charge_point_key(one.charge_point_id): one for one in self._storage.charge_points.of_keys(keys)}

    def accept(
        self, charge_point_id: str, rename_to: str | None, facts: Mapping[str, Any]
    ) -> tuple[ChargePoint, str | None]:
        """Take a newcomer in; returns the charge point and, if one was made, its password, shown this once.

        Who waits inside keeps the password it came with, and its name, unless it gets another name. Raises NotFound,
        BadInput, Conflict.
        """
        newcomer, waiting = self._find(charge_point_id)
        name = rename_to or newcomer.charge_point_id
        if waiting is not None and charge_point_key(name) == newcomer.key:
            accepted = self._fleet.accept(waiting, facts)
        else:
            known = {"serial_number": newcomer.serial_number} if newcomer.serial_number else {}
            accepted = self._fleet.add(name, None, {**known, **facts})
            if waiting is not None:
                self._fleet.remove(waiting.charge_point_id)
        self._storage.newcomers.delete(charge_point_id)
        return accepted

    def ignore(self, charge_point_id: str) -> None:
        """List a newcomer no more and let it in no more, not even to wait. Raises NotFound."""
        newcomer, waiting = self._find(charge_point_id)
        self._storage.newcomers.update(newcomer.key, {"ignored": True})
        if waiting is not None:
            self._fleet.remove(waiting.charge_point_id)

    def ignore_no_more(self, charge_point_id: str) -> None:
        """List it again. Raises NotFound."""
        newcomer, _waiting = self._find(charge_point_id)
        self._storage.newcomers.update(newcomer.key, {"ignored": False})

    def _find(self, charge_point_id: str) -> tuple[Newcomer, ChargePoint | None]:
        newcomer = self._storage.newcomers.get(charge_point_id)
        charge_point = self._storage.charge_points.get(charge_point_id)
        if newcomer is None or (charge_point is not None and charge_point.pending_until is None):
            raise NotFound(f"no unknown charge point {charge_point_id} has been here lately")
        return newcomer, charge_point
