"""Commands typed at a terminal, one a line: `start 1 TAG`, `unplug 1`, `offline 20`."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence

from ocpp_server.simulator.commands import COMMANDS, run
from ocpp_server.simulator.errors import SimulatorError
from ocpp_server.simulator.virtual_charge_point import VirtualChargePoint

HINT = "type help for the commands, Ctrl-C to end"


def help_text(charge_points: Sequence[VirtualChargePoint]) -> str:
    """Return the commands with their arguments."""
    lines = ["status                             what every connector is doing"]
    for name, command in COMMANDS.items():
        usage = " ".join([name, *(f"[{argument.name}]" for argument in command.arguments)])
        lines.append(f"{usage:<34} {command.summary}")
    if len(charge_points) > 1:
        ids = ", ".join(charge_point.id for charge_point in charge_points)
        lines.append(f"Put an id first to choose the charge point ({ids}): {charge_points[-1].id} plug 1")
    return "\n".join(lines)


def status_text(charge_points: Sequence[VirtualChargePoint]) -> str:
    """Return one line for each connector."""
    lines = []
    for charge_point in charge_points:
        snapshot = charge_point.snapshot()
        lines.append(
            f"{charge_point.id} {'connected' if snapshot['connected'] else 'not connected'}, "
            f"registration {snapshot['registration']}, {snapshot['queued']} queued, {snapshot['withheld']} kept back"
        )
        for connector in snapshot["connectors"]:
            text = f"{charge_point.id}/{connector['connector_id']} {connector['status']}"
            if connector["transaction_id"] is not None:
                text += f" transaction {connector['transaction_id']} {connector['energy_wh'] / 1000:.2f} kWh"
            lines.append(text)
    return "\n".join(lines)


async def obey(charge_points: Sequence[VirtualChargePoint], line: str) -> str:
    """Do what one typed line says; return what to show."""
    words = line.split()
    by_id = {charge_point.id: charge_point for charge_point in charge_points}
    target = by_id[words.pop(0)] if words and words[0] in by_id else charge_points[0]
    if not words:
        return ""
    name, given = words[0], words[1:]
    if name == "status":
        return status_text(charge_points)
    if name not in COMMANDS:
        return help_text(charge_points)
    names = [argument.name for argument in COMMANDS[name].arguments]
    if len(given) > len(names):
        return f"{name} takes at most {len(names)} arguments"
    try:
        await run(target, name, dict(zip(names, given, strict=False)))
    except SimulatorError as error:
        return str(error)
    except TimeoutError:
        return "the Central System has not answered yet"
    return ""


async def listen(charge_points: Sequence[VirtualChargePoint]) -> None:
    """Obey the terminal until it is closed."""
    async for line in _typed():
        if answer := await obey(charge_points, line):
            print(answer, flush=True)


async def _typed() -> AsyncIterator[str]:
    # Straight from the terminal: a line that Python had read ahead would wait for the next key.
    loop, terminal = asyncio.get_running_loop(), sys.stdin.fileno()
    chunks: asyncio.Queue[bytes] = asyncio.Queue()
    loop.add_reader(terminal, lambda: chunks.put_nowait(os.read(terminal, 4096)))
    try:
        unfinished = b""
        while chunk := await chunks.get():
            *lines, unfinished = (unfinished + chunk).split(b"\n")
            for line in lines:
                yield line.decode(errors="replace")
    finally:
        loop.remove_reader(terminal)
