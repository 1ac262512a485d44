"""What each of OCPP's four security profiles demands of a newcomer, and what it takes to be served by one."""

from dataclasses import dataclass

from app.config import Settings
from app.domain.charge_points import ChargePoint, charge_point_key
from app.door.client_certificates import Subject, quoted
from app.errors import Conflict
from ocpp_server.central_system import Handshake, Refused

NONE, BASIC, TLS_AND_BASIC, MUTUAL_TLS = range(4)
WITH_PASSWORD = (BASIC, TLS_AND_BASIC)


@dataclass(frozen=True, slots=True)
class Shown:
    """A handshake, with its password compared and its certificate read.

    `issued_to` is the charge point that the certificate was issued to here; None for one from elsewhere.
    """

    handshake: Handshake
    password_matches: bool
    subject: Subject | None
    issued_to: str | None = None


def objection(profile: int, charge_point: ChargePoint, shown: Shown, settings: Settings) -> Refused | None:
    """Tell what keeps a newcomer from coming in by a profile.

    A profile says the least that is asked for: TLS besides is welcome where it need not be.
    """
    if profile in (TLS_AND_BASIC, MUTUAL_TLS) and not shown.handshake.secure:
        # 403, for a 401 would ask for the password, here where all can read it.
        return Refused(403, f"plain ws but profile {profile}")
    if profile in WITH_PASSWORD:
        return _basic(charge_point, shown)
    if profile == MUTUAL_TLS:
        return _certificate(charge_point, shown, settings)
    return None


def _basic(charge_point: ChargePoint, shown: Shown) -> Refused | None:
    handshake = shown.handshake
    if handshake.username is None or handshake.password is None:
        return Refused(401, "no password sent")
    if charge_point_key(handshake.username) != charge_point_key(charge_point.charge_point_id):
        shown_name, wanted = ascii(handshake.username[:64]), ascii(handshake.charge_point_id)
        return Refused(401, f"the user name is {shown_name}, but the id in the URL is {wanted}")
    return None if shown.password_matches else Refused(401, "password wrong")


def _certificate(charge_point: ChargePoint, shown: Shown, settings: Settings) -> Refused | None:
    """Judge whom a certificate names (security whitepaper A00.FR.403 to 407)."""
    subject = shown.subject
    if subject is None:
        return Refused(401, "no client certificate shown, but profile 3")
    if subject.organisation != settings.cpo_name:
        return Refused(401, f"the certificate's O is {quoted(subject.organisation)}, not CPO_NAME")
    if charge_point.serial_number is None:
        return Refused(401, "profile 3, but the charge point's serial number is not known here")
    if subject.common_name != charge_point.serial_number:
        return Refused(401, f"the certificate's CN is {quoted(subject.common_name)}, not the serial number")
    own = charge_point_key(charge_point.charge_point_id)
    if shown.issued_to is not None and charge_point_key(shown.issued_to) != own:
        # A charge point tells its serial number itself, and may have told another one's to be given its certificate.
        return Refused(401, f"the certificate was issued to another charge point, {shown.issued_to}")
    return None


def require_served(profile: int, settings: Settings) -> None:
    """Raise Conflict when this server has no means to let a charge point in by a profile."""
    if profile == TLS_AND_BASIC and not (settings.ocpp_tls_cert or settings.trusted_proxies):
        raise Conflict(
            "tls_not_configured",
            "security profile 2 needs TLS: set OCPP_TLS_CERT and OCPP_TLS_KEY, or TRUSTED_PROXIES for a proxy in front",
        )
    if profile == MUTUAL_TLS and not settings.ocpp_tls_client_ca:
        raise Conflict(
            "tls_not_configured",
            "security profile 3 needs client certificates: set OCPP_TLS_CERT, OCPP_TLS_KEY and OCPP_TLS_CLIENT_CA",
        )
