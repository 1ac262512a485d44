"""Reservations: a connector, or any one of them, kept for a tag until a time (OCPP 1.6 §5.13)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial

from ocpp.v16.enums import ChargePointErrorCode, ChargePointStatus, ReservationStatus

from ocpp_server.simulator.bay import Bay
from ocpp_server.simulator.report import Report
from ocpp_server.simulator.reservation import Reservation, same
from ocpp_server.simulator.statuses import Statuses
from ocpp_server.simulator.timers import Timers


class Reservations:
    """Keeps connectors for those who reserved them.

    Which connector is kept is written on it (`Connector.reservation_id`). One for any connector is written on the
    connectors that are left, as soon as there are no more of them than such reservations.
    """

    def __init__(
        self,
        bays: Mapping[int, Bay],
        statuses: Statuses,
        timers: Timers,
        report: Report,
        clock: Callable[[], datetime],
    ) -> None:
        self._bays, self._whole = [bay for number, bay in bays.items() if number > 0], bays[0]
        self._statuses, self._timers, self._report, self._clock = statuses, timers, report, clock
        self._by_id: dict[int, Reservation] = {}
        statuses.changed = self._keep

    def judge(self, wanted: Reservation) -> ReservationStatus:
        """Return the answer to a ReserveNow; one that is known already is replaced."""
        if wanted.expires_at <= self._clock():
            return ReservationStatus.rejected
        if (trouble := _trouble(self._whole)) is not None:
            return trouble
        if wanted.connector_id == 0:
            return self._judge_roaming(wanted)
        bay = next((b for b in self._bays if b.connector.connector_id == wanted.connector_id), None)
        if bay is None:
            return ReservationStatus.rejected
        kept = bay.connector.reservation_id not in (None, wanted.reservation_id)
        return self._obstacle(bay, wanted) or (ReservationStatus.occupied if kept else ReservationStatus.accepted)

    def _judge_roaming(self, wanted: Reservation) -> ReservationStatus:
        obstacles = [self._obstacle(bay, wanted) for bay in self._bays]
        others = [r for r in self._roaming() if r.reservation_id != wanted.reservation_id]
        if obstacles.count(None) > len(others):
            return ReservationStatus.accepted
        same_everywhere = obstacles[0] if len(set(obstacles)) == 1 else None
        return same_everywhere or ReservationStatus.occupied

    def make(self, reservation: Reservation) -> None:
        """Keep a connector from now on."""
        number = reservation.reservation_id
        self._by_id[number] = reservation
        seconds = (reservation.expires_at - self._clock()).total_seconds()
        until = f"{reservation.expires_at.astimezone():%H:%M:%S}"
        self._report(f"reservation {number}: kept for {reservation.id_tag} until {until}", _where(reservation))
        self._timers.start(("reservation", number), seconds, partial(self._end, number, "has expired"))
        self._keep()

    def cancel(self, reservation_id: int) -> None:
        """Keep no connector for it any more."""
        self._end(reservation_id, "is cancelled")

    def knows(self, reservation_id: int) -> bool:
        return reservation_id in self._by_id

    def end_at(self, connector_id: int, trouble: ChargePointStatus) -> None:
        """End what cannot be kept any more: the connector, or with 0 the charge point, is out of order."""
        for number, reservation in list(self._by_id.items()):
            if connector_id in (0, reservation.connector_id):
                self._end(number, f"has ended: {trouble}")

    def admits(self, bay: Bay, id_tag: str, parent_id_tag: str | None = None) -> bool:
        """Tell whether a tag may begin at a connector, as far as its parent is known."""
        kept_for = self._kept_for(bay)
        return not kept_for or any(r.is_for(id_tag, parent_id_tag) for r in kept_for)

    def may_admit(self, bay: Bay, id_tag: str) -> bool:
        """Tell whether a tag may begin there, or might: its parent has to be asked for."""
        return self.admits(bay, id_tag) or any(r.parent_id_tag is not None for r in self._kept_for(bay))

    def _kept_for(self, bay: Bay) -> list[Reservation]:
        """Return the reservations that a connector is kept for, one of which is written on it."""
        number = bay.connector.reservation_id
        if number is None or number not in self._by_id:
            return []
        written = self._by_id[number]
        return [r for r in self._by_id.values() if r.connector_id == 0] if written.connector_id == 0 else [written]

    def claim_of(self, bay: Bay, id_tag: str, parent_id_tag: str | None = None) -> int | None:
        """Return the reservation that a tag will use when it begins at a connector: its own before its family's."""
        here = bay.connector.connector_id
        fitting = [r for r in self._by_id.values() if r.connector_id in (here, 0) and r.is_for(id_tag, parent_id_tag)]
        best = max(fitting, key=lambda r: (same(r.id_tag, id_tag), r.connector_id == here), default=None)
        return best.reservation_id if best else None

    def use(self, reservation_id: int | None) -> int | None:
        """End a reservation, for its driver begins; return its id, None where it is no more."""
        if reservation_id is None or reservation_id not in self._by_id:
            return None
        self._end(reservation_id, "is used")
        return reservation_id

    def _obstacle(self, bay: Bay, wanted: Reservation) -> ReservationStatus | None:
        """Return what keeps a connector from being reserved, but for reservations of any connector."""
        connector = bay.connector
        if connector.in_transaction:
            return ReservationStatus.occupied
        if (trouble := _trouble(bay)) is not None:
            return trouble
        others = (r for number, r in self._by_id.items() if number != wanted.reservation_id)
        reserved = any(r.connector_id == connector.connector_id for r in others)
        occupied = connector.plugged or connector.id_tag is not None or reserved
        return ReservationStatus.occupied if occupied else None

    def _roaming(self) -> list[Reservation]:
        """Return the reservations of any connector whose drivers have not come yet."""
        claimed = {bay.connector.claim for bay in self._bays}
        return [r for n, r in self._by_id.items() if r.connector_id == 0 and n not in claimed]

    def _end(self, reservation_id: int, how: str) -> None:
        reservation = self._by_id.pop(reservation_id, None)
        if reservation is None:
            return  # it has ended since the Central System was answered
        self._timers.cancel(("reservation", reservation_id))
        self._report(f"reservation {reservation_id}: {how}", _where(reservation))
        self._keep()

    def _keep(self) -> None:
        """Write on each connector what it is kept for; what changes is told."""
        own = {r.connector_id: number for number, r in self._by_id.items()}
        free = [b for b in self._bays if b.connector.takes_a_tag and b.connector.connector_id not in own]
        roaming = self._roaming()
        scarce = self._whole.connector.takes_a_tag and len(free) <= len(roaming)
        for_any = {b.connector.connector_id: r.reservation_id for b, r in zip(free, roaming, strict=False) if scarce}
        for bay in self._bays:
            connector = bay.connector
            kept_for = own.get(connector.connector_id, for_any.get(connector.connector_id))
            if connector.claim in self._by_id:
                kept_for = connector.reservation_id  # its driver is there: nothing changes until he begins or leaves
            if connector.reservation_id != kept_for:
                bay.connector = connector.keep_for(kept_for)
                self._statuses.review(bay)


def _trouble(bay: Bay) -> ReservationStatus | None:
    if bay.connector.error_code != ChargePointErrorCode.no_error:
        return ReservationStatus.faulted
    return None if bay.connector.operative else ReservationStatus.unavailable


def _where(reservation: Reservation) -> int | None:
    return reservation.connector_id or None
