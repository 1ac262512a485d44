"""Diagnostics and logs: charge points are asked for them, bring them, and admins read them."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from uuid import uuid4

from ocpp.v16.enums import Action, DiagnosticsStatus

from app.command_outcomes import Outcome
from app.commands import Commands
from app.config import Settings
from app.domain.charge_points import ChargePoint
from app.domain.file_progress import ACCEPTED, NOTHING_TO_UPLOAD
from app.domain.files import readable_name, safe_name, token_digest
from app.errors import BadInput, Conflict, NotFound
from app.files.diagnostics_orders import Wanted
from app.files.orders import Links, give_order, require_not_rejected
from app.storage.database import Storage
from app.storage.diagnostics import DiagnosticsRequest
from app.storage.files import FileGone, Reader, Stored


class Diagnostics:
    """The use cases."""

    def __init__(self, storage: Storage, commands: Commands, settings: Settings, now: Callable[[], datetime]) -> None:
        self._storage = storage
        self._commands = commands
        self._settings = settings
        self._now = now
        self._links = Links(settings)

    def request(self, charge_point: ChargePoint, wanted: Wanted, *, requested_by: str) -> DiagnosticsRequest:
        """Ask a charge point for its diagnostics or a log, by a link of its own; raises Conflict, CommandFailed.

        A charge point that has none says so by naming no file (OCPP 1.6 §5.9).
        """
        require_not_rejected(charge_point)
        now = self._now()
        link = self._links.new("diagnostics", "", now)
        request = DiagnosticsRequest(
            request_id=uuid4().hex,
            charge_point_id=charge_point.charge_point_id,
            requested_by=requested_by,
            requested_at=now,
            token_digest=link.digest,
            expires_at=link.expires_at,
            delete_at=now + timedelta(seconds=self._settings.diagnostics_lifetime),
            ocpp_request_id=self._storage.counters.next_request_id() if wanted.is_log else None,
            kind=wanted.kind,
            start_time=wanted.start_time,
            stop_time=wanted.stop_time,
        )
        order = wanted.order(link.url, request.ocpp_request_id)
        self._answered(request, give_order(self._commands, self._storage.diagnostics, request, order))
        return self.get(request.request_id)

    def _answered(self, request: DiagnosticsRequest, outcome: Outcome) -> None:
        """Keep what GetDiagnostics.conf says; GetLog.conf is learnt with the command."""
        if outcome.action != Action.get_diagnostics:
            return
        name = readable_name(outcome.response.get("fileName"))
        # Some charge points bring the file first and answer then.
        self._storage.diagnostics.settle(request.request_id, {"status": ACCEPTED if name else NOTHING_TO_UPLOAD})
        if name:
            self._storage.diagnostics.update(request.request_id, {"file_name": name})

    def get(self, diagnostics_id: str) -> DiagnosticsRequest:
        request = self._storage.diagnostics.get(diagnostics_id)
        if request is None:
            raise NotFound("there are no such diagnostics")
        return request

    def expected(self, token: str) -> DiagnosticsRequest:
        """Return the request that a one-time link is for; raises NotFound, and Conflict when the file is here."""
        request = self._storage.diagnostics.by_token(token_digest(token), self._now())
        if request is None:
            raise NotFound("there is nothing at this address")
        if request.file_id is not None:
            raise _already_here()
        return request

    def receive(
        self, request: DiagnosticsRequest, pieces: Iterable[bytes], told_name: Callable[[], str | None]
    ) -> Stored:
        """Keep the file a charge point brings; raises TooLarge, BadInput, Conflict, with nothing left behind.

        An upload that breaks off may be tried again. Of two at a time the one that ends first is kept.
        """
        files, requests = self._storage.files, self._storage.diagnostics
        stored = files.write(pieces, self._settings.diagnostics_max_bytes, self._now())
        now = self._now()
        facts = {"uploaded_at": now} | ({"file_name": name} if (name := readable_name(told_name())) else {})
        kept = stored.size > 0 and requests.received(request.request_id, stored, facts)
        if not kept:
            files.delete(stored.file_id)
            raise BadInput("file", "is empty") if stored.size == 0 else _already_here()
        files.keep(stored.file_id)
        requests.tell(request.request_id, DiagnosticsStatus.uploaded, now)
        return stored

    def content(self, diagnostics_id: str) -> tuple[DiagnosticsRequest, Reader, str]:
        """Return a request, its file, and the name to save it under; raises NotFound, also while there is none."""
        request = self.get(diagnostics_id)
        try:
            if request.file_id is None:
                raise FileGone
            return request, self._storage.files.open(request.file_id), safe_name(request.file_name, "diagnostics.bin")
        except FileGone:
            raise NotFound("the charge point has not brought a file") from None


def _already_here() -> Conflict:
    return Conflict("already_uploaded", "the file has been received already; a link is good for one")
