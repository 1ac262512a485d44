"""The calls of reservations, as the charge point answers them (OCPP 1.6 §5.2, §5.13)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from ocpp.v16 import call_result
from ocpp.v16.enums import Action, CancelReservationStatus, RegistrationStatus, ReservationStatus

from ocpp_server.simulator.connection import Connection
from ocpp_server.simulator.registration import Registration
from ocpp_server.simulator.reservation import Reservation, read_expiry
from ocpp_server.simulator.station import Station


class ReservationCalls:
    """A handler only judges; connectors are kept and let go of after the answer is sent."""

    def __init__(self, station: Station, registration: Registration, connection: Connection) -> None:
        self._registration, self._connection = registration, connection
        self._reservations = station.reservations

    def handlers(self) -> dict[Action, Callable[..., Any]]:
        """Return the rows of the table of calls served."""
        return {Action.cancel_reservation: self.cancel_reservation, Action.reserve_now: self.reserve_now}

    def cancel_reservation(self, reservation_id: int) -> call_result.CancelReservation:
        if not self._reservations.knows(reservation_id):
            return call_result.CancelReservation(CancelReservationStatus.rejected)
        self._connection.afterwards(partial(self._reservations.cancel, reservation_id))
        return call_result.CancelReservation(CancelReservationStatus.accepted)

    def reserve_now(
        self, connector_id: int, expiry_date: str, id_tag: str, reservation_id: int, parent_id_tag: str | None = None
    ) -> call_result.ReserveNow:
        expires_at = read_expiry(expiry_date)
        if expires_at is None or self._registration.status != RegistrationStatus.accepted:
            return call_result.ReserveNow(ReservationStatus.rejected)
        wanted = Reservation(reservation_id, connector_id, id_tag, expires_at, parent_id_tag)
        status = self._reservations.judge(wanted)
        if status == ReservationStatus.accepted:
            self._connection.afterwards(partial(self._reservations.make, wanted))
        return call_result.ReserveNow(status)
