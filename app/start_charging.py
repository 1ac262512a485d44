"""Start charging, as a driver asks: a session before the charge point is called, and what became of it."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from ocpp.v16 import call
from ocpp.v16.enums import RemoteStartStopStatus

from app.command_outcomes import OUTCOME_UNKNOWN, Outcome
from app.commands import Commands, Companion
from app.config import Settings
from app.domain.charge_points import ChargePoint
from app.domain.connectors import PLUGGED_IN
from app.domain.id_tags import normalise_id_tag
from app.domain.profile_installations import ProfileInstallation
from app.domain.roles import Role
from app.domain.session_hints import NOTHING, WAITING, why_not_started
from app.domain.sessions import Session, State
from app.domain.stop_rules import StopAt
from app.errors import AlreadyExists, CommandFailed, Conflict, Forbidden
from app.selection import find_charge_point, find_tag
from app.sessions import Answer
from app.smart_charging.record import not_taken, sent
from app.smart_charging.sending import SmartCharging
from app.start_rules import StartRules
from app.stop_rules import require_possible, require_tariff
from app.storage.database import Storage
from app.storage.users import User
from app.tariffs import freeze_tariff
from app.transactions.refused_starts import why_refused


@dataclass(frozen=True, slots=True)
class StartRequest:
    """What a driver asks for; without `id_tag` and `vehicle_id` the account's own tag is meant. A charging profile is
    for staff to give. `qr` is the label that was scanned."""

    evse_id: str
    connector_id: int
    id_tag: str | None = None
    idempotency_key: str | None = None
    charging_profile_id: str | None = None
    vehicle_id: str | None = None
    stop_at: StopAt | None = None
    qr: str | None = None

    @property
    def digest(self) -> str:
        id_tag = normalise_id_tag(self.id_tag or "")
        who = (id_tag, self.vehicle_id)
        return _digest(self.evse_id.casefold(), self.connector_id, *who, self.charging_profile_id, self.stop_at)

    def session_id_for(self, user: User) -> str:
        """Return the id of the session to be: the same for each repetition of a request with an Idempotency-Key."""
        if self.idempotency_key is None:
            return uuid4().hex
        return _digest(user.user_id, user.id_tag, self.idempotency_key)[:32]


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()


class StartCharging:
    """The use case; `now` is the clock it goes by, `beside` runs one question to the database beside another."""

    def __init__(
        self,
        storage: Storage,
        commands: Commands,
        smart_charging: SmartCharging,
        rules: StartRules,
        settings: Settings,
        beside: Executor,
        now: Callable[[], datetime],
    ) -> None:
        self._storage = storage
        self._commands = commands
        self._smart_charging = smart_charging
        self._start_deadline = timedelta(seconds=settings.start_deadline)
        self._now = now
        self._rules = rules
        self._beside = beside

    def start(self, user: User, request: StartRequest) -> Answer:
        """Create a session, ask the charge point to start it, and say what it answered.

        A repetition with the same Idempotency-Key gets the first answer again, a failure too.
        Raises NotFound, Conflict (label, offline, busy, tag not accepted), CommandFailed (no usable answer), Forbidden.
        """
        if request.charging_profile_id is not None and not user.role.at_least(Role.STAFF):
            raise Forbidden("a charging profile is for staff to give")
        session_id = request.session_id_for(user)
        if request.idempotency_key and (earlier := self._storage.sessions.get(session_id)):
            return self._first_answer(earlier, request)
        require_possible(request.stop_at, self._now())
        found = self._beside.submit(find_tag, self._storage, user, request.id_tag, request.vehicle_id)
        charge_point = find_charge_point(self._storage, request.evse_id, request.connector_id)
        tariff = self._beside.submit(freeze_tariff, self._storage, charge_point)
        tag = found.result()
        try:
            self._rules.require_possible(user, charge_point, request.connector_id, tag, request.qr)
        except Conflict as conflict:
            return self._first_answer_or(conflict, session_id, request)
        now = self._now()
        session = Session(
            session_id=session_id,
            charge_point_id=charge_point.charge_point_id,
            connector_id=request.connector_id,
            id_tag=tag.id_tag,
            state=State.REQUESTED,
            username=tag.username or user.username,
            vehicle_id=tag.vehicle_id,
            created_at=now,
            requested_at=now,
            deadline_at=now + self._start_deadline,
            request_digest=request.digest if request.idempotency_key else None,
            tariff=tariff.result(),
            stop_at=request.stop_at,
            stop_due_at=now if request.stop_at else None,
        )
        require_tariff(session.stop_at, session.tariff)
        profile = self._profile_for(user, session, charge_point, request.charging_profile_id)
        try:
            return self._ask_to_start(user, session, charge_point, profile)
        except AlreadyExists:
            busy = self._rules.busy(user, (session.charge_point_id, session.connector_id))
            return self._first_answer_or(busy, session_id, request)

    def _profile_for(
        self, user: User, session: Session, charge_point: ChargePoint, charging_profile_id: str | None
    ) -> ProfileInstallation | None:
        if charging_profile_id is None:
            return None
        return self._smart_charging.for_start(charge_point, charging_profile_id, session, user.username)

    def _first_answer(self, session: Session, request: StartRequest) -> Answer:
        if session.request_digest != request.digest:
            raise Conflict("idempotency_key_reused", "this Idempotency-Key was used for another request")
        if session.start_status is None:
            raise Conflict(
                "request_in_progress",
                "the first request with this Idempotency-Key has no answer yet; follow its session",
                session_id=session.session_id,
            )
        if session.start_status not in (RemoteStartStopStatus.accepted, RemoteStartStopStatus.rejected):
            raise self._commands.failure_again(session.start_status, session.command_id, session_id=session.session_id)
        return Answer(session.start_status, session)

    def _first_answer_or(self, conflict: Conflict, session_id: str, request: StartRequest) -> Answer:
        """Tell a repetition, which meets its own session on the connector, from somebody else's request."""
        if earlier := self._storage.sessions.get(session_id):
            return self._first_answer(earlier, request)
        raise conflict

    def _ask_to_start(
        self, user: User, session: Session, charge_point: ChargePoint, profile: ProfileInstallation | None
    ) -> Answer:
        request = call.RemoteStartTransaction(id_tag=session.id_tag, connector_id=session.connector_id)
        answers: list[Answer] = []

        def before() -> None:
            # Stored before the charge point is called: a quick one sends StartTransaction before its answer.
            self._storage.sessions.insert(session)
            self._require_account(session)
            if profile is not None:
                self._storage.profile_installations.insert(profile)

        def answered(outcome: Outcome) -> None:
            answers.append(self._answered(session, charge_point, outcome))
            if profile is not None:
                sent(self._storage, profile, outcome.command_id)

        if profile is not None:
            request.charging_profile = profile.profile
        companion = Companion(before, answered)
        try:
            self._commands.send(session.charge_point_id, request, requested_by=user.username, companion=companion)
        except CommandFailed as failure:
            self._record_failure(session, failure)
            if profile is not None:
                not_taken(self._storage, profile, failure, self._now())
            raise
        return answers[0]

    def _require_account(self, session: Session) -> None:
        """Take a session back whose account was disabled or deleted since it was looked at; raises Conflict.

        Who deletes it looks for open sessions when it is disabled, so one of the two finds the other.
        """
        account = self._storage.users.by_name(session.username or "")
        if account is None or account.disabled:
            self._storage.sessions.delete(session.session_id)
            raise Conflict("id_tag_not_accepted", "the tag's account is disabled", id_tag_status="Blocked")

    def _answered(self, session: Session, charge_point: ChargePoint, outcome: Outcome) -> Answer:
        accepted = outcome.status == RemoteStartStopStatus.accepted
        connector_status = charge_point.status_of(session.connector_id)
        plugged = connector_status in PLUGGED_IN
        if not (accepted and plugged):
            # That may have changed while the charge point made up its mind.
            status_now = self._storage.charge_points.get(session.charge_point_id) or charge_point
            connector_status = status_now.status_of(session.connector_id)
            plugged = connector_status in PLUGGED_IN
        if accepted:
            changes: dict[str, Any] = {
                "state": State.ACCEPTED if plugged else State.WAITING_FOR_VEHICLE,
                **(NOTHING if plugged else WAITING).told(),
            }
        else:
            why = why_refused(self._storage, session, connector_status)
            changes = {"state": State.REJECTED, **why.told()}
        status = (RemoteStartStopStatus.accepted if accepted else RemoteStartStopStatus.rejected).value
        facts = {"start_status": status, "command_id": outcome.command_id}
        # A quick charge point sends StartTransaction before its answer is read here: then only the facts are added.
        moved = self._storage.sessions.move(session.session_id, (State.REQUESTED,), {**changes, **facts})
        session = moved or self._storage.sessions.update(session.session_id, facts) or session
        return Answer(status, session)

    def _record_failure(self, session: Session, failure: CommandFailed) -> None:
        failure.facts["session_id"] = session.session_id
        facts: dict[str, Any] = {"start_status": failure.code, "command_id": failure.facts.get("command_id")}
        changes = why_not_started(failure.code, failure.message).told()
        if failure.code not in OUTCOME_UNKNOWN:
            # Else it may have started all the same: the session stays open until its deadline.
            changes["state"] = State.FAILED
        if not self._storage.sessions.move(session.session_id, (State.REQUESTED,), {**changes, **facts}):
            self._storage.sessions.update(session.session_id, facts)
