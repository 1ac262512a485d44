"""StartTransaction, booked: always answered with an id, once, whatever is thought of the tag (OCPP 1.6 §4.8)."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from ocpp.v16.datatypes import IdTagInfo

from app.domain.authorization import Verdict
from app.domain.id_tags import IdTag
from app.domain.session_hints import NOTHING, SUPERSEDED, why_not_authorized
from app.domain.sessions import ENDED, PENDING, Session, State
from app.domain.transactions import Start, matching_request, read_start, start_oddities
from app.id_tags import id_tag_info, judge_transaction
from app.incidents import set_aside
from app.reservations.events import follow_start
from app.storage.database import Storage
from app.tariffs import freeze_tariff

_LOCKS = 64


class StartTransaction:
    """The use case. It runs on worker threads, one start of a connector after the other, so that a retry finds the
    first, and one start of a tag after the other, so that two of them cannot both find the tag free."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        # Two kinds, always taken in this order: a start may have to wait for another, but never both for each other.
        self._connectors = [threading.Lock() for _ in range(_LOCKS)]
        self._tags = [threading.Lock() for _ in range(_LOCKS)]

    def book(self, charge_point_id: str, request: dict[str, Any], received_at: datetime) -> tuple[IdTagInfo, Session]:
        """Book a StartTransaction.req and return its verdict and session; a retry gets the first answer."""
        start = read_start(charge_point_id, request, received_at)
        with _one_of(self._connectors, (start.charge_point_id, start.connector_id)):
            session = self._known(start) or self._new(start, received_at)
            # A retry does this again, for a crash may have come between the booking and what follows from it.
            self._follow_up(start, session, request, received_at)
        tag = self._storage.id_tags.get(session.id_tag)
        return id_tag_info(session.authorization or "Invalid", tag), session

    def _known(self, start: Start) -> Session | None:
        known = self._storage.sessions.first({"start_key": start.key})
        if known is not None and known.state in ENDED and not start.clock_trusted:
            # A charger whose clock begins at 1970 with every boot repeats itself without repeating a transaction.
            self._storage.sessions.update(known.session_id, {"start_key": None})
            return None
        return known

    def _new(self, start: Start, received_at: datetime) -> Session:
        requests = self._storage.sessions.open_on(start.charge_point_id, start.connector_id)
        request = matching_request(start, requests)
        id_tag = start.id_tag or (request.id_tag if request else "")
        with _one_of(self._tags, id_tag):
            verdict, tag = judge_transaction(
                self._storage,
                id_tag,
                received_at,
                charge_point_id=start.charge_point_id,
                connector_id=start.connector_id,
            )
            return self._record(start, request, id_tag, tag, verdict, received_at)

    def _record(
        self,
        start: Start,
        request: Session | None,
        id_tag: str,
        tag: IdTag | None,
        verdict: Verdict,
        received_at: datetime,
    ) -> Session:
        facts: dict[str, Any] = {
            "transaction_id": self._storage.counters.next_transaction_id(),
            "start_key": start.key,
            "state": State.CHARGING,
            "authorization": verdict.status.value,
            "started_at": start.started_at,
            "meter_start": start.meter_start,
            **(NOTHING if verdict.accepted else why_not_authorized(verdict.status.value, verdict.reason)).told(),
            "deadline_at": None,
        }
        if request is not None and (moved := self._storage.sessions.move(request.session_id, PENDING, facts)):
            return moved
        booked = Session(
            session_id=uuid4().hex,
            charge_point_id=start.charge_point_id,
            connector_id=start.connector_id,
            id_tag=id_tag,
            state=State.CHARGING,
            username=tag.username if tag else None,
            vehicle_id=tag.vehicle_id if tag else None,
            created_at=received_at,
            tariff=freeze_tariff(self._storage, self._storage.charge_points.get(start.charge_point_id)),
        )
        return self._storage.sessions.insert(replace(booked, **facts))

    def _follow_up(self, start: Start, session: Session, request: dict[str, Any], received_at: datetime) -> None:
        if oddities := start_oddities(start):
            set_aside(
                self._storage,
                start.charge_point_id,
                "StartTransaction",
                request,
                key=start.key,
                reasons=oddities,
                session=session,
                at=received_at,
            )
        follow_start(self._storage, session, request, received_at)
        if session.authorization == "Accepted":
            self._storage.id_tags.used(session.id_tag, received_at)
            self._supersede(session)

    def _supersede(self, newer: Session) -> None:
        """Close what the connector cannot be doing any more; a late StopTransaction still has the last word."""
        for older in self._storage.sessions.open_on(newer.charge_point_id, newer.connector_id):
            if older.session_id == newer.session_id or older.started_at is None or newer.started_at is None:
                continue
            if older.started_at <= newer.started_at:
                self._storage.sessions.close_provisionally(older, newer.started_at, SUPERSEDED)


def _one_of(locks: Sequence[threading.Lock], key: object) -> threading.Lock:
    return locks[hash(key) % len(locks)]
