"""What charge points tell of their security, in words: the types of the security whitepaper, §2.4."""

from flask_babel import lazy_gettext as _

from app.web.words import Texts

SECURITY_EVENTS: Texts = {
    "AttemptedReplayAttacks": _("Somebody has sent it old messages again."),
    "CentralSystemFailedToAuthenticate": _("This server could not prove to it who it is."),
    "FailedToAuthenticateAtCentralSystem": _("It was not let in by this server."),
    "FirmwareUpdated": _("Its firmware was updated."),
    "InvalidCentralSystemCertificate": _("It does not trust this server's certificate."),
    "InvalidChargePointCertificate": _("It does not trust the certificate it was given for itself."),
    "InvalidFirmwareSignature": _("The signature of a firmware is wrong."),
    "InvalidFirmwareSigningCertificate": _("The certificate that a firmware is signed with is wrong."),
    "InvalidMessages": _("It was sent messages that it does not understand."),
    "InvalidTLSCipherSuite": _("It and this server have no cipher in common."),
    "InvalidTLSVersion": _("This server speaks another version of TLS."),
    "MemoryExhaustion": _("Its memory is full."),
    "ReconfigurationOfSecurityParameters": _("Its security settings were changed."),
    "ResetOrReboot": _("It was restarted."),
    "SecurityLogWasCleared": _("Its security log was cleared."),
    "SettingSystemTime": _("Its clock was set."),
    "StartupOfTheDevice": _("It has started."),
    "TamperDetectionActivated": _("Somebody has tampered with it."),
}
