"""Why a connection that had been open ended, in an operator's words; None where all went as it should."""

NORMAL, GOING_AWAY, NO_CODE, LOST, TOO_LARGE = 1000, 1001, 1005, 1006, 1009

_OURS = {
    "silent": "silent: it sent nothing for too long and answered no pings",
    "reads nothing": "it read nothing of what was sent to it",
    "no OCPP message": "it was connected and sent no OCPP message",
    "too many unreadable frames": "it sent too many frames that are not OCPP-J",
    "a handler is stuck": "the server took too long to answer it",
    "please try again": "the server could not take it in just then",
}


def why_dropped(code: int, reason: str, replaced_by: str | None, *, by_charge_point: bool) -> str | None:
    """Return a sentence for a WebSocket's close code and reason; `replaced_by` is the address of a newer connection."""
    if replaced_by is not None:
        return f"replaced by a newer connection from {replaced_by}"
    if by_charge_point:
        if code in (NORMAL, GOING_AWAY, NO_CODE):
            return None
        return f"it closed the connection itself with code {code}" + (f": {ascii(reason[:100])}" if reason else "")
    if reason in _OURS:
        return _OURS[reason]
    if code == LOST:
        return "the connection broke off without a goodbye"
    if code == TOO_LARGE:
        return "it sent a frame that is too large"
    if code in (1002, 1003, 1007):
        return f"it broke the WebSocket protocol: {ascii(reason[:100])}"
    return None
