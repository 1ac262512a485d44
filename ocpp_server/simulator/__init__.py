"""A virtual charge point people can drive, built apart from the server so that the two check each other."""

from ocpp_server.simulator.errors import (
    NotAdmitted,
    NotPossible,
    Refused,
    SimulatorError,
    UnknownConnector,
    Unreachable,
)
from ocpp_server.simulator.settings import Settings
from ocpp_server.simulator.threaded import running
from ocpp_server.simulator.virtual_charge_point import VirtualChargePoint

__all__ = [
    "NotAdmitted",
    "NotPossible",
    "Refused",
    "Settings",
    "SimulatorError",
    "UnknownConnector",
    "Unreachable",
    "VirtualChargePoint",
    "running",
]
