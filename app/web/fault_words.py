"""What a charge point's error codes mean (OCPP 1.6 §7.6), for its operator and for whoever stands before it."""

from flask_babel import lazy_gettext as _

from app.web.words import Texts

FAULTS: Texts = {
    "ConnectorLockFailure": _("The lock of the connector fails."),
    "EVCommunicationError": _("It cannot talk to the vehicle."),
    "GroundFailure": _("The ground fault protection has tripped."),
    "HighTemperature": _("It is too hot inside."),
    "InternalError": _("Something inside it is broken."),
    "LocalListConflict": _("Its list of tags contradicts what the server says."),
    "OtherError": _("It does not say why."),
    "OverCurrentFailure": _("The overcurrent protection has tripped."),
    "OverVoltage": _("The voltage is too high."),
    "PowerMeterFailure": _("The meter cannot be read."),
    "PowerSwitchFailure": _("The power switch fails."),
    "ReaderFailure": _("The card reader fails."),
    "ResetFailure": _("It could not restart."),
    "UnderVoltage": _("The voltage is too low."),
    "WeakSignal": _("The mobile network is weak."),
    "NoError": _("It does not say why."),
}
