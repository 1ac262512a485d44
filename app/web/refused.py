"""Why a charge point was turned away, in words for the person who stands before it: what is wrong, and what to do."""

from collections.abc import Mapping
from typing import NamedTuple

from flask_babel import lazy_gettext as _


class Advice(NamedTuple):
    wrong: object
    to_do: object


# By how the door's reason begins; the first that fits.
ADVICE: Mapping[str, Advice] = {
    "no password sent": Advice(
        _("It sends no password."),
        _("Enter user name and password in the charger, and switch on security profile 1 (Basic authentication)."),
    ),
    "password wrong": Advice(
        _("It sends a wrong password."),
        _("Enter the password once more, without spaces. If nobody has it any more, make a new one here."),
    ),
    "the user name is": Advice(
        _("Its user name is not its number."),
        _("The user name must be the same as the number at the end of the address."),
    ),
    "plain ws but profile": Advice(
        _("It comes without TLS, which its security profile asks for."),
        _("Enter the address that begins with wss://, or choose security profile 1."),
    ),
    "no client certificate": Advice(
        _("It shows no certificate of its own."), _("Give it a certificate, or choose a lower security profile.")
    ),
    "the certificate": Advice(
        _("Its certificate is not the one it should have."),
        _("The certificate must name the operator and the charger's serial number."),
    ),
    "profile 3, but": Advice(
        _("Nobody knows its serial number yet."), _("Enter the serial number of the charger here first.")
    ),
    "no ocpp1.6 among": Advice(
        _("It does not offer OCPP 1.6 JSON."),
        _("Choose OCPP 1.6 JSON (OCPP-J) in the charger; it may be set to SOAP or to OCPP 2."),
    ),
    "an unknown id that": Advice(
        _("Somebody has chosen to ignore it."), _("List it again among the unknown chargers.")
    ),
    "too many unknown": Advice(
        _("Too many unknown chargers wait already."), _("Take them in, or ignore those that are not yours.")
    ),
    "the id": Advice(_("Nobody has added a charger of this number."), _("Take it in, or correct the number in it.")),
    "throttled": Advice(_("It has tried too often."), _("Wait a minute: it tries again by itself.")),
    "TLS: it speaks ws://": Advice(
        _("It speaks without TLS to the port for TLS."), _("Enter the address exactly as it is shown here.")
    ),
    "TLS": Advice(
        _("A TLS connection failed before it had said its name."),
        _("The charger must trust this server's certificate and know TLS 1.2."),
    ),
    "let in to wait": Advice(_("It is connected and waits for an admin."), _("Take it in, or ignore it.")),
}
OTHERWISE = Advice(_("Its connection was refused or broke off."), _("The charger will try again by itself."))


def advice(reason: str) -> Advice:
    """Return what to say of a reason."""
    fitting = (one for begin, one in ADVICE.items() if reason.startswith(begin))
    cannot_be_one = Advice(_("Its number cannot be one here."), _("Enter another number in the charger."))
    return next(fitting, cannot_be_one if reason.endswith("cannot be an id here") else OTHERWISE)
