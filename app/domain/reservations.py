"""Reservations: what one is, who may use it, and what of a charge point's messages tells of it (OCPP 1.6 §5.13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ocpp.v16 import call

from app.domain.charge_points import Connector
from app.domain.id_tags import IdTag
from app.domain.numbers import integer
from app.domain.sessions import Session
from app.domain.times import CLOCK_SLACK, iso
from app.domain.transactions import MAX_TRANSACTION_ID


class ReservationState(StrEnum):
    """`requested → reserved → used | cancelled | expired | ended`, or an early end as `refused` or `failed`."""

    REQUESTED = "requested"
    RESERVED = "reserved"
    USED = "used"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ENDED = "ended"
    REFUSED = "refused"
    FAILED = "failed"


OPEN = (ReservationState.REQUESTED, ReservationState.RESERVED)
# A start that names its reservation is the truth, even where we thought that it was over or had never been.
USABLE = (*OPEN, ReservationState.ENDED, ReservationState.EXPIRED, ReservationState.FAILED)

RELEASED = "the charge point released it"
NOBODY_CAME = "nobody came in time"
NOT_KNOWN = "the charge point does not know it any more"
# Ended so, it may have been used: some charge points let go of it first and tell of the transaction afterwards.
_MAY_STILL_BE_USED = (RELEASED, NOT_KNOWN)
# By so much may a charge point's clock be ahead, so that for it the time is over.
_AHEAD = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Reservation:
    """A connector held for a tag; connector 0 is any one of the charge point's.

    `reserve_status` and `cancel_status` are the charge point's own answers. `seen_at` is when the charge point last
    told that the connector is Reserved; only then does Available mean that it is so no more. `username` is whose the
    tag is.
    """

    reservation_id: int
    charge_point_id: str
    connector_id: int
    id_tag: str
    state: ReservationState
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    parent_id_tag: str | None = None
    username: str | None = None
    reason: str | None = None
    hint: str | None = None
    reserve_status: str | None = None
    cancel_status: str | None = None
    command_id: str | None = None
    session_id: str | None = None
    seen_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0

    @property
    def request(self) -> call.ReserveNow:
        """Return what the charge point is asked."""
        return call.ReserveNow(
            connector_id=self.connector_id,
            expiry_date=iso(self.expires_at),
            id_tag=self.id_tag,
            reservation_id=self.reservation_id,
            parent_id_tag=self.parent_id_tag,
        )

    def is_for(self, tag: IdTag) -> bool:
        """Tell whether a tag may use it: the one it was made for, its parent, or one with the same parent."""
        if tag.id_tag == self.id_tag:
            return True
        return self.parent_id_tag is not None and self.parent_id_tag in (tag.id_tag, tag.parent_id_tag)


def reservation_number(value: object) -> int | None:
    """Return a reservationId that we can have given out, or None: 0 and −1 stand for "none" with many."""
    return integer(value, 1, MAX_TRANSACTION_ID)


def used_by(
    session: Session, tag: IdTag, reservation_id: int | None, reservations: Sequence[Reservation]
) -> Reservation | None:
    """Return the reservation that a transaction used, or None.

    The one it names; or else one for its tag, the tag's own before its family's, the connector's before one for any.
    """
    named = next((r for r in reservations if r.reservation_id == reservation_id), None)
    if named is not None:
        return named if named.state in USABLE else None
    fitting = [
        r
        for r in reservations
        if (r.state in (*OPEN, ReservationState.EXPIRED) or r.reason in _MAY_STILL_BE_USED)
        and r.connector_id in (0, session.connector_id)
        and r.is_for(tag)
        and _began_within(session, r)
    ]
    return max(fitting, key=lambda r: (r.id_tag == tag.id_tag, r.connector_id > 0), default=None)


def overridden_by(session: Session, tag: IdTag, reservations: Sequence[Reservation]) -> Reservation | None:
    """Return the reservation of its connector that a transaction disregards, or None: the charge point decides."""
    for r in reservations:
        held = r.state is ReservationState.RESERVED and r.connector_id == session.connector_id
        if held and not r.is_for(tag) and _began_within(session, r):
            return r
    return None


def _began_within(session: Session, reservation: Reservation) -> bool:
    """Tell whether a transaction, which may come late, is neither from before the reservation nor from after it."""
    began_at = session.started_at
    return began_at is None or reservation.requested_at - CLOCK_SLACK <= began_at < reservation.expires_at


def tells_of(connector: Connector, reservation: Reservation) -> bool:
    """Tell whether a status concerns a reservation: its connector's, or the whole's, and not from before it."""
    same = connector.connector_id in (0, reservation.connector_id)
    return same and connector.status_at >= reservation.requested_at - CLOCK_SLACK


def why_ended(connector: Connector, reservation: Reservation) -> str | None:
    """Return why a connector's new status ends a reservation, None when it does not (OCPP 1.6 §5.13)."""
    if connector.status in ("Faulted", "Unavailable"):
        what = f"connector {connector.connector_id}" if connector.connector_id else "the charge point"
        return f"{what} is {connector.status}"
    own = connector.connector_id == reservation.connector_id
    if connector.status == "Available" and own and reservation.seen_at is not None:
        return NOBODY_CAME if connector.status_at >= reservation.expires_at - _AHEAD else RELEASED
    return None
