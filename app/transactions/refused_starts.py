"""Why a charge point may have refused a start: what is known of it, put before the rules."""

from app.domain.session_hints import Why, looks_into_local_list, why_rejected
from app.domain.sessions import Session
from app.storage.database import Storage


def why_refused(storage: Storage, session: Session, connector_status: str | None) -> Why:
    """Explain a session's RemoteStartTransaction that was answered with Rejected."""
    configuration = storage.configurations.of(session.charge_point_id)
    listed = False
    if looks_into_local_list(configuration):
        held = storage.local_list_contents.held(session.charge_point_id)
        listed = held is not None and session.id_tag in held.entries
    return why_rejected(connector_status, configuration, in_local_list=listed)
