"""`python -m ocpp_server.simulator`: virtual charge points from the command line."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Sequence

from ocpp_server.simulator import keyboard
from ocpp_server.simulator.arguments import parse, settings
from ocpp_server.simulator.control import Control
from ocpp_server.simulator.report import Lines
from ocpp_server.simulator.virtual_charge_point import VirtualChargePoint


def main(arguments: Sequence[str] | None = None) -> int:
    """Run virtual charge points until Ctrl-C or SIGTERM; return the exit status."""
    options = parse(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(format="%(asctime)s %(message)s")
    # What these two have to say about errors, the report says in words; the first also logs every frame.
    logging.getLogger("ocpp").setLevel(logging.INFO if options.frames else logging.CRITICAL)
    logging.getLogger("websockets").setLevel(logging.CRITICAL)
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_run(options))
    return 0


async def _run(options: Namespace) -> None:
    loop = asyncio.get_running_loop()
    if (task := asyncio.current_task()) and os.name == "posix":
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    charge_points = [
        VirtualChargePoint(
            each, Lines(each.charge_point_id, json_lines=options.log_format == "json", quiet=options.quiet)
        )
        for each in settings(options)
    ]
    async with contextlib.AsyncExitStack() as stack:
        if options.control is not None:
            control = await stack.enter_async_context(Control(charge_points, options.control))
            print(f"control API on http://127.0.0.1:{control.port}/", flush=True)
        for charge_point in charge_points:
            stack.push_async_callback(charge_point.close)
            charge_point.connect()
        async with asyncio.TaskGroup() as group:
            if os.name == "posix" and sys.stdin is not None and sys.stdin.isatty():
                if not options.quiet:
                    print(keyboard.HINT, flush=True)
                group.create_task(keyboard.listen(charge_points))
            for charge_point in charge_points:
                group.create_task(charge_point.finished())


if __name__ == "__main__":
    sys.exit(main())
