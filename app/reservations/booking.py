"""Reservations as drivers make and cancel them: a connector held for a tag until a time (OCPP 1.6 §5.2, §5.13)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ocpp.v16 import call
from ocpp.v16.enums import Action

from app.command_outcomes import OUTCOME_UNKNOWN
from app.commands import Commands
from app.config import Settings
from app.configuration.capabilities import KnownCapabilities
from app.domain.capabilities import Supported
from app.domain.charge_points import ChargePoint
from app.domain.id_tags import IdTag
from app.domain.phrases import Phrase
from app.domain.reservation_hints import RESERVE_UNKNOWN, why_not_reserved
from app.domain.reservations import OPEN, Reservation, ReservationState
from app.domain.roles import Role
from app.errors import AlreadyExists, BadInput, CommandFailed, Conflict, NotFound
from app.id_tags import judge
from app.selection import find_charge_point, find_tag, require_accepted, require_in_service
from app.storage.database import Storage
from app.storage.users import User


@dataclass(frozen=True, slots=True)
class ReserveRequest:
    """What is asked for: `id_tag` None means the account's own, neither an end nor minutes: as long as is usual."""

    evse_id: str
    connector_id: int
    id_tag: str | None = None
    expires_at: datetime | None = None
    minutes: int | None = None


class Reservations:
    """The use cases; `now` is the clock they go by."""

    def __init__(
        self,
        storage: Storage,
        commands: Commands,
        capabilities: KnownCapabilities,
        settings: Settings,
        now: Callable[[], datetime],
    ) -> None:
        self._storage = storage
        self._commands = commands
        self._capabilities = capabilities
        self._usual = timedelta(seconds=min(settings.reservation_lifetime, settings.reservation_max))
        self._longest = timedelta(seconds=settings.reservation_max)
        self._now = now

    def reserve(self, user: User, request: ReserveRequest) -> Reservation:
        """Create a reservation, ask the charge point to hold the connector, and return what came of it.

        Raises NotFound, BadInput, Conflict (offline, not supported, reserved already, one open already, tag not
        accepted), CommandFailed (no usable answer).
        """
        charge_point = find_charge_point(self._storage, request.evse_id, request.connector_id)
        tag = find_tag(self._storage, user, request.id_tag)
        now = self._now()
        expires_at = self._end(request, now)
        require_in_service(self._commands, charge_point)
        self._require_possible(charge_point, request.connector_id)
        verdict, _tag = judge(self._storage, tag.id_tag, now)
        require_accepted(verdict)
        reservation = Reservation(
            reservation_id=self._storage.counters.next_reservation_id(),
            charge_point_id=charge_point.charge_point_id,
            connector_id=request.connector_id,
            id_tag=tag.id_tag,
            parent_id_tag=self._family_of(tag),
            username=tag.username,
            state=ReservationState.REQUESTED,
            hint=RESERVE_UNKNOWN,
            requested_by=user.username,
            requested_at=now,
            expires_at=expires_at,
        )
        try:
            # Stored before the charge point is called: a quick one tells that it is Reserved before it answers.
            self._storage.reservations.insert(reservation)
        except AlreadyExists as error:
            raise _taken(error, reservation) from error
        return self._ask_to_reserve(user, reservation)

    def _family_of(self, tag: IdTag) -> str | None:
        """Return the parent by which others may use a reservation: of a tag that is one itself, its children may."""
        if tag.parent_id_tag is None and self._storage.id_tags.is_parent(tag.id_tag):
            return tag.id_tag
        return tag.parent_id_tag

    def _require_possible(self, charge_point: ChargePoint, connector_id: int) -> None:
        (verdict,) = self._capabilities.judge(charge_point, Action.reserve_now)
        if verdict.supported is Supported.NO:
            raise Conflict(
                "not_supported_by_charge_point", "this charge point takes no reservations", reason=verdict.reason
            )
        key = "ReserveConnectorZeroSupported"
        if connector_id == 0 and self._capabilities.configuration(charge_point).boolean_of(key) is False:
            raise Conflict(
                "not_supported_by_charge_point",
                "this charge point only takes reservations of one of its connectors",
                reason=f"{key} is false",
            )

    def _end(self, request: ReserveRequest, now: datetime) -> datetime:
        field, wanted = "expires_at", request.expires_at or now + self._usual
        if request.minutes is not None:
            field, wanted = "minutes", now + timedelta(minutes=request.minutes)
        if not now < wanted <= now + self._longest:
            most = self._longest.total_seconds() / 60
            raise BadInput(field, Phrase("must end after now and within %(most)g minutes", most=most))
        return wanted

    def _ask_to_reserve(self, user: User, reservation: Reservation) -> Reservation:
        try:
            outcome = self._commands.send(reservation.charge_point_id, reservation.request, requested_by=user.username)
        except CommandFailed as failure:
            self._record_failure(reservation, failure)
            raise
        # What the answer means was learnt by the time it is here.
        told = self._storage.reservations.update(reservation.reservation_id, {"command_id": outcome.command_id})
        return told or reservation

    def _record_failure(self, reservation: Reservation, failure: CommandFailed) -> None:
        failure.facts["reservation_id"] = reservation.reservation_id
        changes: dict[str, Any] = {"command_id": failure.facts.get("command_id"), "reason": failure.message}
        if failure.code not in OUTCOME_UNKNOWN:
            hint = why_not_reserved("") if failure.code == "call_error" else None
            changes |= {"state": ReservationState.FAILED, "hint": hint, "ended_at": self._now()}
        self._storage.reservations.move(reservation.reservation_id, (ReservationState.REQUESTED,), changes)

    def cancel(self, user: User, reservation_id: int) -> Reservation:
        """Ask the charge point to let go of a reservation of the user's own (of anybody's, for staff).

        Returns what came of it: `cancelled`, or what the charge point's Rejected means. Raises NotFound, Conflict
        when it is over already, CommandFailed.
        """
        reservation = self.get(user, reservation_id)
        if reservation.state not in OPEN:
            raise Conflict("reservation_ended", f"this reservation is {reservation.state.value} already")
        request = call.CancelReservation(reservation_id=reservation.reservation_id)
        self._commands.send(reservation.charge_point_id, request, requested_by=user.username)
        return self._storage.reservations.get(reservation_id) or reservation

    def get(self, user: User, reservation_id: int) -> Reservation:
        """Return a reservation of the user's own (any, for staff); raises NotFound for all else."""
        reservation = self._storage.reservations.get(reservation_id)
        own = reservation is not None and (reservation.username or "").casefold() == user.user_id
        if reservation is None or not (own or user.role.at_least(Role.STAFF)):
            raise NotFound("there is no such reservation among yours")
        return reservation


def _taken(error: AlreadyExists, reservation: Reservation) -> Conflict:
    if "username" in error.fields:
        return Conflict(
            "reservation_open", "this account has a reservation already; cancel it first, or wait for its end"
        )
    return Conflict("connector_reserved", f"connector {reservation.connector_id} is reserved already")
