"""What a person can make a virtual charge point do, as a table that the keyboard and the HTTP control API share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from ocpp.v16.enums import ChargePointErrorCode

from ocpp_server.simulator.errors import SimulatorError
from ocpp_server.simulator.virtual_charge_point import VirtualChargePoint


class BadArgument(SimulatorError):
    """A command was given something it does not take."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its name outside, the parameter it goes to, and how it is read (ValueError, or a right value)."""

    name: str
    parameter: str
    read: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Command:
    """One command with its arguments in the order they are typed; every one may be left out."""

    summary: str
    run: Callable[..., Awaitable[Any]]
    arguments: tuple[Argument, ...] = ()


def _number(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:9])
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("a whole number")


def _seconds(value: Any) -> float:
    seconds = float(value) if isinstance(value, str | int | float) else -1.0
    if not 0 <= seconds <= 86_400:
        raise ValueError("seconds from 0 to 86400")
    return seconds


def _tag(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 20:
        raise ValueError("1 to 20 characters")
    return value


CONNECTOR = Argument("connector_id", "connector_id", _number)
TAG = Argument("idTag", "id_tag", _tag)
ERROR_CODE = Argument("error_code", "error_code", ChargePointErrorCode)
SECONDS = Argument("seconds", "seconds", _seconds)

Vcp = VirtualChargePoint
COMMANDS: dict[str, Command] = {
    "plug": Command("a car arrives and plugs in", Vcp.plug, (CONNECTOR,)),
    "unplug": Command("the car leaves, even while it charges", Vcp.unplug, (CONNECTOR,)),
    "start": Command("a driver shows a tag to begin", Vcp.start, (CONNECTOR, TAG)),
    "stop": Command("the driver shows the same tag to end", Vcp.stop, (CONNECTOR,)),
    "fault": Command("the connector fails (0: the charge point)", Vcp.fault, (CONNECTOR, ERROR_CODE)),
    "clear-fault": Command("the connector is mended", Vcp.clear_fault, (CONNECTOR,)),
    "offline": Command("the network is lost, until `online` or for so long", Vcp.offline, (SECONDS,)),
    "online": Command("the network comes back now", Vcp.online),
    "late-stop": Command("charging ends, its StopTransaction is kept back", Vcp.stop_silently, (CONNECTOR,)),
    "fail-install": Command("the next installation of firmware fails", Vcp.fail_install),
    "release": Command("the StopTransactions kept back are sent", Vcp.release),
}


async def run(charge_point: VirtualChargePoint, name: str, given: dict[str, Any]) -> None:
    """Run a command with arguments by their outside names.

    Raises `BadArgument`, `NotPossible` or `UnknownConnector`; `TimeoutError` where the answers do not come.
    """
    command = COMMANDS[name]
    known = {argument.name: argument for argument in command.arguments}
    if unknown := given.keys() - known.keys():
        raise BadArgument(f"{name} does not take {', '.join(sorted(unknown))}")
    values = {}
    for outside, value in given.items():
        try:
            values[known[outside].parameter] = known[outside].read(value)
        except ValueError as error:
            raise BadArgument(f"{outside}: {error}") from error
    await command.run(charge_point, **values)
