"""What a refused handshake means, and what to do about it."""

from websockets.http11 import Response

from ocpp_server.simulator.errors import Refused


def refused(charge_point_id: str, response: Response, with_password: bool) -> Refused:
    """Explain an HTTP status that is not 101 to the person who started the charge point."""
    status = response.status_code
    match status:
        case 401 if with_password:
            advice = "the password is wrong; give the one stored for this charge point with --password"
        case 401:
            advice = "a password is required; give it with --password"
        case 404:
            advice = (
                f"the Central System does not know {charge_point_id}; check the id at the end of the URL and the port, "
                "or add it there first"
            )
        case 400:
            advice = "the Central System may not speak ocpp1.6, or the id in the URL is not a valid one"
        case 403:
            advice = f"{charge_point_id} is not allowed to connect; look into the Central System's log"
        case 429 | 503:
            advice = "it is too busy"
        case _:
            advice = "is this the address of a Central System, with its path?"
    return Refused(
        f"refused with {status} {response.reason_phrase}: {advice}",
        status=status,
        retry_after=_seconds(response.headers.get("Retry-After")),
    )


def no_subprotocol() -> Refused:
    """Explain a handshake that agreed on no subprotocol (OCPP-J §3.2)."""
    return Refused("the server did not agree to the subprotocol ocpp1.6; is it a Central System?", status=101)


def _seconds(retry_after: str | None) -> float:
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else 0.0
