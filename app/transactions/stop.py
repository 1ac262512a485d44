"""StopTransaction, booked: never refused, late, twice, without a tag or of nobody (OCPP 1.6 §4.10)."""

from datetime import datetime, timedelta
from typing import Any

from ocpp.v16.datatypes import IdTagInfo

from app.domain.meter_values import in_order_of_time, read
from app.domain.session_hints import why_ended
from app.domain.sessions import ENDED, RUNNING, Session
from app.domain.transactions import Stop, matching_transaction, read_stop, stop_oddities
from app.id_tags import id_tag_info, judge, related
from app.incidents import note_foreign_transaction, set_aside
from app.storage.database import Storage
from app.storage.meter_values import to_record

_REMEMBERED = timedelta(days=1)


class StopTransaction:
    """The use case. It runs on worker threads; of two different stops of one transaction the first is booked."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def book(
        self, charge_point_id: str, request: dict[str, Any], received_at: datetime
    ) -> tuple[IdTagInfo | None, Session | None]:
        """Book a StopTransaction.req.

        Returns what the answer says of the tag, None where the request names none, and the session it is about,
        None where there is none; what is odd about it waits in the quarantine for a person.
        """
        stop = read_stop(charge_point_id, request, received_at)
        session = self._session_of(stop, received_at)
        if session is None:
            self._of_nobody(stop, request, received_at)
        elif session.state not in ENDED or session.provisional_end:
            session = self._end(session, stop, request, received_at)
        if session is not None and session.stop_key != stop.key:
            self._set_aside(stop, request, ["already_stopped"], session, received_at)
        if not stop.id_tag:
            return None, session
        verdict, tag = judge(self._storage, stop.id_tag, received_at)
        return id_tag_info(verdict.status.value, tag), session

    def _session_of(self, stop: Stop, received_at: datetime) -> Session | None:
        if stop.transaction_id is not None:
            return self._storage.sessions.by_transaction(stop.charge_point_id, stop.transaction_id)
        if repeated := self._storage.sessions.first({"stop_key": stop.key}):
            return repeated
        running = [s for s in self._storage.sessions.open_on(stop.charge_point_id) if s.state in RUNNING]
        closed = self._storage.sessions.closed_without_stop(stop.charge_point_id, received_at - _REMEMBERED)
        return matching_transaction(stop, running, closed)

    def _end(self, session: Session, stop: Stop, request: dict[str, Any], received_at: datetime) -> Session:
        """Book the stop and return the session as it now is: ended by this stop or, at the same moment, by another."""
        # The end comes last: after a crash in between the charge point repeats all, and everything is kept once.
        readings = [read(v, received_at) for v in request.get("transactionData") or []]
        if readings:
            number = session.transaction_id
            self._storage.meter_values.insert_batch(
                [to_record(stop.charge_point_id, session.connector_id, number, r, received_at) for r in readings]
            )
        tag_related = not stop.id_tag or related(self._storage, stop.id_tag, session.id_tag)
        if oddities := stop_oddities(stop, session, tag_related=tag_related):
            self._set_aside(stop, request, oddities, session, received_at)
        changes: dict[str, Any] = {
            "stopped_at": max(stop.stopped_at, session.started_at or stop.stopped_at),
            "meter_stop": stop.meter_stop,
            "stop_reason": stop.reason,
            "stop_key": stop.key,
            "power_w": None,
        }
        if session.provisional_end or session.authorization == "Accepted":
            changes |= why_ended(session, stop.reason).told()
        if registers := in_order_of_time(readings):
            if session.first_register_wh is None:
                changes["first_register_wh"] = registers[0].energy_wh
            if session.metered_at is None or session.metered_at <= registers[-1].at:
                changes["last_register_wh"] = registers[-1].energy_wh
        ended = self._storage.sessions.end(session.session_id, changes)
        return ended or self._storage.sessions.get(session.session_id) or session

    def _of_nobody(self, stop: Stop, request: dict[str, Any], received_at: datetime) -> None:
        owner = self._storage.sessions.owner_of(stop.transaction_id) if stop.transaction_id else None
        if owner is None:
            self._set_aside(stop, request, ["unknown_transaction"], None, received_at)
            return
        self._set_aside(stop, request, ["foreign_transaction"], None, received_at)
        note_foreign_transaction(
            self._storage, stop.charge_point_id, "StopTransaction", stop.transaction_id, received_at
        )

    def _set_aside(
        self, stop: Stop, request: dict[str, Any], reasons: list[str], session: Session | None, received_at: datetime
    ) -> None:
        set_aside(
            self._storage,
            stop.charge_point_id,
            "StopTransaction",
            request,
            key=stop.key,
            reasons=reasons,
            session=session,
            at=received_at,
        )
