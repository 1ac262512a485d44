"""StartTransaction and StopTransaction, booked: always answered, once, and only the charge point's own."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import orjson
from ocpp.v16.datatypes import IdTagInfo

from app.domain.authorization import Verdict
from app.domain.id_tags import IdTag
from app.domain.meter_values import read
from app.domain.sessions import ENDED, PENDING, RUNNING, Session, State
from app.domain.transactions import (
    Start,
    Stop,
    matching_request,
    matching_transaction,
    oddities,
    read_start,
    read_stop,
)
from app.id_tags import id_tag_info, judge, judge_start, related
from app.storage.database import Storage
from app.storage.meter_values import to_record
from app.storage.records import Quarantined

_LOCKS = 64


class Transactions:
    """The two use cases. They run on worker threads; starts of one tag go one after the other, so that two of them
    cannot both find the tag free."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._locks = [threading.Lock() for _ in range(_LOCKS)]

    def start(
        self, charge_point_id: str, request: dict[str, Any], received_at: datetime
    ) -> tuple[int, IdTagInfo, Session]:
        """Book a StartTransaction.req (OCPP 1.6 §4.8) and return its id and verdict; a retry gets the first answer."""
        start = read_start(charge_point_id, request, received_at)
        with self._locks[hash(start.id_tag) % _LOCKS]:
            session = self._known(start) or self._book(start, received_at)
        tag = self._storage.id_tags.get(session.id_tag)
        return session.transaction_id or 0, id_tag_info(session.authorization or "Invalid", tag), session

    def _known(self, start: Start) -> Session | None:
        known = self._storage.sessions.first({"start_key": start.key})
        if known is not None and known.state in ENDED and not start.clock_trusted:
            # A charger whose clock begins at 1970 with every boot repeats itself without repeating a transaction.
            self._storage.sessions.update(known.session_id, {"start_key": None})
            return None
        return known

    def _book(self, start: Start, received_at: datetime) -> Session:
        here = self._storage.sessions.open_on(start.charge_point_id, start.connector_id)
        request = matching_request(start, here)
        id_tag = start.id_tag or (request.id_tag if request else "")
        verdict, tag = judge_start(
            self._storage,
            id_tag,
            received_at,
            charge_point_id=start.charge_point_id,
            connector_id=start.connector_id,
        )
        booked = self._record(start, request, id_tag, tag, verdict, received_at)
        if verdict.accepted:
            self._storage.id_tags.used(id_tag, received_at)
            for session in here:
                self._supersede(session, booked)
        return booked

    def _record(
        self,
        start: Start,
        request: Session | None,
        id_tag: str,
        tag: IdTag | None,
        verdict: Verdict,
        received_at: datetime,
    ) -> Session:
        facts: Mapping[str, Any] = {
            "transaction_id": self._storage.counters.next_transaction_id(),
            "start_key": start.key,
            "state": State.CHARGING,
            "authorization": verdict.status.value,
            "started_at": start.started_at,
            "meter_start": start.meter_start,
            "reason": None if verdict.accepted else verdict.reason,
            "hint": None,
            "deadline_at": None,
        }
        if request is not None and (moved := self._storage.sessions.move(request.session_id, PENDING, facts)):
            return moved
        return self._storage.sessions.insert(
            replace(
                Session(
                    session_id=uuid4().hex,
                    charge_point_id=start.charge_point_id,
                    connector_id=start.connector_id,
                    id_tag=id_tag,
                    state=State.CHARGING,
                    username=tag.username if tag else None,
                    created_at=received_at,
                ),
                **facts,
            )
        )

    def _supersede(self, older: Session, newer: Session) -> None:
        """Close what the connector cannot be doing any more; a late StopTransaction still has the last word."""
        if older.session_id == newer.session_id or older.started_at is None or newer.started_at is None:
            return
        if older.started_at <= newer.started_at:
            self.close_provisionally(older, newer.started_at, "superseded")

    def close_provisionally(self, session: Session, at: datetime, reason: str) -> Session | None:
        """End a running session for which no StopTransaction has come."""
        return self._storage.sessions.move(
            session.session_id,
            RUNNING,
            {
                "state": State.COMPLETED,
                "stopped_at": at,
                "reason": reason,
                "provisional_end": True,
                "power_w": None,
            },
        )

    def stop(
        self, charge_point_id: str, request: dict[str, Any], received_at: datetime
    ) -> tuple[IdTagInfo | None, Session | None]:
        """Book a StopTransaction.req (OCPP 1.6 §4.10): never refused, late, twice, without a tag or of nobody.

        Returns what the answer says of the tag, None where the request names none, and the session it ended.
        """
        stop = read_stop(charge_point_id, request, received_at)
        session = self._session_of(stop)
        reasons = []
        if session is None:
            reasons = ["unknown_transaction"]
            self._note_foreign(stop, received_at)
        elif session.state in ENDED and not session.provisional_end:
            if session.stop_key != stop.key:
                reasons = ["already_stopped"]
        else:
            reasons = self._end(session, stop, request, received_at)
        if reasons:
            self._quarantine(stop, request, reasons, session, received_at)
        if not stop.id_tag:
            return None, session
        verdict, tag = judge(self._storage, stop.id_tag, received_at)
        return id_tag_info(verdict.status.value, tag), session

    def _session_of(self, stop: Stop) -> Session | None:
        if stop.transaction_id is not None:
            return self._storage.sessions.by_transaction(stop.charge_point_id, stop.transaction_id)
        if repeated := self._storage.sessions.first({"stop_key": stop.key}):
            return repeated
        running = [s for s in self._storage.sessions.open_on(stop.charge_point_id) if s.state in RUNNING]
        return matching_transaction(stop, running)

    def _end(self, session: Session, stop: Stop, request: dict[str, Any], received_at: datetime) -> list[str]:
        # The data first: a crash in between makes the charge point repeat both, and the same value is kept once.
        readings = [read(v, received_at) for v in request.get("transactionData") or []]
        if readings:
            self._storage.meter_values.insert_batch(
                [
                    to_record(stop.charge_point_id, session.connector_id, session.transaction_id, r, received_at)
                    for r in readings
                ]
            )
        registers = [r.energy_wh for r in readings if r.energy_wh is not None]
        stopped_at = max(stop.stopped_at, session.started_at or stop.stopped_at)
        changes: dict[str, Any] = {
            "state": State.COMPLETED,
            "stopped_at": stopped_at,
            "meter_stop": stop.meter_stop,
            "stop_reason": stop.reason,
            "stop_key": stop.key,
            "provisional_end": False,
            "power_w": None,
        }
        if session.provisional_end:
            changes["reason"] = None
        if registers:
            changes["last_register_wh"] = registers[-1]
            changes["first_register_wh"] = (
                session.first_register_wh if session.first_register_wh is not None else registers[0]
            )
        self._storage.sessions.move(session.session_id, (*RUNNING, State.COMPLETED), changes)
        same = not stop.id_tag or related(self._storage, stop.id_tag, session.id_tag)
        return oddities(stop, session, tag_related=same)

    def _note_foreign(self, stop: Stop, received_at: datetime) -> None:
        owner = self._storage.sessions.owner_of(stop.transaction_id) if stop.transaction_id else None
        if owner is not None:
            self._storage.events.record(
                stop.charge_point_id,
                "foreign_transaction",
                received_at,
                action="StopTransaction",
                transaction_id=str(stop.transaction_id),
            )

    def _quarantine(
        self,
        stop: Stop,
        request: dict[str, Any],
        reasons: list[str],
        session: Session | None,
        received_at: datetime,
    ) -> None:
        self._storage.quarantine.keep(
            Quarantined(
                quarantine_id=stop.key[:32],
                charge_point_id=stop.charge_point_id,
                action="StopTransaction",
                reasons=reasons,
                payload=orjson.dumps(request, default=str).decode(),
                received_at=received_at,
                session_id=session.session_id if session else None,
            )
        )
