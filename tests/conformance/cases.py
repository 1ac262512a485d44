"""The Open Charge Alliance's 77 test cases for Central Systems of OCPP 1.6, by group, number and name."""

import re

GROUPS = {
    "Core: boot, session, cache": {
        "TC_001": "Cold boot of the charge point",
        "TC_003": "Charging session, plug-in first",
        "TC_004_1": "Charging session, identification first",
        "TC_004_2": "Charging session, identification first, connection time-out",
        "TC_005_1": "Disconnected on the EV's side",
        "TC_007": "Charging session with a cached id",
        "TC_061": "Clear the authorization cache",
    },
    "Core: remote actions": {
        "TC_010": "Remote start, cable plugged in first",
        "TC_011_1": "Remote start, remote start first",
        "TC_011_2": "Remote start, time-out",
        "TC_012": "Remote stop",
        "TC_013": "Hard reset",
        "TC_014": "Soft reset",
        "TC_017_1": "Unlock connector, no session, cable not fixed",
        "TC_017_2": "Unlock connector, no session, fixed cable",
        "TC_018_1": "Unlock connector with a session",
        "TC_019_1": "Retrieve all configuration keys",
        "TC_019_2": "Retrieve one configuration key",
        "TC_021": "Change a configuration key",
    },
    "Core: what goes wrong": {
        "TC_023_1": "Authorize, invalid",
        "TC_023_2": "Authorize, expired",
        "TC_023_3": "Authorize, blocked",
        "TC_024": "Lock failure",
        "TC_026": "Remote start, rejected",
        "TC_028": "Remote stop, rejected",
        "TC_030": "Unlock connector, failure",
        "TC_031": "Unlock connector, unknown connector",
        "TC_032_1": "Power failure during a session",
        "TC_037_1": "Offline start, valid idTag",
        "TC_037_3": "Offline start, invalid idTag",
        "TC_039": "Offline transaction",
        "TC_040_1": "Change configuration, key not supported",
        "TC_040_2": "Change configuration, invalid value",
    },
    "Local authorization list": {
        "TC_042_1": "Get local list version, not supported",
        "TC_042_2": "Get local list version, empty",
        "TC_043_1": "Send local list, not supported",
        "TC_043_3": "Send local list, failed",
        "TC_043_4": "Send local list, full",
        "TC_043_5": "Send local list, differential",
    },
    "Firmware management": {
        "TC_044_1": "Firmware update, downloaded and installed",
        "TC_044_2": "Firmware update, download failed",
        "TC_044_3": "Firmware update, installation failed",
        "TC_045_1": "Get diagnostics",
        "TC_045_2": "Get diagnostics, upload failed",
    },
    "Reservation": {
        "TC_046": "Reservation of a connector, used",
        "TC_047": "Reservation of a connector, expired",
        "TC_048_1": "Reservation of a connector, faulted",
        "TC_048_2": "Reservation of a connector, occupied",
        "TC_048_3": "Reservation of a connector, unavailable",
        "TC_048_4": "Reservation of a connector, rejected",
        "TC_049": "Reservation of a charge point",
        "TC_051": "Cancel a reservation",
        "TC_052": "Cancel a reservation, rejected",
        "TC_053": "Use a reserved connector with the parentIdTag",
    },
    "Remote trigger": {
        "TC_054": "Trigger message",
        "TC_055": "Trigger message, rejected",
    },
    "Smart charging": {
        "TC_056": "Central smart charging, TxDefaultProfile",
        "TC_057": "Central smart charging, TxProfile",
        "TC_059": "Remote start with a charging profile",
        "TC_066": "Get composite schedule",
        "TC_067": "Clear charging profile",
    },
    "Data transfer": {
        "TC_064": "Data transfer to the Central System",
    },
    "Security": {
        "TC_073": "Update the charge point's password",
        "TC_074": "Update the charge point's certificate",
        "TC_075_1": "Install a root certificate, manufacturer",
        "TC_075_2": "Install a root certificate, Central System",
        "TC_076": "Delete a certificate",
        "TC_077": "Security event, invalid charge point certificate",
        "TC_078": "Security event, invalid Central System certificate",
        "TC_079": "Get the security log",
        "TC_080": "Secure firmware update",
        "TC_081": "Secure firmware update, invalid signature",
        "TC_083": "Upgrade the security profile",
        "TC_085": "Basic authentication",
        "TC_086": "TLS with the server's certificate",
        "TC_087": "TLS with the charge point's certificate",
        "TC_088": "WebSocket subprotocol negotiation",
    },
}
CASES = {number: name for group in GROUPS.values() for number, name in group.items()}
_NUMBER = re.compile(r"tc_\d{3}(?:_\d)?(?!\d)")


def number_of(test: str) -> str | None:
    """Return the number of the case that a test stands for by its name, or by the id of its parameters."""
    found = _NUMBER.findall(test)
    return found[-1].upper() if found else None
