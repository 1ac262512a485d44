"""What is written down of connections that were refused, and of those that were dropped."""

from app.domain.dropped import why_dropped
from app.storage.refusals import Refusal, new_refusal
from ocpp_server.central_system import Closing, Handshake, Refused, Source


def as_refused(handshake: Handshake, refusal: Refused) -> Refusal:
    """Return who was turned away at the door, with what, and why."""
    return new_refusal(
        "refused",
        handshake.charge_point_id,
        handshake.remote_address,
        refusal.reason,
        handshake.received_at,
        status=refusal.status,
        subprotocols=[offered[:50] for offered in handshake.subprotocols[:10]],
        username=handshake.username[:100] if handshake.username else None,
        secure=handshake.secure,
    )


def as_dropped(source: Source, closing: Closing) -> Refusal | None:
    """Return whose connection ended otherwise than it should; None if it did not."""
    by_charge_point = closing.by_charge_point
    reason = why_dropped(closing.code, closing.reason, closing.replaced_by, by_charge_point=by_charge_point)
    if reason is None:
        return None
    known = source.charge_point_id, source.remote_address
    return new_refusal("dropped", *known, reason, source.received_at, close_code=closing.code)
